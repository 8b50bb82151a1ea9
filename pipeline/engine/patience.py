"""Commits for one attempt, waiting out a store that cannot be written: what was done must not be lost for that."""

from __future__ import annotations

from collections.abc import Callable
from sqlite3 import Connection
from typing import TypeVar

from pipeline.model.job import Waiting
from pipeline.model.stage import Canceled, CancelSignal
from pipeline.store.trouble import trouble_of
from pipeline.store.writer import Writer

T = TypeVar("T")

RETRY_S = 2.0


class Patience:
    """Does work in the store and blocks until it is committed; says that the job waits for the store meanwhile."""

    def __init__(
        self,
        writer: Writer,
        cancel: CancelSignal,
        waits: Callable[[Waiting, str], None],
        retry_s: float = RETRY_S,
    ) -> None:
        self._writer = writer
        self._cancel = cancel
        self._waits = waits
        self._retry_s = retry_s

    def do(self, work: Callable[[Connection], T]) -> T:
        """What the work returned, once it is committed.

        Raises:
            Canceled: the job was cancelled while it waited.
            Exception: what the work raised, where the store is not at fault.
        """
        waited = False
        while (error := (done := self._writer.submit(work)).exception()) and (problem := trouble_of(error)):
            waited = True
            self._waits("store", problem.message)
            if self._cancel.wait(self._retry_s):
                raise Canceled
        if waited:
            self._waits("", "")
        return done.result()
