"""How large the picture becomes, and the filters that make it so."""

from __future__ import annotations

from typing import Any

from pipeline.model.source import MediaStream

_INTERLACED = ("tt", "bb", "tb", "bt")


def fitted(video: MediaStream, max_height: int) -> tuple[int, int]:
    """Width and height after fitting: square pixels, upright, even, never larger than the source.

    `max_height` limits the shorter side, so that 1080 means 1920x1080 lying and 1080x1920 standing; 0 is no limit.
    """
    width, height = _upright(video)
    shorter = min(width, height)
    scale = min(1.0, max_height / shorter) if max_height and shorter else 1.0
    return _even(width * scale), _even(height * scale)


def picture(stream: Any, video: MediaStream, max_height: int, *, bit_depth: int = 8) -> Any:
    """The filters between a decoded source and an 8-bit or 10-bit 4:2:0 encoder. ffmpeg turns it upright by itself."""
    if video.field_order in _INTERLACED:
        stream = stream.filter("bwdif", mode="send_frame", parity="auto", deint="interlaced")
    if video.is_hdr and bit_depth == 8:
        stream = _tonemapped(stream)
    stream = _scaled(stream, video, max_height)
    return stream.filter("format", "yuv420p" if bit_depth == 8 else "yuv420p10le")


def colour_tags(video: MediaStream, *, bit_depth: int = 8) -> dict[str, str]:
    """What the encoder writes about colour: the source's own tags, or the usual ones where it has none."""
    if video.is_hdr and bit_depth == 8:
        return _tags("bt709", "bt709", "bt709")
    usual = "bt709" if video.height >= 720 else "smpte170m"
    return _tags(
        _known(video.colour_primaries, usual),
        _known(video.colour_transfer, usual),
        _known(video.colour_space, usual),
    )


def _scaled(stream: Any, video: MediaStream, max_height: int) -> Any:
    width, height = fitted(video, max_height)
    is_full_range = video.colour_range in ("pc", "jpeg")
    has_odd_pixels = video.sample_aspect not in ("", "1:1", "0:1")
    if (width, height) == _turned(video) and not is_full_range and not has_odd_pixels:
        return stream
    limits = {"out_range": "tv"} if is_full_range else {}
    return stream.filter("scale", width, height, flags="bicubic", **limits).filter("setsar", 1)


def _tonemapped(stream: Any) -> Any:
    # Without the two sidedata filters the SDR file still carries the HDR10 metadata of its source.
    stream = stream.filter("zscale", t="linear", npl=100).filter("format", "gbrpf32le")
    stream = stream.filter("zscale", p="bt709").filter("tonemap", tonemap="hable", desat=0)
    stream = stream.filter("zscale", t="bt709", m="bt709", r="tv").filter("format", "yuv420p")
    for kind in ("MASTERING_DISPLAY_METADATA", "CONTENT_LIGHT_LEVEL"):
        stream = stream.filter("sidedata", mode="delete", type=kind)
    return stream


def _upright(video: MediaStream) -> tuple[float, float]:
    numerator, _, denominator = video.sample_aspect.partition(":")
    aspect = int(numerator) / int(denominator) if numerator.isdigit() and denominator not in ("", "0") else 1.0
    width, height = video.width * (aspect or 1.0), float(video.height)
    return (height, width) if video.rotation % 180 else (width, height)


def _turned(video: MediaStream) -> tuple[int, int]:
    return (video.height, video.width) if video.rotation % 180 else (video.width, video.height)


def _even(length: float) -> int:
    return max(2, int(length / 2 + 0.5) * 2)


def _known(tag: str, usual: str) -> str:
    return tag if tag not in ("", "unknown", "reserved") else usual


def _tags(primaries: str, transfer: str, space: str) -> dict[str, str]:
    return {"color_primaries": primaries, "color_trc": transfer, "colorspace": space}
