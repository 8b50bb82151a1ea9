"""Encodes one source into one or more scratch files in one decode, copying the streams that are kept as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.media.command import command, copies, nowhere, output, scratch_input, source_input
from pipeline.model.problem import PipelineError, Problem, Warn, bad_option, no_stream, no_times, source_damaged
from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.model.stage import Command, Outcome, Run, StepFailed, Talk
from pipeline.stages import tags
from pipeline.stages.animation import sheet_input
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.containers import CRASH_SAFE_MP4
from pipeline.stages.covers import attached
from pipeline.stages.encoders import Bitrate, finished, video_options
from pipeline.stages.extras import extra_tags, with_extra
from pipeline.stages.geometry import picture
from pipeline.stages.hardware import devices, failure, is_at_fault, missing
from pipeline.stages.output import Output
from pipeline.stages.pixels import has_no_base
from pipeline.stages.score import Pair, scoring
from pipeline.stages.selection import FROM_ZERO, Kept, Selection
from pipeline.stages.software import logs_of
from pipeline.stages.sound import audio_options


@dataclass(frozen=True)
class Wrote:
    """How the process ended that wrote an output, and what it said of this one.

    `frames` and `end_s` are None where it spoke of another output: it counts the first one's pictures, and says how
    far the longest has come. `warnings` say where hardware that was asked for did not encode it.
    """

    outcome: Outcome
    frames: int | None
    end_s: float | None
    warnings: tuple[Warn, ...] = ()


def encoded(source: Source, info: MediaInfo, outputs: Sequence[Output]) -> Talk[tuple[Wrote, ...]]:
    """Encodes or copies into each output's target, and returns what was said of each, for the checks that follow.

    Films with a `scored` are scored in the same Step. Where hardware fails, all are encoded once more in software.

    Raises:
        PipelineError: no stream would be left, nothing could be decoded, or pictures cannot be copied.
    """
    for each in outputs:
        if each.selection.is_empty:
            raise PipelineError(_nothing_left(source, each.choices))
    warnings = [missing(each.choices, each.hardware) if each.selection.has_video else () for each in outputs]
    try:
        outcome: Outcome = yield _step(source, info, outputs)
    except StepFailed as failed:
        if not is_at_fault(failed.problem, [each.hardware for each in outputs]):
            raise
        warnings = [
            (failure(each.hardware, failed.outcome),) if each.hardware else said
            for each, said in zip(outputs, warnings, strict=True)
        ]
        outputs = [replace(each, hardware=None) for each in outputs]
        outcome = yield _step(source, info, outputs)
    if _came_to_nothing(outcome, outputs):
        if not outcome.complaints:
            raise PipelineError(_nothing_left(source, outputs[0].choices))
        said = "\n".join(text for _, text in outcome.complaints)
        raise PipelineError(source_damaged(source.path, outcome.complaints[0][0], said))
    if any(_MADE_UP_TIMES in line for line in outcome.lines):
        raise PipelineError(no_times(source.path))
    return tuple(replace(each, warnings=said) for each, said in zip(_told(outcome, outputs), warnings, strict=True))


def _step(source: Source, info: MediaInfo, outputs: Sequence[Output]) -> Run:
    encodes = any(each.selection.encoded for each in outputs)
    return Run(
        encode_command(source, info, outputs),
        lane="gpu" if any(each.hardware for each in outputs) else "cpu",
        makes=(*(each.target for each in outputs), *(each.scored.log for each in outputs if each.scored)),
        label="Encode" if encodes else "Copy",
        reads=_read(source, outputs),
    )


def _read(source: Source, outputs: Sequence[Output]) -> tuple[str, ...]:
    """The scratch files that are read: the source where it is one, and what was made ready."""
    ready = (name for each in outputs for name in (*each.selection.files, *(each.burn.files if each.burn else ())))
    first_turns = (name for each in outputs for name in _first_turn(each))
    return tuple(dict.fromkeys((*((source.file,) if source.is_scratch else ()), *ready, *first_turns)))


def _first_turn(made: Output) -> tuple[str, ...]:
    """What the first of two turns left for this one, the second."""
    quality = made.quality
    if not isinstance(quality, Bitrate) or quality.turn != 2 or not made.selection.has_video:
        return ()
    return logs_of(made.choices, quality.log)


def encode_command(source: Source, info: MediaInfo, outputs: Sequence[Output]) -> Command:
    """The one process that writes each output's target, and scores the films that are to be scored."""
    made: list[Any] = []
    given: list[Any] = []
    pairs: list[Pair] = []
    films = _films(source, info, outputs)
    for number, each in enumerate(outputs):
        target, drawing = _target(source, info, each, films[number])
        made.append(target)
        if each.scored is not None and drawing is not None:
            pairs.append(Pair(f"{number}:0", f"{len(outputs) + len(given)}:0", each.scored))
            given.append(nowhere(drawing, **_own_times(each), **each.span.output_options()))
    return command(
        *made,
        *given,
        before=devices([each.hardware for each in outputs]),
        after=scoring(pairs) if pairs else (),
        expect_s=max(each.seconds(info) for each in outputs),
        expect_frames=next((each.frames(info) for each in outputs if each.selection.has_video), 0),
    )


def _films(source: Source, info: MediaInfo, outputs: Sequence[Output]) -> list[Any]:
    """The decoded film of each output, None where it encodes none.

    Outputs that read the same get a copy each: ffmpeg-python takes equal filters for one, and one with two ends for a
    mistake.
    """
    films: list[Any] = []
    for each in outputs:
        film = next((kept for _, kept in each.selection.encoded if kept.kind == "video"), None)
        films.append(_entry(film, _entries(source, info, each)[0], each) if film else None)
    for film in dict.fromkeys(film for film in films if film is not None):
        places = [at for at, other in enumerate(films) if other == film]
        if len(places) > 1:
            for at, copy in zip(places, copies(film, len(places)), strict=True):
                films[at] = copy
    return films


def _told(outcome: Outcome, outputs: Sequence[Output]) -> tuple[Wrote, ...]:
    tick = outcome.last_tick
    # Pictures are counted in the first output that has any: where that is a cover, nobody counts the films.
    first = next((at for at, each in enumerate(outputs) if _written(each).of_kind("video", "cover")), 0)
    is_alone = len(outputs) == 1
    told: list[Wrote] = []
    for at, each in enumerate(outputs):
        # A WebP is one packet, however many pictures it has, and a sheet has no length.
        counts, lasts = each.choices.video != "webp", each.choices.video not in ("webp", "sheet")
        is_counted = at == first and (each.selection.has_video or len(outputs) == 1)
        frames = tick.frame if tick and is_counted and counts else None
        told.append(Wrote(outcome, frames, tick.out_time_s if tick and is_alone and lasts else None))
    return tuple(told)


def _target(source: Source, info: MediaInfo, made: Output, film: Any) -> tuple[Any, Any]:
    """One output file: its streams through their filters, and their options. With it, what its film's encoder is
    given, where the two are to be compared.
    """
    drawing: Any = None
    selection = _written(made)
    entry, sounds = _entries(source, info, made)
    streams: list[Any] = []
    options: dict[str, Any] = {}
    counts: dict[str, int] = {}
    for kept in selection.kept:
        is_attached = kept.kind == "cover" and bool(kept.file)
        letter = "t" if is_attached else tags.LETTERS[kept.kind]
        number = counts[letter] = counts.get(letter, -1) + 1
        if is_attached:
            options |= attached(kept, f"t:{number}")
            continue
        stream = _entry(kept, sounds if kept.kind == "audio" else entry, made)
        is_film = kept.kind == "video" and kept.is_encoded
        if is_film:
            stream = drawn(made.span.cut(film), kept.stream, made, made.seconds(info))
            if made.scored is not None:
                stream, drawing = copies(stream, 2)
        streams.append(stream)
        place = f"{letter}:{number}"
        options |= {**_options(kept, place, made, info), **tags.stream_options(kept, place, made)}
    muxing = tags.muxing(CRASH_SAFE_MP4 if made.is_finished_apart else made.container.muxing, info, made)
    said, own = tags.file_options(info, made), extra_tags(made.choices.extra)
    both = {"metadata": [*said["metadata"], *own["metadata"]]} if "metadata" in said and "metadata" in own else {}
    options |= {**said, **own, **both, **made.span.output_options()}
    return output(streams, made.target, **options, **muxing), drawing


def _written(made: Output) -> Selection:
    """What the encoder writes: covers come with the finishing, where there is one."""
    return made.selection.without_covers() if made.is_finished_apart else made.selection


def _entry(kept: Kept, entry: Any, made: Output) -> Any:
    """Where one stream is read from."""
    if kept.file:
        return scratch_input(kept.file, **FROM_ZERO, **made.span.input_options())["0"]
    return entry[str(kept.stream.index)]


def drawn(stream: Any, film: MediaStream, made: Output, length_s: float = 0.0) -> Any:
    """A decoded film through all filters up to its encoder. `length_s` 0: not known how long it will be."""
    stream = picture(stream, film, made.choices, made.seen, made.pixels, made.burn)
    return finished(stream, made.choices, made.pixels, made.hardware, film=film, length_s=length_s)


def _came_to_nothing(outcome: Outcome, outputs: Sequence[Output]) -> bool:
    tick = outcome.last_tick
    # Beside sound alone, the one frame is its cover.
    has_video = any(each.selection.has_video for each in outputs)
    return tick is not None and not tick.out_time_s and not (has_video and tick.frame)


def _entries(source: Source, info: MediaInfo, made: Output) -> tuple[Any, Any]:
    """Where the film and where all else is read from. Of Ogg each is read by itself, see `sound`."""
    part = made.span.input_options()
    has_film = any(kept.kind == "video" for _, kept in made.selection.encoded)
    film = dict(made.span.film_options() if has_film else part)
    if made.choices.video == "sheet":
        film |= sheet_input(made.choices, made.seconds(info))
    # A film may have to be read from earlier on than sound that is copied.
    if (info.container == "ogg" and made.selection.has_video) or (has_film and made.span.lead_s):
        return source_input(source, an=None, **film), source_input(source, vn=None, **part)
    entry = source_input(source, **film)
    return entry, entry


# AVI and bare streams do not say when a picture is shown. Where pictures are stored in another order than they are
# shown in, the muxer that copies them counts on in the wrong order, says this line, and ends well:
#
#   [mp4 @ 0x55a8adccd500] [warning] pts has no value
_MADE_UP_TIMES = "pts has no value"


def _options(kept: Kept, place: str, made: Output, info: MediaInfo) -> dict[str, Any]:
    match kept.kind:
        case "video" if kept.is_encoded:
            return film_options(kept.stream, made, place)
        case "video":
            return {f"c:{place}": "copy", **_brand(kept.stream, made, place)}
        case "audio" if kept.is_encoded:
            options = audio_options(kept, made.choices, place, info, made.loudness.get(kept.stream.index))
            return with_extra(options, made.choices.extra, place)
        case "cover":
            return {f"c:{place}": kept.encoder, f"disposition:{place}": "attached_pic"}
        case "subtitle":
            return {f"c:{place}": kept.encoder, **made.span.cue_options(place)}
        case _:
            return {f"c:{place}": kept.encoder}


def film_options(film: MediaStream, made: Output, place: str = "v:0") -> dict[str, Any]:
    """The output options of a film that is encoded: how, and with which times."""
    options = video_options(made.choices, made.quality, place, film, made.pixels, made.hardware)
    return {
        **with_extra(options, made.choices.extra, place),
        **{f"{name}:{place}": value for name, value in _own_times(made).items()},
    }


def _own_times(made: Output) -> dict[str, str]:
    # Every frame at its own time: a frame rate that varies stays so, and none is dropped or doubled.
    return {"fps_mode": "passthrough", "enc_time_base": "filter" if made.has_own_times else "demux"}


def _brand(film: MediaStream, made: Output, place: str) -> dict[str, str]:
    if film.codec != "hevc":
        return {}
    # Apple's players take HEVC only under this tag, and Dolby Vision that is nothing else only under its own.
    is_theirs = made.choices.container in ("mp4", "mov")
    return {f"tag:{place}": "dvh1" if is_theirs and has_no_base(film) else "hvc1"}


def _nothing_left(source: Source, choices: OutputChoices) -> Problem:
    kinds = [kind for kind, codec in (("video", choices.video), ("audio", choices.audio)) if codec != "none"]
    if not kinds:
        return bad_option("audio", "With it and the other options, neither pictures nor sound would be left")
    return no_stream(source.path, f"{' or '.join(kinds)} stream")
