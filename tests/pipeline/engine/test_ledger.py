"""Decisions that could not be written are written, in order, when writing works again."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest

from pipeline.engine.ledger import Ledger
from pipeline.model.event import Durable, JobRemoved
from pipeline.store.jobs import load_jobs
from pipeline.store.recovery import open_database
from pipeline.store.writer import Writer
from tests.pipeline.engine.support import drive_is_full
from tests.pipeline.store.support import a_job, held_up


class FullDrive:
    """A writer whose drive is full until it is not."""

    def __init__(self) -> None:
        self.is_full = True
        self.saved: list[str] = []

    def submit(self, work: Callable[[Any], Any], events: Sequence[Durable] = ()) -> Future[Any]:
        future: Future[Any] = Future()
        if self.is_full:
            future.set_exception(drive_is_full())
        else:
            future.set_result(work(self))
        return future


def _saving(word: str) -> Callable[[Any], None]:
    return lambda drive: drive.saved.append(word)


def test_what_could_not_be_saved_is_saved_in_order_when_it_can_be() -> None:
    drive = FullDrive()
    ledger = Ledger(threading.RLock(), drive)  # type: ignore[arg-type]
    first = ledger.save(None, [JobRemoved("a")], _saving("first"))
    drive.is_full = False
    second = ledger.save(None, [JobRemoved("b")], _saving("second"))
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
        ledger.save(None, [], _saving(word))
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
    ledger.save(None, [], _saving("first"))
    assert "a decision could not be saved" in caplog.text
    drive = FullDrive()
    drive.is_full = False
    ledger.save_again()
    assert drive.saved == []


def test_an_older_snapshot_that_is_saved_late_does_not_replace_a_newer_one(tmp_path: Path) -> None:
    path = open_database(str(tmp_path)).path
    writer = Writer(path, lambda told: None, lambda problem: None)
    writer.start()
    ledger = Ledger(threading.RLock(), writer)
    old, new = a_job(1, "old.mp4"), a_job(1, "new.mp4")
    done: list[str] = []

    def fail_at_first(connection: Connection) -> None:
        done.append("tried")
        if len(done) <= 2:  # with its group, and alone
            raise sqlite3.OperationalError("database or disk is full")

    try:
        with held_up(writer):
            first = ledger.save(old, [], fail_at_first)
            second = ledger.save(new, [])
        assert isinstance(first.exception(), sqlite3.OperationalError)
        assert second.exception() is None
        ledger.save_again()
        assert [job.name for job in writer.submit(lambda c: load_jobs(c, open_only=True)).result()] == ["new.mp4"]
        assert done[-1] == "tried", "what else belonged to the older decision is done all the same"
    finally:
        writer.close()
