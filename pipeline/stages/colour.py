"""What the numbers of a picture mean as colours, before and after, and the way from HDR to SDR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.model.source import MediaStream
from pipeline.stages.pixels import Pixels


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


def colour_of(video: MediaStream, pixels: Pixels) -> Colour:
    """What the result says about its colours: the same as the source, or the usual where that is silent."""
    if is_tonemapped(video, pixels):
        return _BT709
    usual = _usual(video)
    return Colour(
        video.colour_primaries or usual.primaries,
        video.colour_transfer or usual.transfer,
        usual.space if is_rgb(video) else video.colour_space or usual.space,
    )


def _usual(video: MediaStream) -> Colour:
    if video.is_hdr:
        return _FAMILIES["bt2020nc"]
    is_high = video.width >= 1280 or video.height >= 720
    return _FAMILIES.get(video.colour_space, _BT709 if is_high else _BT601)


def is_tonemapped(video: MediaStream, pixels: Pixels) -> bool:
    """HDR becomes SDR."""
    return video.is_hdr and not pixels.is_hdr


def is_full_range(video: MediaStream) -> bool:
    """Black is 0, not 16 of 255."""
    return video.colour_range == "pc" or video.pixel_format.startswith("yuvj")


def is_rgb(video: MediaStream) -> bool:
    """Its pixels have no matrix yet."""
    names = ("gbr", "rgb", "bgr", "argb", "abgr", "0rgb", "0bgr", "pal8", "x2rgb", "x2bgr")
    return video.colour_space == "gbr" or video.pixel_format.startswith(names)


# What frames carry about their HDR. An encoder writes it into an SDR file too if it is left there.
_HDR_DATA = (
    "MASTERING_DISPLAY_METADATA", "CONTENT_LIGHT_LEVEL", "DYNAMIC_HDR_PLUS", "DOVI_METADATA", "DOVI_RPU_BUFFER",
    "AMBIENT_VIEWING_ENVIRONMENT",
)  # fmt: skip


def tonemapped(stream: Any, video: MediaStream, pixels: Pixels, size: tuple[int, int]) -> Any:
    """HDR as SDR of this size."""
    width, height = size
    # zscale takes no step from the unknown, so frames are told what the file is silent about.
    stream = stream.filter(
        "setparams",
        range="pc" if is_full_range(video) else "tv",
        color_primaries=video.colour_primaries or "bt2020",
        color_trc=video.colour_transfer,
        colorspace=video.colour_space or "bt2020nc",
    )
    # It scales here, before pictures are floats of four times the size.
    stream = stream.filter("zscale", t="linear", npl=100, w=width, h=height)
    stream = stream.filter("setsar", 1).filter("format", "gbrpf32le")
    stream = stream.filter("zscale", p="bt709").filter("tonemap", tonemap="hable", desat=0)
    stream = stream.filter("zscale", t="bt709", m="bt709", r="tv").filter("format", pixels.format)
    for kind in _HDR_DATA:
        stream = stream.filter("sidedata", mode="delete", type=kind)
    return stream
