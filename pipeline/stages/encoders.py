"""The encoders: which one makes a codec, and the arguments that say quality, speed and profile to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.model.machine import HardwareCodec
from pipeline.model.source import MediaStream
from pipeline.stages.choices.video import VideoChoices
from pipeline.stages.pixels import Pixels

VIDEO_ENCODERS = {"h264": "libx264", "hevc": "libx265"}
_USUAL_CRF = {"h264": 21.0, "hevc": 24.0}


@dataclass(frozen=True)
class Crf:
    """Quality by constant rate factor, on the codec's own scale."""

    value: float


@dataclass(frozen=True)
class Bitrate:
    """Quality by bit rate. `turn` is 1 or 2 of two, 0 for a single one; `log` is what the first leaves the second."""

    kbps: float
    turn: int = 0
    log: str = ""


Quality = Crf | Bitrate


def quality_of(choices: VideoChoices) -> Quality:
    """The quality that is asked for, where nothing need be tried or measured for it."""
    if choices.rate == "bitrate":
        return Bitrate(choices.video_kbps)
    return Crf(_USUAL_CRF.get(choices.video, 23.0) if choices.crf is None else choices.crf)


def video_options(
    choices: VideoChoices,
    quality: Quality,
    place: str,
    video: MediaStream,
    pixels: Pixels,
    hardware: HardwareCodec | None = None,
) -> dict[str, Any]:
    """The output options of one encoded picture stream, `place` being its specifier: `v:0`."""
    match quality:
        case Crf(value=value):
            rate: dict[str, Any] = {f"crf:{place}": f"{value:g}"}
        case Bitrate(kbps=kbps):
            rate = {f"b:{place}": f"{kbps:g}k"}
    brand = {f"tag:{place}": "hvc1"} if choices.video == "hevc" else {}
    return {f"c:{place}": VIDEO_ENCODERS[choices.video], **rate, f"preset:{place}": choices.speed, **brand}


def finished(stream: Any, choices: VideoChoices, pixels: Pixels, hardware: HardwareCodec | None = None) -> Any:
    """What stands between the picture and its encoder: a palette, a sheet, the way into the hardware."""
    return stream
