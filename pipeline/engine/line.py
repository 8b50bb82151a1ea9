"""Where jobs stand in the line: new places for those a person moves, so that the others keep theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pipeline.engine.roster import order
from pipeline.model.job import Job

Where = Literal["first", "last", "up", "down"]

STEP = 1024.0
_LEAST_GAP = 1e-6


def moved(line: Sequence[Job], ids: set[str], where: Where) -> list[tuple[str, int, float]]:
    """New places for some pending jobs, each within its priority, as (id, priority, place).

    Places are halved between neighbours; where that was done too often, the whole line gets new ones.
    """
    changes: list[tuple[str, int, float]] = []
    for priority in sorted({job.priority for job in line if job.id in ids}):
        level = sorted((job for job in line if job.priority == priority), key=order)
        chosen = [job for job in level if job.id in ids]
        others = [job for job in level if job.id not in ids]
        cut = _cut(level.index(chosen[0]), len(others), where)
        before = others[cut - 1].place if cut else None
        after = others[cut].place if cut < len(others) else None
        places = _between(before, after, len(chosen))
        if places is None:
            target = others[:cut] + chosen + others[cut:]
            changes += [(job.id, priority, index * STEP) for index, job in enumerate(target)]
        else:
            changes += [(job.id, priority, place) for job, place in zip(chosen, places, strict=True)]
    return changes


def _cut(first: int, others: int, where: Where) -> int:
    """How many of the others stand before the moved ones afterwards; `first` stood before them until now."""
    if where == "first":
        return 0
    if where == "last":
        return others
    return min(max(first + (1 if where == "down" else -1), 0), others)


def _between(low: float | None, high: float | None, count: int) -> list[float] | None:
    if low is None:
        end = STEP * count if high is None else high
        return [end - STEP * (count - index) for index in range(count)]
    if high is None:
        return [low + STEP * (index + 1) for index in range(count)]
    gap = (high - low) / (count + 1)
    return [low + gap * (index + 1) for index in range(count)] if gap > _LEAST_GAP else None
