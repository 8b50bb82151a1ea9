"""How many bits pictures need to be worth looking at: what a file size asked for would mean for them."""

from __future__ import annotations

# H.264 at 1920x1080 and 25 pictures a second is soft but watchable from about this on, for most films. Below a third
# of it nobody would want to look at it.
_TOLERABLE_KBPS = 600.0
_POOR = 1 / 3
_PIXELS, _RATE = 1920 * 1080, 25.0
# Larger pictures need less for each pixel, and more of them a second differ less from each other: both as this power,
# which is the one usual bit rate ladders follow.
_POWER = 0.75
# What newer codecs need for the same.
_SHARES = {"h264": 1.0, "hevc": 0.65, "av1": 0.5, "vp9": 0.65}


def tolerable_kbps(codec: str, size: tuple[int, int], frame_rate: float) -> float:
    """From how many kilobits a second on pictures of this size and rate can be looked at."""
    pixels = max(1, size[0] * size[1]) / _PIXELS
    rate = (frame_rate or _RATE) / _RATE
    return float(_TOLERABLE_KBPS * _SHARES.get(codec, 1.0) * (pixels * rate) ** _POWER)


def least_kbps(codec: str, size: tuple[int, int], frame_rate: float) -> float:
    """Below how many nobody would want to look at them."""
    return tolerable_kbps(codec, size, frame_rate) * _POOR


def kbps_of(bytes_: float, seconds: float) -> float:
    """What a second of so many bytes has, in kilobits."""
    return bytes_ * 8 / 1000 / seconds if seconds else 0.0
