"""The encoders: which one makes a codec, what its quality is, and what stands between a picture and it."""

from __future__ import annotations

from typing import Any

from pipeline.model.machine import HardwareCodec
from pipeline.model.source import MediaStream
from pipeline.stages.animation import palette, sheet, still_options, webp
from pipeline.stages.choices.video import VideoChoices
from pipeline.stages.hardware import hardware_options, uploaded
from pipeline.stages.pixels import Pixels
from pipeline.stages.profiles import profile_options
from pipeline.stages.software import ENCODERS, USUAL_CRF, Bitrate, Crf, Quality, coded, whole

__all__ = ["VIDEO_ENCODERS", "Bitrate", "Crf", "Quality", "finished", "quality_of", "video_options"]

VIDEO_ENCODERS = ENCODERS

_BY_PROFILE = ("prores", "dnxhr")
_AS_STILLS = ("gif", "webp", "sheet")


def quality_of(choices: VideoChoices) -> Quality:
    """The quality that is asked for, where nothing need be tried or measured for it."""
    if choices.rate == "bitrate":
        return Bitrate(choices.video_kbps)
    crf = USUAL_CRF.get(choices.video, 0.0) if choices.crf is None else choices.crf
    return Crf(whole(choices.video, crf))


def video_options(
    choices: VideoChoices,
    quality: Quality,
    place: str,
    video: MediaStream,
    pixels: Pixels,
    hardware: HardwareCodec | None = None,
) -> dict[str, Any]:
    """The output options of one encoded picture stream, `place` being its specifier: `v:0`.

    `pixels` decide nothing here: they are in the picture that comes, and encoders take their profile from it.
    """
    if choices.video in _BY_PROFILE:
        return {f"c:{place}": ENCODERS[choices.video], **profile_options(choices, place)}
    if choices.video in _AS_STILLS:
        return still_options(choices, place)
    if hardware is not None:
        return hardware_options(hardware, choices, quality, place, _frame_rate(choices, video))
    return coded(choices, quality, place, _frame_rate(choices, video))


def finished(
    stream: Any,
    choices: VideoChoices,
    pixels: Pixels,
    hardware: HardwareCodec | None = None,
    *,
    film: MediaStream | None = None,
    length_s: float = 0.0,
) -> Any:
    """What stands between the picture and its encoder: a palette, a sheet, the way into the hardware.

    `film` is the decoded stream, `length_s` how long it will be; 0 where that is not known. Both say how much memory
    a GIF takes, and the length where the pictures of a sheet lie.
    """
    match choices.video:
        case "gif":
            return palette(stream, choices, film, length_s)
        case "webp":
            return webp(stream)
        case "sheet":
            return sheet(stream, choices, length_s)
        case _:
            return uploaded(stream, hardware, pixels) if hardware is not None else stream


def _frame_rate(choices: VideoChoices, video: MediaStream) -> float:
    """Frames a second of the result, about; 0 where that is not known."""
    rate = choices.fps or video.frame_rate
    return min(rate, choices.max_fps) if choices.max_fps and rate else rate
