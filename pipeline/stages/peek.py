"""Looks at a few places of a film in one process, and hands on what a filter said of them."""

from __future__ import annotations

from typing import Any

from pipeline.media.command import command, output, source_input
from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.model.stage import Outcome, Run, StepFailed, Talk
from pipeline.stages.span import Span

# A film no longer than this is looked at from beginning to end: its key frames may be too few.
SHORT_S = 20.0


def peeked(
    source: Source, info: MediaInfo, film: MediaStream, span: Span, places: int, *,
    keyframes_only: bool = False, pictures: int = 0, label: str, see: tuple[str, dict[str, Any]],
) -> Talk[tuple[str, ...]]:  # fmt: skip
    """What the filter `see` printed, at so many places of the span, or throughout where it is short or endless.

    Each place has a filter of its own, which sees `pictures` of them from the key frame before it on; 0 is all. With
    `keyframes_only` all of a short film is seen, and all key frames of an endless one.
    A source that cannot be read to the end says what it said until then.
    """
    length_s = span.of(info.duration_s or 0.0)
    # Times of the source tell apart places that fell onto the same key frame.
    options: dict[str, Any] = {"copyts": None}
    if keyframes_only and not 0 < length_s <= SHORT_S:
        options["skip_frame"] = "nokey"
    if places > 1 and length_s > SHORT_S:
        starts = [span.start_s + length_s * (at + 0.5) / places for at in range(places)]
        # Only to a key frame: nothing is decoded to come from there to the exact place.
        entries = [source_input(source, ss=f"{at:.3f}", noaccurate_seek=None, **options) for at in starts]
    else:
        entries = [source_input(source, **span.input_options(), **options)]
    name, settings = see
    seen = []
    for entry in entries:
        stream = entry[str(film.index)]
        if pictures and len(entries) > 1:
            stream = stream.filter("trim", end_frame=pictures)
        elif pictures and not keyframes_only:
            stream = stream.filter("trim", end_frame=pictures * places)
        seen.append(stream.filter(name, **settings))
    look = command(output(seen, "-", format="null", fps_mode="passthrough"), says="info")
    reads = (source.file,) if source.is_scratch else ()
    try:
        outcome: Outcome = yield Run(look, reads=reads, label=label)
    except StepFailed as failed:
        if failed.problem.is_transient:
            raise
        outcome = failed.outcome
    return outcome.lines
