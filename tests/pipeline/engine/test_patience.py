"""A full drive of the store costs a job time, never its work."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from pipeline.engine.cancel import Cancel
from pipeline.engine.patience import Patience
from pipeline.model.event import Durable
from pipeline.model.stage import Canceled


class FullDrive:
    """A writer whose drive is full for a number of tries."""

    def __init__(self, tries: int, error: Exception) -> None:
        self.left = tries
        self.error = error

    def submit(self, work: Callable[[Any], Any], events: Sequence[Durable] = ()) -> Future[Any]:
        future: Future[Any] = Future()
        self.left -= 1
        if self.left >= 0:
            future.set_exception(self.error)
        else:
            future.set_result(work(None))
        return future


def _full() -> sqlite3.Error:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


def test_what_is_done_is_committed_when_there_is_room_again() -> None:
    waits: list[tuple[str, str]] = []
    store = Patience(FullDrive(3, _full()), Cancel(), lambda *told: waits.append(told), 0.0)  # type: ignore[arg-type]
    assert store.do(lambda connection: "kept") == "kept"
    assert [waiting for waiting, _ in waits] == ["store", "store", "store", ""]
    assert "cannot be written" in waits[0][1]


def test_nobody_is_told_of_waiting_where_nothing_waited() -> None:
    waits: list[tuple[str, str]] = []
    store = Patience(FullDrive(0, _full()), Cancel(), lambda *told: waits.append(told))  # type: ignore[arg-type]
    assert store.do(lambda connection: 1) == 1
    assert waits == []


def test_a_cancel_ends_the_wait() -> None:
    cancel = Cancel()
    waiting = threading.Event()
    store = Patience(FullDrive(10**9, _full()), cancel, lambda *told: waiting.set(), 60.0)  # type: ignore[arg-type]
    ended: list[type[BaseException]] = []

    def work() -> None:
        try:
            store.do(lambda connection: None)
        except Canceled:
            ended.append(Canceled)

    thread = threading.Thread(target=work)
    thread.start()
    assert waiting.wait(30)
    cancel.set()
    thread.join(30)
    assert ended == [Canceled]


def test_a_mistake_of_ours_is_not_waited_out() -> None:
    store = Patience(FullDrive(1, ValueError("no such column")), Cancel(), lambda *told: None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no such column"):
        store.do(lambda connection: None)
