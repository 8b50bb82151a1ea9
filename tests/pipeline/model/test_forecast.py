"""Forecasts add up, as jobs one after another do."""

from __future__ import annotations

from pipeline.model.forecast import Forecast, Guess


def test_guesses_add_up_bound_by_bound() -> None:
    assert Guess(10, 8, 13) + Guess(1, 0.5, 2) == Guess(11, 8.5, 15)


def test_forecasts_add_up_part_by_part() -> None:
    one = Forecast(Guess(10, 8, 13), Guess(4, 3, 5), Guess(2, 1, 3), 36.0)
    assert one + one == Forecast(Guess(20, 16, 26), Guess(8, 6, 10), Guess(4, 2, 6), 72.0)
