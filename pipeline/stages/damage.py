"""Finds out where a source is damaged or cut off, and says so. Looks closer only where something points to it."""

from __future__ import annotations

from typing import Any

from pipeline.media.command import command, output, source_input
from pipeline.model.problem import Warn
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Outcome, Run, StepFailed, Talk
from pipeline.stages import expect
from pipeline.stages.counting import counted_source, extent_s
from pipeline.stages.length import has_length
from pipeline.stages.output import Output
from pipeline.stages.selection import Selection
from pipeline.stages.verify import Checked

SHORTER_S = 0.5
SHORTER = 0.01
# A fault so close to where a cut-off source ends is its last packet, torn in two.
AT_THE_CUT_S = 1.0

# Who speaks in a line of ffmpeg's: these write, and say nothing about what was read.
_WRITERS = (
    "[out#", "[vost#", "[aost#", "[sost#", "[enc:", "[mp4]", "[ipod]", "[matroska]", "[libx26", "[libmp3lame]",
    "[Parsed_subtitles", "Invalid UTF8 sequence in avio_put",
)  # fmt: skip

# A packet whose end is missing. It is a warning only, and a muxer that copies takes it as it is:
#
#   [in#0/avi @ 0x55915d681540] [warning] corrupt input packet in stream 0
_TORN = "corrupt input packet in stream"


def damage(
    source: Source, info: MediaInfo, output_: Output, wrote: Outcome, checked: Checked
) -> Talk[tuple[Warn, ...]]:
    """Warns of a source that is damaged inside, that ends too early, or both.

    A fault where it is cut off is not told apart: the cut explains it.
    """
    ends_s = yield from _cut_off_at(source, info, output_, checked)
    complaints = [at_s for at_s, text in wrote.complaints if not text.startswith(_WRITERS)]
    warnings: list[Warn] = []
    if complaints or any(_TORN in line for line in wrote.lines):
        at_s = yield from _first_fault(source, info, checked.selection)
        if at_s is None and ends_s is None:
            at_s = complaints[0] if complaints else 0.0
        if at_s is not None and (ends_s is None or at_s < ends_s - AT_THE_CUT_S):
            text = f"The source is damaged at {_clock(at_s)}; look at the result there."
            warnings.append(Warn("source_damaged", text, at_s))
    if ends_s is not None:
        said = _clock(expect.seconds(info))
        text = f"The source ends at {_clock(ends_s)}, though it says it is {said} long; so does the result."
        warnings.append(Warn("source_cut_off", text, ends_s))
    return tuple(warnings)


def _cut_off_at(source: Source, info: MediaInfo, output_: Output, checked: Checked) -> Talk[float | None]:
    """Where a source ends before it should; None where it does not, or nothing of the result is missing by that."""
    said_s = expect.seconds(info)
    allowed_s = max(SHORTER_S, SHORTER * said_s)
    if output_.seconds(info) - checked.length_s <= allowed_s or not has_length(output_, checked.here[0].packets):
        return None
    # Subtitles and data may well last longer than the film: only a source of which nothing does is cut off.
    there = checked.there or (yield from counted_source(source))
    if there is not None and said_s - extent_s(each for each in there if each.kind != "cover") <= allowed_s:
        return None
    return output_.span.start_s + checked.length_s


def _first_fault(source: Source, info: MediaInfo, selection: Selection) -> Talk[float | None]:
    """Where the first fault is; None where none is met again.

    The complaint of an encode is off by the encoder's lookahead. Pictures and sound are looked at apart: how far one
    has come says nothing about the other.
    """
    for kind in ("video", "audio"):
        indexes = [str(kept.stream.index) for kept in selection.kept if kept.kind == kind]
        if not indexes:
            continue
        # A torn packet ends the reading before what was read is decoded, so those are looked for without decoding.
        torn = source_input(source)
        torn_s = yield from _until_the_fault(source, info, output([torn[at] for at in indexes], "-", **_COPIED))
        strict = source_input(source, err_detect="explode", fflags="+discardcorrupt")
        read_s = yield from _until_the_fault(source, info, output([strict[at] for at in indexes], "-", **_DECODED))
        if found := [at_s for at_s in (torn_s, read_s) if at_s is not None]:
            return min(found)
    return None


_COPIED = {"format": "null", "c": "copy"}
_DECODED = {"format": "null", "fps_mode": "passthrough"}


def _until_the_fault(source: Source, info: MediaInfo, look: Any) -> Talk[float | None]:
    """How far reading comes until it stops at a fault; None if it reaches the end."""
    step = Run(
        command(look, expect_s=expect.seconds(info), stops_at_error=True),
        reads=(source.file,) if source.is_scratch else (),
        label="Find the damage",
    )
    try:
        yield step
    except StepFailed as failed:
        if failed.problem.is_transient:
            raise
        return failed.outcome.last_tick.out_time_s if failed.outcome.last_tick else 0.0
    return None


def _clock(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
