"""Saves what the Scheduler decides. What could not be written is kept, and written when writing works again."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from sqlite3 import Connection
from typing import Any

from pipeline.model.event import Durable
from pipeline.store.writer import Writer

Work = Callable[[Connection], Any]

_LOG = logging.getLogger(__name__)


class Ledger:
    """Hands work to the writer in order. A drive that is full loses nothing that was decided meanwhile."""

    def __init__(self, lock: threading.RLock, writer: Writer) -> None:
        self._lock = lock
        self._writer = writer
        self._unsaved: list[tuple[Work, Sequence[Durable]]] = []

    def save(self, work: Work, events: Sequence[Durable]) -> Future[Any]:
        """Commits work and events. Never blocks; the Future is done, or failed, when that is decided.

        While something older waits to be saved, this waits behind it, so that the journal stays in order.
        """
        with self._lock:
            if self._unsaved:
                self._unsaved.append((work, events))
                failed: Future[Any] = Future()
                failed.set_exception(sqlite3.OperationalError("the store cannot be written now"))
                return failed
            done = self._writer.submit(work, events)
        done.add_done_callback(lambda future: self._keep(future, work, events))
        return done

    def save_again(self) -> None:
        """Writing works again: saves what has waited, in order."""
        with self._lock:
            waiting, self._unsaved = self._unsaved, []
            for work, events in waiting:
                self.save(work, events)

    def _keep(self, future: Future[Any], work: Work, events: Sequence[Durable]) -> None:
        error = future.exception()
        if isinstance(error, sqlite3.Error):
            with self._lock:
                self._unsaved.append((work, events))
        elif error is not None:
            _LOG.error("a decision could not be saved", exc_info=error)
