"""Once a day: forgets old events and, if a person wants that, history and replaced sources, and makes a backup."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError

from pipeline.model.event import JobRemoved
from pipeline.store import backup
from pipeline.store.jobs import remove_jobs
from pipeline.store.retention import expired, prune
from pipeline.store.writer import Writer, WriterClosed

DAY_S = 24 * 3600.0
DAY_MS = 86_400_000

_LOG = logging.getLogger(__name__)


class Housekeeping:
    """A thread that sleeps for a day at a time.

    `history_days` 0 keeps history for good. `sweep` deletes what replaced sources have been kept since before a time,
    in Unix ms; it is asked unless `keep_replaced_days` is 0.
    """

    def __init__(
        self,
        writer: Writer,
        path: str,
        history_days: int,
        *,
        keep_replaced_days: int = 0,
        sweep: Callable[[int], None] = lambda before_ms: None,
        period_s: float = DAY_S,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._writer = writer
        self._path = path
        self._history_days = history_days
        self._keep_replaced_days = keep_replaced_days
        self._sweep = sweep
        self._period_s = period_s
        self._now_ms = now_ms
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping")

    def start(self) -> None:
        """Keeps house now, and then once a day."""
        self._thread.start()

    def close(self) -> None:
        """Ends the thread."""
        self._ends.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ends.is_set():
            try:
                self._keep()
            except (WriterClosed, CancelledError):
                return
            except (OSError, sqlite3.Error) as error:
                _LOG.warning("the store was not tidied today: %s", error)
            self._ends.wait(self._period_s)

    def _keep(self) -> None:
        now_ms = self._now_ms()
        self._writer.submit(lambda c: prune(c, now_ms)).result()
        if self._history_days:
            old = self._writer.submit(lambda c: expired(c, now_ms, self._history_days)).result()
            self._writer.submit(lambda c: remove_jobs(c, old), [JobRemoved(job_id) for job_id in old]).result()
        if self._keep_replaced_days:
            self._sweep(now_ms - self._keep_replaced_days * DAY_MS)
        backup.daily(self._path, now_ms)
