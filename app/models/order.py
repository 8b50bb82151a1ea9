"""Which jobs are shown, and in which order. Plain functions over rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from app.models.job_row import Column, JobRow, result_bytes
from pipeline.model.job import Job

Group = Literal["active", "waiting", "finished"]
Shown = Literal["all", "active", "waiting", "finished"]

Key = Callable[[JobRow], Any]


def group_of(job: Job) -> Group:
    """Which of the three filters a job belongs to."""
    if job.state.is_terminal:
        return "finished"
    return "active" if job.state.is_started else "waiting"


def matches(row: JobRow, shown: Shown, needle: str) -> bool:
    """Whether a row passes filter and search. `needle` is folded already."""
    return (shown == "all" or group_of(row.job) == shown) and (not needle or needle in row.haystack)


def queue_place(row: JobRow) -> tuple[int, int, float, int]:
    """What runs, then what waits in its order, then what has ended with the latest first."""
    job = row.job
    if job.state.is_terminal:
        return 2, 0, -(job.ended_ms or 0), -job.num
    return (0 if job.state.is_started else 1), -job.priority, job.place, job.num


_KEYS: dict[Column, Key] = {
    Column.NAME: lambda row: row.job.name.casefold(),
    Column.PROGRESS: lambda row: row.job.progress.percent,
    Column.SPEED: lambda row: row.job.progress.speed,
    Column.TIME_LEFT: lambda row: row.job.progress.eta_ms if row.job.progress.eta_ms is not None else float("inf"),
    Column.SIZE: lambda row: result_bytes(row.job) or row.job.progress.out_bytes or row.job.source.size,
    Column.STATUS: lambda row: row.cells.word,
}


def key_of(column: Column | None) -> Key:
    """What rows are sorted by; the queue's own order where no column was chosen."""
    return queue_place if column is None else _KEYS[column]


def runs(places: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Falling places as runs of (last, first), from the bottom up: so each can be taken out without moving the next."""
    start = 0
    for n in range(1, len(places) + 1):
        if n == len(places) or places[n] != places[n - 1] - 1:
            yield places[start], places[n - 1]
            start = n
