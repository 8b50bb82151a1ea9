"""Saves what the Scheduler decides. What could not be written is kept, and written when writing works again."""

from __future__ import annotations

import itertools
import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Any

from pipeline.model.event import Durable
from pipeline.model.job import Job
from pipeline.store.jobs import save_jobs
from pipeline.store.trouble import trouble_of
from pipeline.store.writer import Writer

Work = Callable[[Connection], Any]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Entry:
    number: int
    job: Job | None
    work: Work | None
    events: Sequence[Durable]


class Ledger:
    """Hands decisions to the writer in order. A drive that is full loses nothing that was decided meanwhile."""

    def __init__(self, lock: threading.RLock, writer: Writer) -> None:
        self._lock = lock
        self._writer = writer
        self._numbers = itertools.count(1)
        self._newest: dict[str, int] = {}
        self._unsaved: list[_Entry] = []

    def save(self, job: Job | None, events: Sequence[Durable], work: Work | None = None) -> Future[Any]:
        """Commits a job's snapshot, what belongs to it, and the events that tell it. Never blocks.

        While something older waits to be saved, this waits behind it, so that the journal stays in order; its Future
        has failed then, as that of the older one has.
        """
        with self._lock:
            entry = _Entry(next(self._numbers), job, work, events)
            if not self._unsaved:
                return self._submit(entry)
            self._unsaved.append(entry)
        failed: Future[Any] = Future()
        failed.set_exception(sqlite3.OperationalError("the store cannot be written now"))
        return failed

    def save_again(self) -> None:
        """Saves what has waited, in order. For when writing works again, and for the watch now and then.

        A decision can fail while others do not; then nobody says that writing works again.
        """
        with self._lock:
            waiting, self._unsaved = self._unsaved, []
            for entry in waiting:
                if self._unsaved:
                    self._unsaved.append(entry)
                else:
                    self._submit(entry)

    def _submit(self, entry: _Entry) -> Future[Any]:
        def write(connection: Connection) -> None:
            # A newer snapshot may have been written while this one could not be.
            if entry.job is not None and entry.number >= self._newest.get(entry.job.id, 0):
                save_jobs(connection, [entry.job])
            if entry.work is not None:
                entry.work(connection)

        done = self._writer.submit(write, entry.events)
        done.add_done_callback(lambda future: self._settle(entry, future))
        return done

    def _settle(self, entry: _Entry, future: Future[Any]) -> None:
        error = future.exception()
        if error is None:
            if entry.job is not None:
                self._newest[entry.job.id] = max(entry.number, self._newest.get(entry.job.id, 0))
        elif trouble_of(error) is not None:
            with self._lock:
                self._unsaved.append(entry)
                self._unsaved.sort(key=lambda each: each.number)
        else:
            _LOG.error("a decision could not be saved", exc_info=error)
