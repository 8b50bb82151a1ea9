"""Measures two sides in turn and prints what came out, with what the machine did besides."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import psutil

from benchmarks.spent import Spent


@dataclass(frozen=True)
class Sample:
    """One measurement. `others` is how many cores other programs used meanwhile.

    CPU time and memory are 0 where only the wall time was looked at.
    """

    wall_s: float
    others: float
    cpu_s: float = 0.0
    peak_mib: float = 0.0


@dataclass(frozen=True)
class Pair:
    """Both sides of one round."""

    ours: Sample
    theirs: Sample

    @property
    def ratio(self) -> float:
        """Our time in multiples of theirs."""
        return self.ours.wall_s / self.theirs.wall_s


Work = Callable[[], float | Spent | None]


def sampled(work: Work) -> Sample:
    """Runs it once. What `work` returns replaces the wall time, where part of that is not meant."""
    busy_s, own_s, began = _busy_s(), _own_s(), time.perf_counter()
    told = work()
    wall_s = time.perf_counter() - began
    others = max(0.0, (_busy_s() - busy_s) - (_own_s() - own_s)) / wall_s
    if isinstance(told, Spent):
        return Sample(told.wall_s, others, told.cpu_s, told.peak_mib)
    return Sample(wall_s if told is None else told, others)


def interleaved(ours: Work, theirs: Work, rounds: int) -> list[Pair]:
    """Runs both sides in turn; who goes first changes every round."""
    pairs = []
    for number in range(rounds):
        if number % 2:
            second = sampled(theirs)
            pairs.append(Pair(sampled(ours), second))
        else:
            first = sampled(ours)
            pairs.append(Pair(first, sampled(theirs)))
    return pairs


def print_pairs(title: str, pairs: Sequence[Pair]) -> None:
    """The ratio, both sides and the foreign load."""
    print(title)
    print_row("ratio", [pair.ratio for pair in pairs], "", 3)
    print_row("ours", [pair.ours.wall_s for pair in pairs], "s", 3)
    print_row("theirs", [pair.theirs.wall_s for pair in pairs], "s", 3)
    if all(pair.theirs.cpu_s for pair in pairs):
        print_row("CPU ratio", [pair.ours.cpu_s / pair.theirs.cpu_s for pair in pairs], "", 3)
        print_row("CPU, ours", [pair.ours.cpu_s for pair in pairs], "s", 2)
        print_row("CPU, theirs", [pair.theirs.cpu_s for pair in pairs], "s", 2)
        print_row("memory ratio", [pair.ours.peak_mib / pair.theirs.peak_mib for pair in pairs], "", 3)
        print_row("largest process, ours", [pair.ours.peak_mib for pair in pairs], "MiB", 0)
        print_row("largest process, theirs", [pair.theirs.peak_mib for pair in pairs], "MiB", 0)
    print_row("cores used by others", [side.others for pair in pairs for side in (pair.ours, pair.theirs)], "", 2)


def print_row(name: str, values: Iterable[float], unit: str, digits: int = 1) -> None:
    """`name  n=5  min 1.0  median 1.2  p95 1.3  p99 1.4  max 1.5 s`; the percentiles where n allows them."""
    ordered = sorted(values)
    cells = [f"min {ordered[0]:.{digits}f}", f"median {statistics.median(ordered):.{digits}f}"]
    if len(ordered) >= 20:
        cells.append(f"p95 {ordered[_rank(len(ordered), 0.95)]:.{digits}f}")
    if len(ordered) >= 100:
        cells.append(f"p99 {ordered[_rank(len(ordered), 0.99)]:.{digits}f}")
    cells.append(f"max {ordered[-1]:.{digits}f}")
    print(f"  {name:<34} n={len(ordered):<5} {'  '.join(cells)} {unit}".rstrip())


def print_machine() -> None:
    """What these figures were measured on."""
    print(f"  {os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB, load {os.getloadavg()[0]:.2f}")


def _rank(count: int, share: float) -> int:
    return min(count - 1, int(count * share))


def _busy_s() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice)


def _own_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
