"""The software encoders: how quality is said, their speeds, and the arguments that say both to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.stages.choices.video import VideoChoices


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

ENCODERS = {
    "h264": "libx264", "hevc": "libx265", "av1": "libsvtav1", "vp9": "libvpx-vp9", "prores": "prores_ks",
    "dnxhr": "dnxhd", "gif": "gif", "webp": "libwebp_anim", "sheet": "mjpeg",
}  # fmt: skip

# Pictures of about the same VMAF. Three clips at 720p with ffmpeg 9.0.2 (an animated film, a bird, a phone's video),
# each with its size as a share of H.264's:
#
#   x264 medium 21         96.2          99.7          92.1
#   x265 medium 22         94.8 (0.87)   99.5 (0.88)   91.8 (0.42)   between those of 21 and 23
#   SVT-AV1 preset 7, 26   95.5 (0.84)   99.2 (0.95)   92.1 (0.34)   between those of 24 and 29, 10 bits
#   libvpx cpu-used 4, 28  95.7 (0.87)   99.4 (0.82)   92.5 (0.60)   between those of 26 and 30
USUAL_CRF = {"h264": 21.0, "hevc": 22.0, "av1": 26.0, "vp9": 28.0}
# The largest, by each encoder's own documentation; 0 is the smallest of all.
LARGEST_CRF = {"h264": 51, "hevc": 51, "av1": 63, "vp9": 63}
# Those that take only whole numbers, or quarters of them.
_CRF_STEPS = {"av1": 0.25, "vp9": 1.0}

# SVT-AV1 4.2: from 10 on it warns of visible faults by itself (“Non-RTC M10+ are meant for automation tooling usage”),
# and 11 to 13 make the same file byte by byte. 8 took 1.05 times as long as x264's medium.
_SVT_PRESETS = {
    "ultrafast": 9, "superfast": 9, "veryfast": 9, "faster": 8, "fast": 8, "medium": 7, "slow": 6, "slower": 4,
    "veryslow": 2,
}  # fmt: skip
# Deadline and cpu-used. With “good”, 6 and more make the same file as 5. Real time makes files a third larger and more.
_VPX_SPEEDS = {
    "ultrafast": ("realtime", 8), "superfast": ("realtime", 6), "veryfast": ("good", 5), "faster": ("good", 5),
    "fast": ("good", 4), "medium": ("good", 3), "slow": ("good", 2), "slower": ("good", 1), "veryslow": ("good", 0),
}  # fmt: skip
# In real time libvpx keeps nothing of a first turn: the second ends with “rc_twopass_stats_in.buf not set”.
_TURN_SPEEDS = {"ultrafast": "veryfast", "superfast": "veryfast"}
# How long libwebp tries, 0 to 6; 4 is its own choice.
_WEBP_EFFORTS = {
    "ultrafast": 0, "superfast": 1, "veryfast": 2, "faster": 3, "fast": 3, "medium": 4, "slow": 5, "slower": 6,
    "veryslow": 6,
}  # fmt: skip

# What each pays attention to on request. x265 is made for film as it is and has no name for it.
TUNES = {"h264": ("film", "animation", "grain"), "hevc": ("animation", "grain")}

# Players jump to a keyframe and decode from there on. Left alone, x264 and x265 set one at least every 250 pictures,
# which at 25 a second are 10 s, libvpx every 128. Where a scene begins there is one besides.
KEYFRAME_S = 10.0


def whole(codec: str, crf: float) -> float:
    """The same CRF as the codec's encoder takes it."""
    step = _CRF_STEPS.get(codec)
    return float(round(crf / step) * step) if step else crf


def coded(choices: VideoChoices, quality: Quality, place: str, frame_rate: float) -> dict[str, Any]:
    """The output options of H.264, HEVC, AV1 or VP9 in software. `frame_rate` 0: not known.

    A bit rate is a mean: peaks are not limited, because that costs quality, and with threads x264 then makes another
    file each time.
    """
    speed = choices.speed
    options: dict[str, Any] = {f"c:{place}": ENCODERS[choices.video], **_rate(choices, quality, place)}
    match choices.video:
        case "av1":
            options[f"preset:{place}"] = _SVT_PRESETS[speed]
        case "vp9":
            deadline, cpu_used = _VPX_SPEEDS[_TURN_SPEEDS.get(speed, speed) if _is_a_turn(quality) else speed]
            options |= {f"deadline:{place}": deadline, f"cpu-used:{place}": cpu_used, f"row-mt:{place}": 1}
        case "hevc":
            # It writes to the terminal itself, whatever ffmpeg's log level is. Apple's players want this tag.
            options |= {f"preset:{place}": speed, f"x265-params:{place}": "log-level=error", f"tag:{place}": "hvc1"}
        case _:
            options[f"preset:{place}"] = speed
    if choices.tune != "none" and choices.tune in TUNES.get(choices.video, ()):
        options[f"tune:{place}"] = choices.tune
    return options | keyframes(place, frame_rate)


def keyframes(place: str, frame_rate: float) -> dict[str, Any]:
    """How far apart keyframes are at most; nothing where the frame rate is not known."""
    return {f"g:{place}": max(1, round(frame_rate * KEYFRAME_S))} if frame_rate else {}


def webp_effort(choices: VideoChoices) -> int:
    """How hard libwebp tries, of 6."""
    return _WEBP_EFFORTS[choices.speed]


def logs_of(choices: VideoChoices, log: str) -> tuple[str, ...]:
    """The files the first of two turns leaves for a process's only stream, `log` being its name.

    As ffmpeg 9.0.2 and the encoders write them. The second of them says how long each part of a picture is needed,
    where the encoder looks for that; a person's own arguments may have told it not to.
    """
    first = f"{log}-0.log"
    looks = {
        "hevc": choices.tune != "grain",
        "h264": choices.speed not in ("ultrafast", "superfast"),
    }
    trees = {"hevc": ".cutree", "h264": ".mbtree"}
    if not looks.get(choices.video) or choices.extra.strip():
        return (first,)
    return first, first + trees[choices.video]


def _is_a_turn(quality: Quality) -> bool:
    return isinstance(quality, Bitrate) and quality.turn > 0


def _rate(choices: VideoChoices, quality: Quality, place: str) -> dict[str, Any]:
    match quality:
        case Crf(value=value):
            value = whole(choices.video, value)
            crf: dict[str, Any] = {f"crf:{place}": f"{value:g}"}
            if choices.video == "av1" and value % 1:
                # ffmpeg knows only whole ones; SVT-AV1 itself knows quarters.
                return {f"crf:{place}": f"{int(value)}", f"svtav1-params:{place}": f"crf={value:g}"}
            # With any other bit rate it is a limit to libvpx, and its own default is one.
            return crf | {f"b:{place}": 0} if choices.video == "vp9" else crf
        case Bitrate(kbps=kbps, turn=turn, log=log):
            rate: dict[str, Any] = {f"b:{place}": f"{kbps:g}k"}
            return rate | {f"pass:{place}": turn, f"passlogfile:{place}": log} if turn else rate
