"""Rates, by tables."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from pipeline.stages.frame_rate import exact, rate_of
from tests.pipeline.stages.canned import video, wanted

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("fps", "meant"),
    (
        (23.976, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)),
        (29.97, NTSC),
        (30000 / 1001, NTSC),
        (59.94, Fraction(60000, 1001)),
        (119.88, Fraction(120000, 1001)),
        (24.0, Fraction(24)),
        (25.0, Fraction(25)),
        (1.0, Fraction(1)),
        (12.5, Fraction(25, 2)),
        (0.5, Fraction(1, 2)),
        (15.2, Fraction(76, 5)),
    ),
)
def test_a_rate_is_the_one_that_is_meant(fps: float, meant: Fraction) -> None:
    assert exact(fps) == meant


@pytest.mark.parametrize(
    ("had", "choices", "rate"),
    (
        (25.0, {}, None),
        (25.0, {"fps": 25.0}, Fraction(25)),
        (25.0, {"fps": 29.97}, NTSC),
        (25.0, {"fps": 1.0, "max_fps": 30.0}, Fraction(1)),
        (25.0, {"max_fps": 30.0}, None),
        (30.2, {"max_fps": 30.0}, None),
        (29.97, {"max_fps": 30.0}, None),
        (0.0, {"max_fps": 30.0}, None),
        (59.94, {"max_fps": 30.0}, NTSC),
        (60.0, {"max_fps": 30.0}, Fraction(30)),
        (50.0, {"max_fps": 30.0}, Fraction(25)),
        (120.0, {"max_fps": 30.0}, Fraction(30)),
        (240.0, {"max_fps": 60.0}, Fraction(60)),
        (32.0, {"max_fps": 30.0}, Fraction(30)),
        (25.0, {"max_fps": 10.0}, Fraction(25, 3)),
    ),
)
def test_too_many_pictures_are_brought_down_evenly_where_that_is_near(
    had: float, choices: dict[str, Any], rate: Fraction | None
) -> None:
    assert rate_of(video(frame_rate=had), wanted(**choices)) == rate


def test_fields_that_become_pictures_count_twice() -> None:
    assert rate_of(video(frame_rate=25.0), wanted(max_fps=30.0), doubled=True) == Fraction(25)
    assert rate_of(video(frame_rate=25.0), wanted(max_fps=50.0), doubled=True) is None
