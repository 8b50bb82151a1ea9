"""How a job's state is shown beside its word: an icon and a tone. Never by colour alone."""

from __future__ import annotations

from typing import Literal, NamedTuple

from pipeline.model.job import Job
from pipeline.model.state import State

Tone = Literal["run", "ok", "warn", "err", "idle"]


class Mark(NamedTuple):
    """An icon's name and the tone that word and bar take."""

    icon: str
    tone: Tone


_MARKS: dict[State, Mark] = {
    State.PENDING: Mark("clock", "idle"),
    State.RUNNING: Mark("activity", "run"),
    State.PAUSING: Mark("circle-pause", "warn"),
    State.PAUSED: Mark("circle-pause", "warn"),
    State.COMPLETING: Mark("activity", "run"),
    State.CANCELING: Mark("circle-x", "idle"),
    State.COMPLETED: Mark("circle-check", "ok"),
    State.FAILED: Mark("circle-alert", "err"),
    State.CANCELED: Mark("circle-x", "idle"),
    State.SKIPPED: Mark("circle-minus", "idle"),
}
_HELD = Mark("hand", "idle")
_WAITING = Mark("hourglass", "warn")
_WITH_WARNINGS = Mark("triangle-alert", "warn")


def mark_of(job: Job) -> Mark:
    """The mark of a job as it is now; a completed one with warnings has a mark of its own."""
    if job.state is State.PENDING and job.held_by:
        return _HELD
    if job.waiting_for not in ("", "lane") and job.state in (State.PENDING, State.RUNNING):
        return _WAITING
    if job.state is State.COMPLETED and job.warnings:
        return _WITH_WARNINGS
    return _MARKS[job.state]
