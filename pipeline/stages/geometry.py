"""How large the picture becomes and what its colours are, and the filters that make it so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.model.source import MediaStream
from pipeline.stages.choices.picture import PictureChoices
from pipeline.stages.look import Seen
from pipeline.stages.pixels import Pixels
from pipeline.stages.subtitles import Burn

_INTERLACED = ("tt", "bb", "tb", "bt")
# Files of these may hold interlaced pictures without saying so; each decoded one does. Others pass untouched.
_TOLD_BY_PICTURES = ("dvvideo", "h264", "mjpeg", "mpeg2video", "mpeg4", "vc1")


@dataclass(frozen=True)
class Colour:
    """What numbers mean as colours, in ffmpeg's names."""

    primaries: str
    transfer: str
    space: str


_BT709 = Colour("bt709", "bt709", "bt709")
_BT601 = Colour("smpte170m", "smpte170m", "smpte170m")
# What goes with a matrix, where the source names no more than that.
_FAMILIES = {
    "bt709": _BT709,
    "smpte170m": _BT601,
    "bt470bg": Colour("bt470bg", "bt470bg", "bt470bg"),
    "bt2020nc": Colour("bt2020", "bt2020-10", "bt2020nc"),
}


def fitted(video: MediaStream, max_height: int) -> tuple[int, int]:
    """Width and height after fitting: square pixels, upright, even, never larger than the source.

    `max_height` limits the shorter side, so that 1080 means 1920x1080 lying and 1080x1920 standing; 0 is no limit.
    """
    width, height = _upright(video)
    shorter = min(width, height)
    limit = max(2, max_height // 2 * 2) if max_height else 0
    scale = min(1.0, limit / shorter) if limit and shorter else 1.0
    return _even(width * scale), _even(height * scale)


def picture(
    stream: Any, video: MediaStream, choices: PictureChoices, seen: Seen, pixels: Pixels, burn: Burn | None = None
) -> Any:
    """The filters between a decoded source and what its encoder takes. ffmpeg turns it upright by itself."""
    max_height, bit_depth = choices.max_height, pixels.bit_depth
    if _may_be_interlaced(video):
        stream = stream.filter("bwdif", mode="send_frame", parity="auto", deint="interlaced")
    if _is_tonemapped(video, bit_depth):
        stream = _tonemapped(stream, video, max_height)
    else:
        stream = _scaled(stream, video, max_height)
    stream = stream.filter("format", pixels.format)
    # Encoders take what a frame says of its colours, whatever their own options say.
    colour = colour_of(video, bit_depth=bit_depth)
    return stream.filter(
        "setparams",
        range="tv",
        color_primaries=colour.primaries,
        color_trc=colour.transfer,
        colorspace=colour.space,
    )


def colour_of(video: MediaStream, *, bit_depth: int = 8) -> Colour:
    """What the result says about its colours: the same as the source, or the usual where that is silent."""
    if _is_tonemapped(video, bit_depth):
        return _BT709
    usual = _usual(video)
    return Colour(
        video.colour_primaries or usual.primaries,
        video.colour_transfer or usual.transfer,
        usual.space if _is_rgb(video) else video.colour_space or usual.space,
    )


def _usual(video: MediaStream) -> Colour:
    is_high = video.width >= 1280 or video.height >= 720
    return _FAMILIES.get(video.colour_space, _BT709 if is_high else _BT601)


def _scaled(stream: Any, video: MediaStream, max_height: int) -> Any:
    width, height = fitted(video, max_height)
    ranges = {"out_range": "tv"} if _is_full_range(video) else {}
    matrix = {"out_color_matrix": colour_of(video).space} if _is_rgb(video) else {}
    if (width, height) == _turned(video) and not ranges and not matrix and not _has_odd_pixels(video):
        return stream
    return stream.filter("scale", width, height, flags="bicubic", **ranges, **matrix).filter("setsar", 1)


def _tonemapped(stream: Any, video: MediaStream, max_height: int) -> Any:
    width, height = fitted(video, max_height)
    # zscale takes no step from the unknown, so frames are told what the file is silent about.
    stream = stream.filter(
        "setparams",
        range="pc" if _is_full_range(video) else "tv",
        color_primaries=video.colour_primaries or "bt2020",
        color_trc=video.colour_transfer,
        colorspace=video.colour_space or "bt2020nc",
    )
    # It scales here, before pictures are floats of four times the size.
    stream = stream.filter("zscale", t="linear", npl=100, w=width, h=height)
    stream = stream.filter("setsar", 1).filter("format", "gbrpf32le")
    stream = stream.filter("zscale", p="bt709").filter("tonemap", tonemap="hable", desat=0)
    stream = stream.filter("zscale", t="bt709", m="bt709", r="tv").filter("format", "yuv420p")
    # Without these the SDR file still carries the HDR10 metadata of its source.
    for kind in ("MASTERING_DISPLAY_METADATA", "CONTENT_LIGHT_LEVEL"):
        stream = stream.filter("sidedata", mode="delete", type=kind)
    return stream


def _may_be_interlaced(video: MediaStream) -> bool:
    return video.field_order in _INTERLACED or (not video.field_order and video.codec in _TOLD_BY_PICTURES)


def _is_tonemapped(video: MediaStream, bit_depth: int) -> bool:
    return video.is_hdr and bit_depth == 8


def _is_full_range(video: MediaStream) -> bool:
    return video.colour_range == "pc" or video.pixel_format.startswith("yuvj")


def _is_rgb(video: MediaStream) -> bool:
    names = ("gbr", "rgb", "bgr", "argb", "abgr", "0rgb", "0bgr", "pal8", "x2rgb", "x2bgr")
    return video.colour_space == "gbr" or video.pixel_format.startswith(names)


def _has_odd_pixels(video: MediaStream) -> bool:
    return video.sample_aspect not in ("", "1:1", "0:1")


def _upright(video: MediaStream) -> tuple[float, float]:
    numerator, _, denominator = video.sample_aspect.partition(":")
    aspect = int(numerator) / int(denominator) if numerator.isdigit() and denominator not in ("", "0") else 1.0
    width, height = video.width * (aspect or 1.0), float(video.height)
    return (height, width) if video.rotation % 180 == 90 else (width, height)


def _turned(video: MediaStream) -> tuple[int, int]:
    return (video.height, video.width) if video.rotation % 180 == 90 else (video.width, video.height)


def _even(length: float) -> int:
    return max(2, int(length / 2 + 0.5) * 2)
