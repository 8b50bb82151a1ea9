"""Whether a part of a source, or pictures with times of their own, are as long as they should be."""

from __future__ import annotations

import msgspec

from pipeline.model.problem import PipelineError, bad_option
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Talk
from pipeline.stages.counting import Count, counted_source, extent_s
from pipeline.stages.filter_chain import changes_length
from pipeline.stages.frame_rate import rate_of
from pipeline.stages.output import Output
from pipeline.stages.selection import Selection

END_S = 0.25
# A last picture may be shown this long, and need not be told how long.
LAST_S = 0.25
# What is copied ends with a whole packet.
_PACKET_S = 2.0


def has_length(output: Output, packets: int) -> bool:
    """Whether a result is as long as what it was made of, `packets` being what its first stream has.

    A sheet has no length, a WebP whose pictures are all alike is a single one that does not move, and a person's own
    filters may make another length.
    """
    codec = output.choices.video
    return not (codec == "sheet" or (codec == "webp" and packets == 1) or changes_length(output.choices.filters))


def wrong_length(info: MediaInfo, output: Output, made_s: float, packets: int) -> str:
    """What is wrong with a result that is so long, `packets` of them in its first stream; empty where nothing is."""
    if not has_length(output, packets):
        return ""
    wanted_s = output.seconds(info)
    shorter_s = longer_s = END_S + max(LAST_S, _picture_s(output))
    if output.selection.copied:
        longer_s += _PACKET_S
    if output.seen.copied_from_s is not None:
        # It begins at a key frame before the part, or behind it.
        moved_s = output.seen.copied_from_s - output.span.start_s
        shorter_s, longer_s = shorter_s + max(0.0, moved_s), longer_s - min(0.0, moved_s)
    if not wanted_s or -shorter_s <= made_s - wanted_s <= longer_s:
        return ""
    return f"It is {made_s:.2f} s long; it should be {wanted_s:.2f} s"


def fault_of_length(
    source: Source, info: MediaInfo, output: Output, made_s: float, packets: int, there: tuple[Count, ...] | None
) -> Talk[tuple[str, tuple[Count, ...] | None]]:
    """`wrong_length`, and what the source holds where it had to be counted: one cut off has less than it says."""
    wrong = wrong_length(info, output, made_s, packets)
    if not wrong or made_s > output.seconds(info):
        return wrong, there
    if there is None:
        there = yield from counted_source(source)
    # Subtitles and data may well last longer than the film.
    real_s = extent_s(each for each in there or () if each.kind in ("video", "audio"))
    really = msgspec.structs.replace(info, duration_s=real_s or info.duration_s)
    return wrong_length(really, output, made_s, packets), there


def refuse_without_keyframe(selection: Selection, here: tuple[Count, ...]) -> None:
    """Checks that copied pictures of a part are there; they begin with a keyframe, and a part may have none.

    Raises:
        PipelineError: there are none.
    """
    if any(kept.kind == "video" and not here[at].packets for at, kept in selection.copied):
        what = "There is no keyframe in this part, so its pictures cannot be copied; choose a codec, or begin earlier"
        raise PipelineError(bad_option("start", what))


def _picture_s(output: Output) -> float:
    """How long a picture is shown, where all are shown as long as each other."""
    rate = rate_of(output.film, output.choices) if output.film and output.has_own_times else None
    return float(1 / rate) if rate else 0.0
