"""How many jobs work at once: the places in the `cpu` lane, and who of the started jobs takes one up."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.engine.hand import Hand
from pipeline.engine.lanes import Lanes
from pipeline.model.job import Job


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

    def add_place(self, job_id: str) -> None:
        """One more place, for this job, until it ends."""
        self._extra.add(job_id)
        self._lay_out()

    def ended(self, job_id: str) -> None:
        """Takes away the place this job brought along, if it did."""
        if job_id in self._extra:
            self._extra.discard(job_id)
            self._lay_out()

    def is_free(self, started: Iterable[tuple[Job, Hand]]) -> bool:
        """Whether one more job may start beside these."""
        return sum(self._is_taken_by(job, hand) for job, hand in started) < self._places

    def _is_taken_by(self, job: Job, hand: Hand) -> bool:
        if job.state.is_paused or job.waiting_for or job.id in self._extra:
            return False
        # A job that only sends or fetches leaves the processor to the next one.
        return hand.only_uses != {"net"}

    def _lay_out(self) -> None:
        self._lanes.set_places("cpu", self._places + len(self._extra))
