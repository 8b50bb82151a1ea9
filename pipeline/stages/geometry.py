"""All filters between a decoded film and its encoder, in their order."""

from __future__ import annotations

from typing import Any

from pipeline.media.command import chained
from pipeline.model.source import MediaStream
from pipeline.stages.choices.picture import PictureChoices
from pipeline.stages.cleaning import deinterlaced, denoised, doubles, sharpened
from pipeline.stages.colour import colour_of, is_full_range, is_rgb, is_tonemapped, tonemapped
from pipeline.stages.frame_rate import rate_of
from pipeline.stages.look import Seen
from pipeline.stages.pixels import Pixels
from pipeline.stages.shape import Shape, cut_out, framed, shape_of, turned
from pipeline.stages.subtitles import Burn


def picture(
    stream: Any, video: MediaStream, choices: PictureChoices, seen: Seen, pixels: Pixels, burn: Burn | None = None
) -> Any:
    """The filters between a decoded source and what its encoder takes. ffmpeg turns it upright before all of them.

    Fields are put together before anything mixes their lines. Pictures that are too many go before work is done on
    them. Bitmap subtitles are laid on the whole picture, where their places are known; what is cut off is gone before
    noise is looked for, which is done before scaling smears it. It is scaled once, and sharpened as it will be seen,
    before text that is sharp already is drawn on it. A person's own filters see all that; only the format an encoder
    takes and what is said of colours come behind them.
    """
    shape = shape_of(video, choices, seen)
    rate = rate_of(video, choices, doubled=doubles(video, choices, seen))
    is_fewer = rate is not None and rate < video.frame_rate
    stream = deinterlaced(stream, video, choices, seen)
    if rate is not None and is_fewer:
        stream = stream.filter("fps", rate)
    if burn is not None:
        stream = burn.under(stream)
    stream = denoised(cut_out(stream, shape), choices)
    stream = _scaled(turned(stream, choices), video, shape, choices, pixels)
    stream = sharpened(framed(stream, shape, choices), choices)
    if burn is not None:
        stream = burn.over(stream)
    if rate is not None and not is_fewer:
        stream = stream.filter("fps", rate)
    if choices.filters.strip():
        stream = chained(stream, choices.filters.strip())
    # Encoders take what a frame says of its colours, whatever their own options say.
    colour = colour_of(video, pixels)
    return stream.filter("format", pixels.format).filter(
        "setparams",
        range="tv",
        color_primaries=colour.primaries,
        color_trc=colour.transfer,
        colorspace=colour.space,
    )


def has_own_times(video: MediaStream, choices: PictureChoices, seen: Seen) -> bool:
    """Whether pictures are other ones than the source's, or at other times."""
    doubled = doubles(video, choices, seen)
    return doubled or rate_of(video, choices, doubled=doubled) is not None or bool(choices.filters.strip())


def _scaled(stream: Any, video: MediaStream, shape: Shape, choices: PictureChoices, pixels: Pixels) -> Any:
    """Scaled to the inner size, of limited range, in the colours of the result."""
    if is_tonemapped(video, pixels):
        return tonemapped(stream, video, pixels, shape.inner)
    width, height = shape.cut[:2] if shape.cut else video.upright
    if choices.rotate in ("90", "270"):
        width, height = height, width
    ranges = {"out_range": "tv"} if is_full_range(video) else {}
    matrix = {"out_color_matrix": colour_of(video, pixels).space} if is_rgb(video) else {}
    if (width, height) == shape.inner and not ranges and not matrix and video.pixel_aspect == 1:
        return stream
    return stream.filter("scale", *shape.inner, flags="bicubic", **ranges, **matrix).filter("setsar", 1)
