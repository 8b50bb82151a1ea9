"""The newest snapshot of every job in memory, and the order in which pending ones start. Under the engine's lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from pipeline.model.batch import Batch
from pipeline.model.job import Job
from pipeline.model.state import State

_ORDERING = frozenset({"state", "priority", "place", "held_by"})


def order(job: Job) -> tuple[int, float, int]:
    """The key of the queue's order: priority first, then place."""
    return -job.priority, job.place, job.num


class Roster:
    """The jobs this engine knows. Not locked itself: only the Scheduler and Control use it, under their lock.

    `may_start` narrows what this engine starts; `run` starts only what it added itself.
    """

    def __init__(self, may_start: Callable[[Job], bool] = lambda job: True, last_num: int = 0) -> None:
        self._may_start = may_start
        self._jobs: dict[str, Job] = {}
        self._batches: dict[str, Batch] = {}
        self._unaccepted: set[str] = set()
        self._wished: set[str] = set()
        self._line: list[str] | None = None
        self._last_num = last_num
        self._taken_place = 0.0

    def take_nums(self, count: int) -> int:
        """The first of so many new small numbers, for jobs and batches."""
        first = self._last_num + 1
        self._last_num += count
        return first

    def add(self, jobs: Sequence[Job], *, accepted: bool) -> None:
        """Takes jobs in; those not accepted yet are listed and never started."""
        self._jobs.update((job.id, job) for job in jobs)
        if not accepted:
            self._unaccepted.update(job.id for job in jobs)
        self._line = None

    def withhold(self, jobs: Iterable[Job]) -> None:
        """These are not started until they are accepted again: their scratch is being deleted."""
        self._unaccepted.update(job.id for job in jobs if job.id in self._jobs)

    def accept(self, jobs: Iterable[Job]) -> tuple[str, ...]:
        """These are committed now. Returns those of them a person wished to start meanwhile."""
        ids = [job.id for job in jobs]
        self._unaccepted.difference_update(ids)
        self._line = None
        wished = tuple(id_ for id_ in ids if id_ in self._wished)
        self._wished.difference_update(wished)
        return wished

    def wish(self, job_id: str) -> None:
        """The job is to be started as soon as it is committed."""
        self._wished.add(job_id)

    def is_accepted(self, job_id: str) -> bool:
        """Whether the job is committed."""
        return job_id not in self._unaccepted

    def add_batches(self, batches: Iterable[Batch]) -> None:
        """Takes batches in."""
        self._batches.update((batch.id, batch) for batch in batches)

    def batches(self) -> tuple[Batch, ...]:
        """The batches of the jobs that are known."""
        used = {job.batch_id for job in self._jobs.values()}
        return tuple(batch for batch in self._batches.values() if batch.id in used)

    def get(self, job_id: str) -> Job | None:
        """The newest snapshot, or None."""
        return self._jobs.get(job_id)

    def of(self, job_id: str) -> Job:
        """The newest snapshot of a job that is known to be there."""
        return self._jobs[job_id]

    def replace(self, job: Job, **changes: Any) -> Job:
        """The next snapshot. `job` may be an older one: fields not named are taken from the newest."""
        new = msgspec.structs.replace(self._jobs[job.id], **changes)
        self._jobs[job.id] = new
        # A job that leaves the line is passed over by `next`; only what joins or moves in it needs a new one.
        if new.state is State.PENDING and not _ORDERING.isdisjoint(changes):
            self._line = None
        return new

    def remove(self, job_id: str) -> None:
        """Forgets a job."""
        self._jobs.pop(job_id, None)
        self._unaccepted.discard(job_id)
        self._wished.discard(job_id)
        self._line = None

    def take_places(self, count: int, step: float) -> float:
        """The place of the job that stands last; so many behind it, a step apart, are nobody else's from now on."""
        last = max((job.place for job in self._jobs.values() if not job.state.is_terminal), default=0.0)
        last = max(last, self._taken_place)
        self._taken_place = last + count * step
        return last

    def all(self) -> tuple[Job, ...]:
        """Every job: open ones in queue order, then ended ones, the newest first."""
        jobs = self._jobs.values()
        open_ones = sorted((job for job in jobs if not job.state.is_terminal), key=order)
        ended = sorted((job for job in jobs if job.state.is_terminal), key=lambda job: -(job.ended_ms or 0))
        return (*open_ones, *ended)

    def next(self) -> Job | None:
        """The pending job whose turn it is, or None."""
        if self._line is None:
            startable = sorted(filter(self.can_start, self._jobs.values()), key=order, reverse=True)
            self._line = [job.id for job in startable]
        while self._line:
            job = self._jobs.get(self._line[-1])
            if job is not None and self.can_start(job):
                return job
            self._line.pop()
        return None

    def can_start(self, job: Job) -> bool:
        """Whether this engine starts the job by itself when its turn comes."""
        return (
            job.state is State.PENDING and not job.held_by and job.id not in self._unaccepted and self._may_start(job)
        )
