"""Decisions that could not be written are written, in order, when writing works again."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from pipeline.engine.ledger import Ledger
from pipeline.model.event import Durable, JobRemoved


class FullDrive:
    """A writer whose drive is full until it is not."""

    def __init__(self) -> None:
        self.is_full = True
        self.saved: list[str] = []

    def submit(self, work: Callable[[Any], Any], events: Sequence[Durable] = ()) -> Future[Any]:
        future: Future[Any] = Future()
        if self.is_full:
            future.set_exception(sqlite3.OperationalError("database or disk is full"))
        else:
            future.set_result(work(self))
        return future


def _saving(word: str) -> Callable[[Any], None]:
    return lambda drive: drive.saved.append(word)


def test_what_could_not_be_saved_is_saved_in_order_when_it_can_be() -> None:
    drive = FullDrive()
    ledger = Ledger(threading.RLock(), drive)  # type: ignore[arg-type]
    first = ledger.save(_saving("first"), [JobRemoved("a")])
    drive.is_full = False
    second = ledger.save(_saving("second"), [JobRemoved("b")])
    assert isinstance(first.exception(), sqlite3.OperationalError)
    assert isinstance(second.exception(), sqlite3.OperationalError), "it must not overtake the first"
    assert drive.saved == []
    ledger.save_again()
    assert drive.saved == ["first", "second"]
    ledger.save_again()
    assert drive.saved == ["first", "second"]


def test_a_drive_that_is_full_again_loses_nothing() -> None:
    drive = FullDrive()
    ledger = Ledger(threading.RLock(), drive)  # type: ignore[arg-type]
    for word in ("first", "second", "third"):
        ledger.save(_saving(word), [])
    ledger.save_again()
    drive.is_full = False
    ledger.save_again()
    assert drive.saved == ["first", "second", "third"]


def test_a_mistake_of_ours_is_said_and_not_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    class Confused(FullDrive):
        def submit(self, work: Callable[[Any], Any], events: Sequence[Durable] = ()) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(ValueError("no such column"))
            return future

    ledger = Ledger(threading.RLock(), Confused())  # type: ignore[arg-type]
    ledger.save(_saving("first"), [])
    assert "a decision could not be saved" in caplog.text
    drive = FullDrive()
    drive.is_full = False
    ledger.save_again()
    assert drive.saved == []
