"""How many jobs work at once: the places in the `cpu` lane, and who of the started jobs takes one up."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.engine.hand import Hand
from pipeline.engine.lanes import Lanes
from pipeline.model.job import Job

MOST_EXTRA = 8


class Room:
    """Counts under the engine's lock. A job that a person starts now brings a place of its own along."""

    def __init__(self, lanes: Lanes, places: int) -> None:
        self._lanes = lanes
        self._places = places
        self._extra: set[str] = set()

    @property
    def places(self) -> int:
        """How many jobs work at once, those started beyond that left out."""
        return self._places

    def set_places(self, places: int) -> None:
        """Changes how many jobs work at once."""
        self._places = places
        self._lay_out()

    def add_place(self, job_id: str) -> bool:
        """One more place, for this job, until it ends. False where so many were added that more would help nobody."""
        if len(self._extra) >= MOST_EXTRA:
            return False
        self._extra.add(job_id)
        self._lay_out()
        return True

    def ended(self, job_id: str) -> None:
        """Takes away the place this job brought along, if it did."""
        if job_id in self._extra:
            self._extra.discard(job_id)
            self._lay_out()

    def is_free(self, started: Iterable[tuple[Job, Hand]]) -> bool:
        """Whether one more job may start beside these."""
        working = waiting = 0
        for job, hand in started:
            if job.state.is_paused or job.id in self._extra:
                continue
            if job.waiting_for:
                waiting += 1
            # A job that only sends or fetches leaves the processor to the next one.
            elif hand.only_uses != {"net"}:
                working += 1
        # So does one that waits, but only as many as work: a full lane would start the whole queue otherwise.
        return working + max(0, waiting - self._places) < self._places

    def _lay_out(self) -> None:
        self._lanes.set_places("cpu", self._places + len(self._extra))
