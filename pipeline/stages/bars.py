"""What is cut off around a picture: what a person says, or the black bars that are found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.model.problem import PipelineError, bad_option
from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.model.stage import Talk
from pipeline.stages.peek import peeked
from pipeline.stages.span import Span


@dataclass(frozen=True)
class Crop:
    """What is cut off on each side of the picture as it is shown upright, in pixels as they are stored."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    @property
    def is_nothing(self) -> bool:
        """Nothing is cut off."""
        return self == Crop()


_PLACES = 12
# A dark edge this thin is no bar.
_THIN = 2
# What is left of a picture between bars is more than this part of each side; less is a light in the dark.
_LEAST = 0.5
# Bars on opposite sides differ by no more than this part of the picture; a moon at night does.
_UNEVEN = 0.08


def said_crop(text: str, film: MediaStream) -> Crop:
    """What a person says in pixels: `top:bottom:left:right`.

    Raises:
        PipelineError: it cannot be read, or leaves nothing of the picture.
    """
    width, height = film.upright
    size = f"the picture is {width} pixels wide and {height} high"
    sides = [side.strip() for side in text.split(":")]
    if len(sides) != 4 or not all(side.isdecimal() and len(side) < 7 for side in sides):
        raise PipelineError(bad_option("crop", f"Write off, auto, or top:bottom:left:right in pixels; {size}"))
    crop = Crop(*(int(side) for side in sides))
    if width - crop.left - crop.right < 16 or height - crop.top - crop.bottom < 16:
        raise PipelineError(bad_option("crop", f"Less than 16 pixels would be left: {size}"))
    return crop


def found_bars(source: Source, info: MediaInfo, film: MediaStream, span: Span) -> Talk[Crop]:
    """The black bars around a film.

    What is lit in any of the pictures looked at is kept: a dark beginning hides nothing, and a film that changes its
    shape keeps its largest.
    """
    # The threshold is a share of the largest value, so it means the same with ten bits. `round` 2 are whole pairs.
    settings = {"limit": 24 / 255, "round": 2, "skip": 0, "reset": 0}
    look = ("cropdetect", settings)
    lines = yield from peeked(
        source, info, film, span, _PLACES, keyframes_only=True, pictures=2, label="Look for black bars", see=look
    )
    lit = _lit(lines)
    if len({each.at_s for each in lit}) * 2 < _PLACES:
        # A short film, a dark one, or one with few key frames: one look at all of it.
        lines = yield from peeked(source, info, film, span, 1, label="Look for black bars throughout", see=look)
        lit = _lit(lines)
    return _around(lit, film)


@dataclass(frozen=True)
class _Lit:
    """The part of a picture that is not black: first and last column and row, and when it was seen."""

    left: int
    right: int
    top: int
    bottom: int
    at_s: float


# [Parsed_cropdetect_0] x1:0 x2:639 y1:60 y2:299 w:640 h:240 x:0 y:60 pts:25600 t:2.000000 limit:0.094118 crop=640:…
_SEEN = re.compile(
    r"\[Parsed_cropdetect_\d+\] x1:(\d+) x2:(\d+) y1:(\d+) y2:(\d+) w:-?\d+ h:-?\d+ x:-?\d+ y:-?\d+ pts:\S+ t:(\S+) "
)


def _lit(lines: Iterable[str]) -> list[_Lit]:
    found = (_SEEN.match(line) for line in lines)
    lit = [_Lit(int(a[1]), int(a[2]), int(a[3]), int(a[4]), _number(a[5])) for a in found if a]
    return [each for each in lit if each.left < each.right and each.top < each.bottom]  # of a black one, nothing


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:  # NOPTS
        return 0.0


def _around(lit: list[_Lit], film: MediaStream) -> Crop:
    if not lit:
        return Crop()
    width, height = film.upright
    left, right = min(each.left for each in lit), max(each.right for each in lit)
    top, bottom = min(each.top for each in lit), max(each.bottom for each in lit)
    if right - left < width * _LEAST or bottom - top < height * _LEAST:
        return Crop()
    sides = (top, height - 1 - bottom, left, width - 1 - right)
    if abs(sides[0] - sides[1]) > height * _UNEVEN or abs(sides[2] - sides[3]) > width * _UNEVEN:
        return Crop()
    return Crop(*(side if side > _THIN else 0 for side in sides))
