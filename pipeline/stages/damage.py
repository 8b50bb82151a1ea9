"""Finds out where a source is damaged or cut off, and says so. Looks closer only where something points to it."""

from __future__ import annotations

from pipeline.media.command import command, output, source_input
from pipeline.model.problem import Warn
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Outcome, Run, StepFailed, Talk
from pipeline.stages import expect
from pipeline.stages.counting import counted_source, extent_s
from pipeline.stages.selection import Selection
from pipeline.stages.verify import Checked

SHORTER_S = 0.5
SHORTER = 0.01
# A fault so close to where a cut-off source ends is its last packet, torn in two.
AT_THE_CUT_S = 1.0

# Who speaks in a line of ffmpeg's: these write, and say nothing about what was read.
_WRITERS = ("[out#", "[vost#", "[aost#", "[sost#", "[enc:", "[mp4]", "[ipod]", "[matroska]", "[libx26", "[libmp3lame]")


def damage(
    source: Source, info: MediaInfo, selection: Selection, wrote: Outcome, checked: Checked
) -> Talk[tuple[Warn, ...]]:
    """Warns of a source that is damaged inside, that ends too early, or both.

    A fault where it is cut off is not told apart: the cut explains it.
    """
    ends_s = yield from _cut_off_at(source, info, checked)
    complaints = [(at_s, text) for at_s, text in wrote.complaints if not text.startswith(_WRITERS)]
    warnings: list[Warn] = []
    if complaints:
        at_s = yield from _first_fault(source, info, selection, complaints[0][0])
        if ends_s is None or at_s < ends_s - AT_THE_CUT_S:
            text = f"The source is damaged at {_clock(at_s)}; look at the result there."
            warnings.append(Warn("source_damaged", text, at_s))
    if ends_s is not None:
        said = _clock(expect.seconds(info))
        text = f"The source ends at {_clock(ends_s)}, though it says it is {said} long; so does the result."
        warnings.append(Warn("source_cut_off", text, ends_s))
    return tuple(warnings)


def _cut_off_at(source: Source, info: MediaInfo, checked: Checked) -> Talk[float | None]:
    """Where a source ends before it should; None where it does not."""
    said_s = expect.seconds(info)
    allowed_s = max(SHORTER_S, SHORTER * said_s)
    if said_s - checked.length_s <= allowed_s:
        return None
    # Subtitles and data may well last longer than the film: only a source of which nothing does is cut off.
    there = checked.there or (yield from counted_source(source))
    if there is not None and said_s - extent_s(there) <= allowed_s:
        return None
    return checked.length_s


def _first_fault(source: Source, info: MediaInfo, selection: Selection, near_s: float) -> Talk[float]:
    """Decodes up to the first fault; the encode's own complaint is off by the encoder's lookahead."""
    strict = source_input(source, err_detect="explode")
    streams = [strict[str(kept.stream.index)] for kept in selection.of_kind("video", "audio")]
    look = command(
        output(streams, "-", format="null", fps_mode="passthrough"),
        expect_s=expect.seconds(info),
        stops_at_error=True,
    )
    reads = (source.file,) if source.is_scratch else ()
    try:
        yield Run(look, reads=reads, label="Find the damage")
    except StepFailed as failed:
        if failed.problem.is_transient:
            raise
        tick = failed.outcome.last_tick
        return tick.out_time_s if tick else near_s
    return near_s


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
