"""How long things will take: from rates measured now, and from those of earlier jobs on this machine.

Says nothing rather than guess. Paused and suspended time is never in it.
"""

from __future__ import annotations

import hashlib
import heapq
import statistics
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pipeline.model.job import Job

HALF_LIFE = 10
LEAST_SAMPLES = 3
KEPT_RATES = 50
ALONE_SPREAD = 0.3


class Eta(msgspec.Struct, frozen=True):
    """A time left as an interval, in milliseconds."""

    low_ms: int
    high_ms: int


class Rate:
    """An exponentially weighted rate: a sample counts half after ten newer ones. Unknown before three samples."""

    _KEEP = 0.5 ** (1 / HALF_LIFE)

    def __init__(self) -> None:
        self._amount = 0.0
        self._seconds = 0.0
        self._samples = 0
        self._last: tuple[float, float] | None = None

    def add(self, now_s: float, reached: float) -> None:
        """One more reading of a growing amount."""
        if self._last is not None:
            then_s, before = self._last
            if now_s <= then_s:
                return
            self._amount = self._amount * self._KEEP + (reached - before)
            self._seconds = self._seconds * self._KEEP + (now_s - then_s)
            self._samples += 1
        self._last = (now_s, reached)

    def rest(self) -> None:
        """Leaves the time until the next reading out."""
        self._last = None

    def left_s(self, goal: float) -> float | None:
        """Seconds until the goal is reached; None while that is not known."""
        if self._samples < LEAST_SAMPLES or self._last is None or self._amount <= 0:
            return None
        return max(0.0, goal - self._last[1]) * self._seconds / self._amount


class Speeds:
    """Media seconds per second of work that earlier jobs reached, by what was done: exactly, alike, or the recipe."""

    def __init__(self, rates: Mapping[str, Sequence[float]]) -> None:
        """Takes what the store has kept: the rates of each signature, newest first."""
        self._rates = {signature: list(reversed(found)) for signature, found in rates.items()}

    def learn(self, job: Job, work_s: float) -> tuple[tuple[str, float], ...]:
        """Takes in a job that ran from start to end; returns what the store should keep, as (signature, rate)."""
        duration_s = _duration_s(job)
        if duration_s is None or work_s <= 0:
            return ()
        rate = duration_s / work_s
        for signature in signatures(job):
            self._rates.setdefault(signature, []).append(rate)
            del self._rates[signature][:-KEPT_RATES]
        return tuple((signature, rate) for signature in signatures(job))

    def expected_s(self, job: Job) -> tuple[float, float] | None:
        """Least and most seconds of work to expect; None where nothing like it was measured before."""
        duration_s = _duration_s(job)
        if duration_s is None:
            return None
        found = next((self._rates[s] for s in signatures(job) if self._rates.get(s)), None)
        if found is None:
            return None
        slow, fast = _spread(found)
        return duration_s / fast, duration_s / slow


def signatures(job: Job) -> tuple[str, str]:
    """What a job's speed depends on, the most exact first."""
    flow = hashlib.blake2b(msgspec.json.encode(job.flow.steps), digest_size=8).hexdigest()
    video = job.source.info.video if job.source.info else None
    picture = f"{video.codec}/{_size_class(video.height)}" if video else "sound"
    return f"{flow}/{picture}", flow


def queue_eta(started: Iterable[tuple[Job, float]], pending: Iterable[Job], speeds: Speeds, places: int) -> Eta | None:
    """When everything will be done, by playing the queue through: `places` jobs at once, in order.

    `started` are running jobs, each with its work so far in seconds. None where one job's time is not known.
    """
    left = [_left_s(job, worked_s, speeds) for job, worked_s in started]
    left += [speeds.expected_s(job) for job in pending]
    known = [each for each in left if each is not None]
    if len(known) < len(left) or not known:
        return None
    low_s, high_s = (_play([each[bound] for each in known], max(1, places)) for bound in (0, 1))
    return Eta(int(low_s * 1000), int(high_s * 1000))


def _left_s(job: Job, worked_s: float, speeds: Speeds) -> tuple[float, float] | None:
    eta_ms = job.progress.eta_ms
    if eta_ms is not None:
        # The live rate is right about now; how far it drifts is learnt from how jobs like it spread.
        expected = speeds.expected_s(job)
        spread = (expected[1] - expected[0]) / (expected[1] + expected[0]) if expected else 0.1
        return eta_ms / 1000 * (1 - spread), eta_ms / 1000 * (1 + spread)
    expected = speeds.expected_s(job)
    if expected is None:
        return None
    return max(0.0, expected[0] - worked_s), max(0.0, expected[1] - worked_s)


def _play(times_s: Sequence[float], places: int) -> float:
    free_at = [0.0] * places
    for time_s in times_s:
        heapq.heapreplace(free_at, free_at[0] + time_s)
    return max(free_at)


def _spread(rates: Sequence[float]) -> tuple[float, float]:
    if len(rates) < 3:
        middle = statistics.median(rates)
        return middle * (1 - ALONE_SPREAD), middle * (1 + ALONE_SPREAD)
    tenths = statistics.quantiles(rates, n=10, method="inclusive")
    return tenths[0], tenths[-1]


def _duration_s(job: Job) -> float | None:
    """How long the source is; None where that is not known or it is a picture: there is no rate without a length."""
    duration_s = job.source.info.duration_s if job.source.info else None
    return duration_s if duration_s is not None and duration_s > 0 else None


def _size_class(height: int) -> int:
    return next((known for known in (240, 360, 480, 720, 1080, 1440, 2160) if height <= known), 4320)
