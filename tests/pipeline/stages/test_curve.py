"""Which CRF is tried next, on curves of real films."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.stages.curve import ABOVE, BELOW, SCALES, best_guess, first_tries, next_tries, score_at

X264 = SCALES["h264"]
# What films scored with x264 medium: (a film and a webcam, animation), at 18, 24, 30 and 36.
MEASURED = {18.0: 96.86, 24.0: 94.32, 30.0: 88.34, 36.0: 76.77}


def film(missing: float, spread: float, least: float = 0.0) -> Callable[[float], float]:
    """A film that misses so many points at CRF 24, twice as many at `spread` more, and some whatever is done."""
    return lambda crf: max(0.0, 100.0 - least - missing * 2 ** ((crf - 24) / spread))


def found(curve: Callable[[float], float], goal: float, codec: str = "h264") -> tuple[float, int]:
    """The CRF a search ends with, and in how many rounds."""
    scale, tried, rounds = SCALES[codec], dict[float, float](), 0
    wanted = first_tries(scale, goal)
    while wanted and rounds < 4:
        rounds += 1
        tried |= {crf: curve(crf) for crf in wanted}
        wanted = next_tries(tried, scale, goal)
    return best_guess(tried, scale, goal), rounds


@settings(deadline=None)
@given(st.floats(1.0, 25.0), st.floats(4.0, 9.0), st.floats(75.0, 97.0))
def test_a_search_ends_in_the_band_of_any_film_that_can_reach_it(missing: float, spread: float, goal: float) -> None:
    curve = film(missing, spread)
    if not curve(X264.worst) < goal < curve(X264.best):
        return
    crf, rounds = found(curve, goal)
    assert goal - BELOW <= curve(crf) <= goal + ABOVE
    assert rounds <= 4


@pytest.mark.parametrize("codec", sorted(SCALES))
def test_what_is_usual_needs_two_rounds_at_most(codec: str) -> None:
    scale = SCALES[codec]
    curve = film(5.0 * 2 ** ((24 - scale.usual) / scale.spread), scale.spread)
    crf, rounds = found(curve, 95.0, codec)
    assert rounds <= 2
    assert abs(crf - scale.usual) <= scale.spread / 6 + scale.step


@pytest.mark.parametrize("codec", sorted(SCALES))
@pytest.mark.parametrize("goal", [20.0, 60.0, 93.0, 99.0])
def test_only_what_the_encoder_takes_is_tried(codec: str, goal: float) -> None:
    scale = SCALES[codec]
    for crf in first_tries(scale, goal):
        assert scale.best <= crf <= scale.worst
        assert math.isclose(crf / scale.step, round(crf / scale.step), abs_tol=1e-6)


@pytest.mark.parametrize(
    ("curve", "goal", "end"),
    [(film(40.0, 6.0, least=8.0), 95.0, X264.best), (film(0.05, 20.0), 80.0, X264.worst), (lambda _: 100.0, 90.0, 51)],
)
def test_a_goal_out_of_reach_ends_at_the_end_of_the_scale(
    curve: Callable[[float], float], goal: float, end: float
) -> None:
    crf, rounds = found(curve, goal)
    assert rounds <= 4
    assert crf == end or abs(crf - end) < 10


def test_nothing_is_tried_twice() -> None:
    tried = {18.0: 99.0, 18.1: 90.0}
    assert next_tries(tried, X264, 95.0) == ()


def test_between_two_that_were_tried_the_score_is_as_films_have_it() -> None:
    # A straight line from 24 to 36 would say 85.5 for 30.
    assert score_at({24.0: MEASURED[24.0], 36.0: MEASURED[36.0]}, 30.0) == pytest.approx(MEASURED[30.0], abs=0.4)
    assert score_at(MEASURED, 24.0) == MEASURED[24.0]
    assert score_at({24.0: 95.0}, 30.0) < 95.0 < score_at({24.0: 95.0}, 18.0)
