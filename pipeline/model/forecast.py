"""What to expect of a job before it starts: how large the result will be, and how long it will take."""

from __future__ import annotations

import msgspec


class Guess(msgspec.Struct, frozen=True):
    """A number to expect, and between which two it will most likely be."""

    likely: float
    low: float
    high: float

    def __add__(self, other: Guess) -> Guess:
        return Guess(self.likely + other.likely, self.low + other.low, self.high + other.high)


class Forecast(msgspec.Struct, frozen=True):
    """What to expect of one job.

    `bytes` are those of all its results, `cpu_s` the processor time of its Steps, `wall_s` the time it takes with
    nothing beside it. `tried_s` is how many seconds of media were tried to know that; 0 where nothing need be.
    """

    bytes: Guess
    cpu_s: Guess
    wall_s: Guess
    tried_s: float = 0.0

    def __add__(self, other: Forecast) -> Forecast:
        return Forecast(
            self.bytes + other.bytes, self.cpu_s + other.cpu_s, self.wall_s + other.wall_s, self.tried_s + other.tried_s
        )
