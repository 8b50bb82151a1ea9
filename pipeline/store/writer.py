"""The one writer: a thread that owns the only read-write connection, commits what is durable, then tells what happened.

It takes all that waits, commits it in one transaction, tells it in the order it came, and resolves the Futures. It is
also the only checkpointer, and does that when nobody waits. It never dies of what it is given.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pipeline.model.event import Durable, JobProgressed, Told, Volatile
from pipeline.model.problem import Problem
from pipeline.store import lineage
from pipeline.store.connection import writable
from pipeline.store.journal import Numbering
from pipeline.store.trouble import is_busy, is_damage, spoils_connection, trouble_of

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

# Rows changed since the last checkpoint: when to do one if nobody waits, and when even if somebody does.
_CHECKPOINT_IDLE = 1_000
_CHECKPOINT_BUSY = 20_000


class WriterClosed(Exception):
    """The writer takes nothing any more: the app is closing."""


@dataclass(eq=False)
class _Work:
    run: Callable[[sqlite3.Connection], Any]
    events: Sequence[Durable]
    at_ms: int
    future: Future[Any] = field(default_factory=Future)
    value: Any = None
    error: BaseException | None = None
    told: Sequence[Told] = ()

    def resolve(self) -> None:
        if self.error is None:
            self.future.set_result(self.value)
        else:
            self.future.set_exception(self.error)


@dataclass(eq=False)
class _Whisper:
    event: Volatile
    at_ms: int


class Writer:
    """Commits and tells.

    `tell` is called in the writer's thread with what was committed and with volatile events, in the order they were
    handed in; it must only hand over. `on_trouble` is called there too: once with a Problem when writing stops
    working, once with None when it works again. Any thread may call the methods; none of them blocks but `close`.
    """

    def __init__(
        self, path: str, tell: Callable[[Sequence[Told]], None], on_trouble: Callable[[Problem | None], None]
    ) -> None:
        self._path = path
        self._tell = tell
        self._on_trouble = on_trouble
        self._wake = threading.Condition()
        self._waiting: list[_Work | _Whisper | None] = []
        self._latest: dict[str, int] = {}
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="store writer", daemon=True)
        # All below belongs to the thread.
        self._open: tuple[sqlite3.Connection, Numbering] | None = None
        self._epoch = ""
        self._seq = 0
        self._sub = 0
        self._checkpointed_at = 0
        self._trouble: Problem | None = None
        self._is_damaged = False

    def start(self) -> None:
        """Starts the thread. What was submitted before waits until then."""
        self._thread.start()

    def submit(self, work: Callable[[sqlite3.Connection], T], events: Sequence[Durable] = ()) -> Future[T]:
        """Has `work` run in a transaction, with `events` numbered in the same one.

        The Future resolves after the commit and after the events were told; so whoever waited for it knows that every
        reader has been handed them. It carries what `work` raised, the error of the drive, or `WriterClosed`.

        `work` may be run a second time if somebody else's in its group fails, so it only talks to its connection, and
        leaves beginning and ending of the transaction to the writer.
        """
        item = _Work(work, events, _now_ms())
        with self._wake:
            if not self._is_closing:
                self._waiting.append(item)
                self._wake.notify()
                return item.future
        item.future.set_exception(WriterClosed("the store is closed"))
        return item.future

    def tell(self, event: Volatile) -> None:
        """Has an event told that need not be kept. Of a job's progress that waits, only the latest is told."""
        with self._wake:
            if self._is_closing:
                return
            if isinstance(event, JobProgressed):
                if (older := self._latest.get(event.job_id)) is not None:
                    self._waiting[older] = None
                self._latest[event.job_id] = len(self._waiting)
            self._waiting.append(_Whisper(event, _now_ms()))
            self._wake.notify()

    def try_again(self) -> Future[None]:
        """Tries a small write, so that the end of trouble is noticed. For the watch thread, while there is trouble."""
        return self.submit(lambda c: lineage.set_meta(c, "tried_ms", str(_now_ms())))

    def close(self) -> None:
        """Commits and tells what waits, checkpoints, marks the database as closed in order, and ends the thread."""
        with self._wake:
            self._is_closing = True
            self._wake.notify()
        if self._thread.ident is None:
            self._refuse_waiting()
        elif self._thread is not threading.current_thread():
            self._thread.join()

    def _refuse_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for item in waiting:
            if isinstance(item, _Work):
                item.future.set_exception(WriterClosed("the store was closed before it was started"))

    def _run(self) -> None:
        self._prepare()
        while group := self._next_group():
            self._handle(group)
        self._finish()

    def _prepare(self) -> None:
        try:
            self._connection()
        except sqlite3.Error as error:
            self._note(error)

    def _next_group(self) -> list[_Work | _Whisper]:
        with self._wake:
            while not self._waiting and not self._is_closing:
                self._wake.wait()
            group, self._waiting, self._latest = self._waiting, [], {}
        return [item for item in group if item is not None]

    def _handle(self, group: list[_Work | _Whisper]) -> None:
        works = [item for item in group if isinstance(item, _Work) and item.future.set_running_or_notify_cancel()]
        if works:
            self._commit(works)
        self._say([told for item in group for told in self._numbered(item)])
        for work in works:
            work.resolve()
        self._checkpoint()

    def _commit(self, works: list[_Work]) -> None:
        """Commits works together or, if that fails, each alone, so that one which fails takes none with it."""
        try:
            self._transact(works)
        except BaseException as error:
            # Where somebody holds the lock for longer than we wait, each alone would wait as long again.
            if len(works) > 1 and not is_busy(error):
                for work in works:
                    self._commit([work])
                return
            for work in works:
                work.error = error
            self._note(error)
        else:
            self._note(None)

    def _transact(self, works: list[_Work]) -> None:
        c, numbering = self._connection()
        try:
            c.execute("BEGIN IMMEDIATE")
            for work in works:
                work.value = work.run(c)
                if not c.in_transaction:
                    raise RuntimeError("a work ended the transaction it was run in")
            told = numbering.record(c, [(event, work.at_ms) for work in works for event in work.events])
            c.execute("COMMIT")
        except BaseException as error:
            numbering.drop()
            self._roll_back(c, error)
            raise
        numbering.keep()
        start = 0
        for work in works:
            work.told = told[start : start + len(work.events)]
            start += len(work.events)

    def _roll_back(self, c: sqlite3.Connection, error: BaseException) -> None:
        try:
            # With a full drive SQLite has rolled back already.
            if c.in_transaction:
                c.execute("ROLLBACK")
        except sqlite3.Error:
            self._disconnect()
        if spoils_connection(error):
            self._disconnect()

    def _connection(self) -> tuple[sqlite3.Connection, Numbering]:
        if self._open is None:
            c = writable(self._path)
            try:
                c.execute("BEGIN IMMEDIATE")
                lineage.mark_open(c)
                c.execute("COMMIT")
                numbering = Numbering(c)
            except BaseException:
                c.close()
                raise
            self._open, self._checkpointed_at = (c, numbering), c.total_changes
            self._epoch, self._seq = numbering.epoch, max(self._seq, numbering.head)
        return self._open

    def _disconnect(self) -> None:
        if self._open is not None:
            c, self._open = self._open[0], None
            try:
                c.close()
            except sqlite3.Error as error:
                _LOG.warning("the database could not be let go of: %s", error)

    def _numbered(self, item: _Work | _Whisper) -> Sequence[Told]:
        """A volatile event is numbered by the last durable one told before it, and by its own place after that."""
        if isinstance(item, _Whisper):
            self._sub += 1
            return (Told(item.event, self._seq, self._sub, 0, item.at_ms, self._epoch),)
        if item.told:
            self._seq, self._sub = item.told[-1].seq, 0
        return item.told

    def _say(self, told: Sequence[Told]) -> None:
        if told:
            try:
                self._tell(told)
            except BaseException:
                _LOG.exception("a reader of events failed")

    def _note(self, error: BaseException | None) -> None:
        """Says once that writing stopped working, and once that it works again. Other errors say nothing about it."""
        trouble = None
        if error is not None:
            trouble = trouble_of(error)
            if trouble is None:
                return
            self._is_damaged = self._is_damaged or is_damage(error)
        if (trouble is None) != (self._trouble is None):
            try:
                self._on_trouble(trouble)
            except BaseException:
                _LOG.exception("a reader of the store's trouble failed")
        self._trouble = trouble

    def _checkpoint(self) -> None:
        if self._open is None:
            return
        c, numbering = self._open
        changed = c.total_changes - self._checkpointed_at
        # On a full drive an emptied WAL is written again from its beginning, which may be all the space it takes.
        is_due = changed >= (_CHECKPOINT_BUSY if self._waiting else _CHECKPOINT_IDLE) or self._trouble is not None
        if not is_due:
            return
        self._checkpointed_at = c.total_changes
        try:
            c.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            lineage.write_mark(self._path, lineage.Mark(numbering.epoch, numbering.head))
        except (sqlite3.Error, OSError) as error:
            # Nothing is lost: the WAL keeps what was committed, and the next checkpoint tries again.
            _LOG.warning("checkpoint failed: %s", error)

    def _finish(self) -> None:
        if self._open is None:
            return
        c, numbering = self._open
        try:
            if not self._is_damaged:
                c.execute("BEGIN IMMEDIATE")
                lineage.mark_closed(c)
                c.execute("COMMIT")
                c.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                lineage.write_mark(self._path, lineage.Mark(numbering.epoch, numbering.head))
        except (sqlite3.Error, OSError) as error:
            _LOG.warning("the database could not be closed in order; the next start checks it: %s", error)
        finally:
            self._disconnect()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
