from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from pipeline.engine import replay
from pipeline.model.job import Artifact
from pipeline.model.stage import Canceled
from pipeline.store.journal import record_step
from tests.pipeline.engine.bench import Attempts, noted, one_step
from tests.pipeline.engine.support import drive_is_full

RESULT = (Artifact(b"a"),)


def test_a_step_that_is_done_waits_until_that_can_be_written(job: Attempts, monkeypatch: pytest.MonkeyPatch) -> None:
    full = [3]

    def record(*words: Any) -> None:
        if full[0]:
            full[0] -= 1
            raise drive_is_full()
        record_step(*words)

    monkeypatch.setattr(replay, "record_step", record)
    job.run(one_step(noted("a", "", "a")), store_retry_s=0.001)
    assert job.ran() == ["a"]
    assert len(job.recorded()) == 1
    assert [waits for waits, _ in job.waits] == ["store"] * 3 + [""]
    assert "cannot be written" in job.waits[0][1]


def test_an_error_of_the_store_that_is_ours_is_not_waited_out(job: Attempts, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*words: Any) -> None:
        raise sqlite3.IntegrityError("FOREIGN KEY constraint failed")

    monkeypatch.setattr(replay, "record_step", broken)
    with pytest.raises(sqlite3.IntegrityError):
        job.run(one_step(noted("a", "", "a")))
    assert job.waits == []


def test_a_cancel_ends_the_wait_for_the_store(job: Attempts, monkeypatch: pytest.MonkeyPatch) -> None:
    def record(*words: Any) -> None:
        job.hand.cancel.set()
        raise drive_is_full()

    monkeypatch.setattr(replay, "record_step", record)
    with pytest.raises(Canceled):
        job.run(one_step(noted("a", "", "a")), store_retry_s=3600.0)
