"""Takes away scratch nobody needs: that of canceled jobs after Undo, of failed and skipped ones after a week."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import partial

from pipeline.engine import joblog
from pipeline.engine.scheduler import Scheduler
from pipeline.engine.workspace import Workspace
from pipeline.model.job import Job
from pipeline.model.state import State
from pipeline.store.journal import forget_scratch
from pipeline.store.writer import Writer

UNDO_S = 10.0
FAILED_KEPT_S = 7 * 24 * 3600.0
# A skipped job may have been encoded whole before a rule said no; "make it all the same" only has to publish that.
_KEPT_S = {
    State.CANCELED: UNDO_S, State.FAILED: FAILED_KEPT_S, State.SKIPPED: FAILED_KEPT_S, State.COMPLETED: 0.0,
}  # fmt: skip


class Sweeper:
    """Knows which scratch is due when. `sweep` does the work, in the watch thread."""

    def __init__(
        self, lock: threading.RLock, scheduler: Scheduler, writer: Writer, log_folder: str, undo_s: float = UNDO_S
    ) -> None:
        self._lock = lock
        self._scheduler = scheduler
        self._roster = scheduler.roster
        self._writer = writer
        self._log_folder = log_folder
        self._kept_s = {**_KEPT_S, State.CANCELED: undo_s}
        self._due: dict[str, tuple[float, Job]] = {}
        self._forgotten: list[Job] = []

    def begin_with(self, jobs: Iterable[Job]) -> None:
        """Jobs that had ended before this start and may still have scratch."""
        for job in jobs:
            self.ended(job)

    def ended(self, job: Job) -> None:
        """An attempt has ended; its scratch is due after a while that depends on how."""
        age_s = max(0.0, time.time() - (job.ended_ms or 0) / 1000)
        with self._lock:
            self._due[job.id] = (time.monotonic() + self._kept_s[job.state] - age_s, job)

    def forget(self, job: Job) -> None:
        """The job was removed; scratch and log go too."""
        with self._lock:
            self._due.pop(job.id, None)
            self._forgotten.append(job)

    def sweep(self, *, closing: bool = False) -> None:
        """Removes what is due. Blocks as long as deleting takes. With `closing`, no Undo can come any more."""
        with self._lock:
            now = time.monotonic() + (self._kept_s[State.CANCELED] if closing else 0.0)
            due = [job for at, job in self._due.values() if at <= now]
            for job in due:
                del self._due[job.id]
            ended = [job for job in due if self._has_ended(job.id)]
            # A retry that comes while scratch is deleted starts when that is done, and finds an empty place.
            self._roster.withhold(ended)
            forgotten, self._forgotten = self._forgotten, []
        for job in ended:
            Workspace.of(job).remove()
            self._writer.submit(partial(forget_scratch, job_id=job.id))
        self._scheduler.let_start(ended)
        for job in forgotten:
            Workspace.of(job).remove()
            with suppress(OSError):
                os.unlink(joblog.path_of(self._log_folder, job.id))

    def _has_ended(self, job_id: str) -> bool:
        newest = self._roster.get(job_id)
        return newest is None or newest.state.is_terminal
