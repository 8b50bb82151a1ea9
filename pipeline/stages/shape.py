"""The size and shape of a picture: what is cut out of it, how it is turned, scaled, and put into its frame."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipeline.media.command import copies
from pipeline.model.source import MediaStream
from pipeline.stages.bars import Crop
from pipeline.stages.choices.picture import PictureChoices
from pipeline.stages.look import Seen

Size = tuple[int, int]

# A picture that misses its frame by no more than this is stretched over it: nobody wants bars of one pixel.
_NEARLY = 4


@dataclass(frozen=True)
class Shape:
    """What becomes of a picture.

    `cut` is what stays of it as (width, height, x, y) in its upright pixels, None for all. Turned, it is scaled to
    `inner`, which stands in the middle of `frame`.
    """

    cut: tuple[int, int, int, int] | None
    inner: Size
    frame: Size


def frame_of(video: MediaStream, choices: PictureChoices, seen: Seen) -> Size:
    """Width and height of the result: upright, of square pixels, even."""
    return shape_of(video, choices, seen).frame


def shape_of(video: MediaStream, choices: PictureChoices, seen: Seen) -> Shape:
    """What size, shape, crop and direction make of a picture.

    `max_height` limits the shorter side, so that 1080 means 1920x1080 lying and 1080x1920 standing; `max_width` limits
    the longer one.
    """
    is_turned = choices.rotate in ("90", "270")
    width, height, x, y = _within(video, seen.crop)
    pixel = video.pixel_aspect
    wanted = _ASPECTS.get(choices.aspect)
    if wanted is not None and choices.fill == "crop":
        width, height, x, y = _cut_to(1 / wanted if is_turned else wanted, pixel, (width, height, x, y))
    # Lines are never thrown away for square pixels: it is their length that changes, whichever way they run.
    if video.rotation % 180 == 90:
        shown_width, shown_height = Fraction(width), height / pixel
    else:
        shown_width, shown_height = width * pixel, Fraction(height)
    if is_turned:
        shown_width, shown_height = shown_height, shown_width
    whole_width, whole_height = shown_width, shown_height
    if wanted is not None:
        # The smallest of the wanted shape around it; after cutting, that mends what rounding left of it.
        whole_width, whole_height = max(shown_width, shown_height * wanted), max(shown_height, shown_width / wanted)
    scale = _scale(whole_width, whole_height, choices)
    frame = _even(whole_width * scale), _even(whole_height * scale)
    inner = _even(shown_width * scale), _even(shown_height * scale)
    if choices.fill == "crop" or all(abs(a - b) <= _NEARLY for a, b in zip(frame, inner, strict=True)):
        inner = frame
    is_all = (width, height) == video.upright
    return Shape(None if is_all else (width, height, x, y), inner, frame)


_ASPECTS = {
    "16:9": Fraction(16, 9), "9:16": Fraction(9, 16), "1:1": Fraction(1), "4:5": Fraction(4, 5), "4:3": Fraction(4, 3),
}  # fmt: skip


def _within(video: MediaStream, crop: Crop) -> tuple[int, int, int, int]:
    """What a crop leaves, as (width, height, x, y). Of pictures whose colours come in pairs, whole pairs are cut."""
    width, height = video.upright
    if crop.is_nothing:
        return width, height, 0, 0
    x, y = _paired_up(crop.left), _paired_up(crop.top)
    return max(2, _paired(width - crop.right - x)), max(2, _paired(height - crop.bottom - y)), x, y


def _cut_to(shape: Fraction, pixel: Fraction, part: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The largest part of this shape in the middle of a part."""
    width, height, x, y = part
    new_width = min(width, max(2, _paired(round(height * shape / pixel))))
    new_height = min(height, max(2, _paired(round(width * pixel / shape))))
    if width - new_width >= 2:
        return new_width, height, x + _paired((width - new_width) // 2), y
    if height - new_height >= 2:
        return width, new_height, x, y + _paired((height - new_height) // 2)
    return part


def _scale(width: Fraction, height: Fraction, choices: PictureChoices) -> Fraction:
    shorter, longer = min(width, height), max(width, height)
    limits = ((choices.max_height, shorter), (choices.max_width, longer))
    scales = [Fraction(max(2, _paired(limit))) / side for limit, side in limits if limit and side]
    if not scales:
        return Fraction(1)
    return min(scales) if choices.upscale else min(Fraction(1), *scales)


def _paired(length: int) -> int:
    return length // 2 * 2


def _paired_up(length: int) -> int:
    return -(-length // 2) * 2


def _even(length: Fraction) -> int:
    return max(2, int(length / 2 + Fraction(1, 2)) * 2)


def cut_out(stream: Any, shape: Shape) -> Any:
    """Cuts it. ffmpeg has turned the picture upright before its first filter."""
    return stream if shape.cut is None else stream.filter("crop", *shape.cut)


_TURNS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "0": (),
    "90": (("transpose", ("clock",)),),
    "180": (("hflip", ()), ("vflip", ())),
    "270": (("transpose", ("cclock",)),),
}


def turned(stream: Any, choices: PictureChoices) -> Any:
    """Rotates it, then mirrors it as it is then seen."""
    for name, words in _TURNS[choices.rotate]:
        stream = stream.filter(name, *words)
    if choices.mirror != "no":
        stream = stream.filter("hflip" if choices.mirror == "horizontal" else "vflip")
    return stream


# A blurred picture holds nothing that a tenth of its size would lose.
_BLUR_AT = 10


def framed(stream: Any, shape: Shape, choices: PictureChoices) -> Any:
    """Puts a picture of the inner size into the middle of its frame, on black or on a blurred copy of itself."""
    if shape.inner == shape.frame:
        return stream
    (width, height), (inner_width, inner_height) = shape.frame, shape.inner
    x, y = _paired((width - inner_width) // 2), _paired((height - inner_height) // 2)
    if choices.fill == "pad":
        return stream.filter("pad", width, height, x, y)
    behind, before = copies(stream, 2)
    ratio = Fraction(width, height)
    cut_width = min(inner_width, max(2, _paired(round(inner_height * ratio))))
    cut_height = min(inner_height, max(2, _paired(round(inner_width / ratio))))
    small = _even(Fraction(width, _BLUR_AT)), _even(Fraction(height, _BLUR_AT))
    behind = behind.filter("crop", cut_width, cut_height).filter("scale", *small, flags="area")
    behind = behind.filter("gblur", sigma=2).filter("scale", width, height, flags="bicubic").filter("setsar", 1)
    return behind.overlay(before, x=x, y=y, format="auto")
