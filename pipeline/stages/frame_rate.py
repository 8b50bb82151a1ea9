"""How many pictures a second a result has, where that is not as in its source."""

from __future__ import annotations

from fractions import Fraction

from pipeline.model.source import MediaStream
from pipeline.stages.choices.picture import PictureChoices

# What people write for the rates of colour television in America, 24000/1001 and its kin, is off by less.
_WRITTEN = 0.0051
# A rate that varies around the largest one is not above it.
_ABOVE = 1.01
# Leaving out every second or third picture keeps motion even. It may go this far below the largest rate for that.
_EVEN = 0.8


def rate_of(film: MediaStream, choices: PictureChoices, *, doubled: bool = False) -> Fraction | None:
    """Pictures a second, all as long as each other; None where every picture keeps its own time.

    `doubled`: every field becomes a picture.
    """
    if choices.fps:
        return exact(choices.fps)
    had = film.frame_rate * (2 if doubled else 1)
    if not choices.max_fps or had <= choices.max_fps * _ABOVE:
        return None
    limit = exact(choices.max_fps)
    every = -(-had // (choices.max_fps * _ABOVE))
    part = exact(had) / int(every)
    return part if part >= limit * Fraction(_EVEN) else limit


def exact(fps: float) -> Fraction:
    """The rate that is meant by a number: 29.97 is 30000/1001."""
    if abs(fps - round(fps)) < 0.0005:
        return Fraction(max(1, round(fps)))
    whole = round(fps * 1.001)
    american = Fraction(whole * 1000, 1001)
    return american if abs(fps - american) < _WRITTEN else Fraction(fps).limit_denominator(1001)
