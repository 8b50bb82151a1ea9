"""Probes waiting jobs one after another, so that lists and time left know how long each source is."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence

import msgspec

from pipeline.engine.scheduler import Scheduler
from pipeline.model.event import JobCreated, Told
from pipeline.model.problem import PipelineError
from pipeline.model.source import MediaInfo
from pipeline.model.stage import Canceled
from pipeline.model.state import State

_LOG = logging.getLogger(__name__)


class Survey:
    """One thread that looks into the sources of jobs that were added. What cannot be read is left to the attempt."""

    def __init__(self, scheduler: Scheduler, probe: Callable[[str], MediaInfo]) -> None:
        self._scheduler = scheduler
        self._probe = probe
        self._wake = threading.Condition()
        self._waiting: deque[str] = deque()
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="survey")

    def start(self) -> None:
        """Starts looking."""
        self._thread.start()

    def close(self) -> None:
        """Ends the thread, after the file in hand."""
        with self._wake:
            self._is_closing = True
            self._wake.notify()
        self._thread.join()

    def hear(self, told: Sequence[Told]) -> None:
        """A reader of the Bus."""
        new = [each.event.job_id for each in told if isinstance(each.event, JobCreated)]
        if new:
            self.add(new)

    def add(self, job_ids: Sequence[str]) -> None:
        """These are to be looked into."""
        with self._wake:
            self._waiting.extend(job_ids)
            self._wake.notify()

    def _run(self) -> None:
        while (job_id := self._next()) is not None:
            job = self._scheduler.roster.get(job_id)
            if job is None or job.state is not State.PENDING or job.source.info is not None or not job.source.path:
                continue
            try:
                info = self._probe(job.source.file)
            except (PipelineError, Canceled):
                continue
            except Exception:
                _LOG.exception("the survey met a bug and goes on")
                continue
            self._scheduler.learn_if_pending(job_id, msgspec.structs.replace(job.source, info=info))

    def _next(self) -> str | None:
        with self._wake:
            while not self._waiting and not self._is_closing:
                self._wake.wait()
            return None if self._is_closing else self._waiting.popleft()
