"""Takes away the scratch nobody needs any more: canceled jobs' after Undo has passed, failed ones' after a week."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from contextlib import suppress

from pipeline.engine import joblog
from pipeline.engine.workspace import Workspace
from pipeline.model.job import Job
from pipeline.model.state import State
from pipeline.store.journal import forget_all_steps
from pipeline.store.writer import Writer

UNDO_S = 10.0
FAILED_KEPT_S = 7 * 24 * 3600.0
_KEPT_S = {State.CANCELED: UNDO_S, State.FAILED: FAILED_KEPT_S, State.COMPLETED: 0.0, State.SKIPPED: 0.0}


class Sweeper:
    """Knows which scratch is due when. `sweep` does the work, in the watch thread."""

    def __init__(self, writer: Writer, log_folder: str, undo_s: float = UNDO_S) -> None:
        self._writer = writer
        self._log_folder = log_folder
        self._kept_s = {**_KEPT_S, State.CANCELED: undo_s}
        self._lock = threading.Lock()
        self._due: dict[str, tuple[float, Job]] = {}
        self._forgotten: list[Job] = []

    def ended(self, job: Job) -> None:
        """An attempt has ended; its scratch is due after a while that depends on how."""
        kept_s = self._kept_s[job.state]
        age_s = max(0.0, time.time() - (job.ended_ms or 0) / 1000)
        with self._lock:
            self._due[job.id] = (time.monotonic() + kept_s - age_s, job)

    def keep(self, job_id: str) -> None:
        """The job was given another attempt; its scratch is needed again."""
        with self._lock:
            self._due.pop(job_id, None)

    def forget(self, job: Job) -> None:
        """The job was removed; scratch and log go too."""
        with self._lock:
            self._due.pop(job.id, None)
            self._forgotten.append(job)

    def begin_with(self, jobs: Iterable[Job]) -> None:
        """Jobs that had ended before this start and may still have scratch."""
        for job in jobs:
            self.ended(job)

    def sweep(self) -> None:
        """Removes what is due. Blocks as long as deleting takes."""
        now = time.monotonic()
        with self._lock:
            due = [job for due_at, job in self._due.values() if due_at <= now]
            for job in due:
                del self._due[job.id]
            forgotten, self._forgotten = self._forgotten, []
        for job in due:
            Workspace.of(job).remove()
            self._writer.submit(lambda connection, job_id=job.id: forget_all_steps(connection, job_id))  # type: ignore[misc]
        for job in forgotten:
            Workspace.of(job).remove()
            with suppress(OSError):
                os.unlink(joblog.path_of(self._log_folder, job.id))
