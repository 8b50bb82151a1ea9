"""Which pixels an encoder is given: their format and depth, whether HDR is kept, and what of it is lost."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.model.problem import PipelineError, Warn, bad_option, dolby_vision_without_base
from pipeline.model.source import MediaStream
from pipeline.stages.choices.video import VideoChoices


@dataclass(frozen=True)
class Pixels:
    """What pictures are before they are encoded. `is_hdr`: the source's HDR is kept."""

    format: str = "yuv420p"
    bit_depth: int = 8
    is_hdr: bool = False


USUAL = Pixels()

# Codecs whose ten bits players of HDR expect. Of H.264 hardly one takes them.
_FOR_HDR = ("hevc", "av1", "vp9", "prores", "dnxhr")
_NAMES = {
    "h264": "H.264", "hevc": "HEVC", "av1": "AV1", "vp9": "VP9", "prores": "ProRes", "dnxhr": "This DNxHR profile",
    "gif": "GIF", "webp": "WebP", "sheet": "A contact sheet",
}  # fmt: skip


def pixels_of(choices: VideoChoices, video: MediaStream) -> Pixels:
    """The pixels a codec takes from a source.

    Raises:
        PipelineError: HDR is to be kept and the codec or its depth cannot hold it, or the source's colours are such
            that only a copy keeps them.
    """
    if choices.video in ("copy", "none"):
        return USUAL
    if has_no_base(video):
        raise PipelineError(dolby_vision_without_base(video.dolby_vision))
    depth = _depth(choices, video)
    can_hold = choices.video in _FOR_HDR and depth >= 10
    if video.is_hdr and choices.hdr == "keep" and not can_hold:
        raise PipelineError(bad_option("hdr", _why_not(choices)))
    return Pixels(_format(choices, depth), depth, is_hdr=video.is_hdr and can_hold and choices.hdr != "sdr")


def losses(choices: VideoChoices, video: MediaStream, pixels: Pixels) -> tuple[Warn, ...]:
    """What of its HDR a source loses where nobody asked for that, known before anything runs."""
    if choices.video in ("copy", "none") or choices.hdr == "sdr" or not video.is_hdr:
        return ()
    if not pixels.is_hdr:
        kind = "Dolby Vision" if video.dolby_vision else "HDR10+" if video.has_hdr10_plus else "HDR"
        return (Warn("hdr_to_sdr", f"{kind} becomes SDR: the result has 8 bits. HEVC or AV1 would keep HDR."),)
    base = "HLG" if video.colour_transfer == "arib-std-b67" else "HDR10"
    lost: list[Warn] = []
    if video.dolby_vision:
        text = f"Dolby Vision (profile {video.dolby_vision}) is lost: the result is {base}. Copying would keep it."
        lost.append(Warn("dolby_vision_lost", text))
    if video.has_hdr10_plus and not (choices.video == "vp9" and choices.container in ("mkv", "webm")):
        text = f"What HDR10+ says of every scene is lost: the result is {base}. Copying would keep it."
        lost.append(Warn("hdr10_plus_lost", text))
    return tuple(lost)


def has_no_base(video: MediaStream) -> bool:
    """Dolby Vision whose pictures without it are in colours of their own: profiles 4 and 5, compatible with nothing."""
    return video.dolby_vision.startswith(("4.", "5.")) and video.dolby_vision.endswith(".0")


def _depth(choices: VideoChoices, video: MediaStream) -> int:
    match choices.video:
        case "prores":
            return 10
        case "dnxhr":
            return 10 if choices.dnxhr_profile in ("hqx", "444") else 8
        case "h264":
            return 10 if choices.bit_depth == "10" else 8
        case "hevc" | "av1" | "vp9":
            if choices.bit_depth != "auto":
                return int(choices.bit_depth)
            is_kept_hdr = video.is_hdr and choices.hdr != "sdr"
            return 10 if video.bit_depth > 8 or is_kept_hdr else 8
        case _:
            return 8


def _format(choices: VideoChoices, depth: int) -> str:
    match choices.video:
        case "prores":
            return "yuv444p10le" if choices.prores_profile == "4444" else "yuv422p10le"
        case "dnxhr" if choices.dnxhr_profile == "444":
            return "yuv444p10le"
        case "dnxhr":
            return "yuv422p10le" if depth == 10 else "yuv422p"
        case "gif":
            return "yuv444p"  # its palette has every pixel's own colour
        case _:
            return "yuv420p10le" if depth == 10 else "yuv420p"


def _why_not(choices: VideoChoices) -> str:
    name = _NAMES[choices.video]
    if choices.video in ("hevc", "av1", "vp9"):
        return f"{name} cannot keep HDR in 8 bits; leave the bit depth to the source, or convert to SDR"
    if choices.video == "dnxhr":
        return f"{name} has 8 bits and cannot keep HDR; choose HQX or 444, or convert to SDR"
    return f"{name} is not for HDR; choose HEVC or AV1, or convert to SDR"
