from __future__ import annotations

import logging
import os
import sqlite3

import pytest

from pipeline.model.batch import Batch
from pipeline.model.job import Artifact, Progress
from pipeline.model.problem import Warn, disk_full
from pipeline.model.source import Source
from pipeline.model.stage import Outcome
from pipeline.model.state import State
from pipeline.store.jobs import (
    folded,
    last_num,
    load_batches,
    load_jobs,
    load_unswept,
    remove_jobs,
    save_batch,
    save_jobs,
)
from pipeline.store.journal import begin_attempt, forget_scratch, record_step, take_in_hand
from pipeline.store.publishing import Intent, reserve_name, save_intents
from tests.pipeline.store.support import a_job


def test_a_job_comes_back_as_it_was(c: sqlite3.Connection) -> None:
    job = a_job(
        1,
        batch_id="b",
        state=State.FAILED,
        attempt=3,
        priority=1,
        place=-2.5,
        held_by="person",
        artifacts=(Artifact(b"/out/caf\xe9.mp4", name=b"caf\xe9.mp4", size=7, measures={"vmaf": 93.5}),),
        warnings=(Warn("quiet", "It is quiet.", 1.5),),
        problem=disk_full("/out", "last line"),
        created_ms=1,
        started_ms=2,
        ended_ms=3,
        active_ms=4,
        interrupts=2,
        crash_steps=("encode",),
    )
    save_jobs(c, [job])
    assert load_jobs(c, open_only=False) == [job]


def test_a_name_that_is_no_text_comes_back_byte_for_byte(c: sqlite3.Connection) -> None:
    path = bytes(b for b in range(1, 256) if b != ord("/"))
    job = a_job(1)
    odd = type(job)(job.id, job.num, Source(b"/" + path), job.flow, job.destination)
    save_jobs(c, [odd])
    assert load_jobs(c, open_only=True)[0].source.path == b"/" + path
    assert os.fsencode(load_jobs(c, open_only=True)[0].source.file) == b"/" + path


def test_saving_again_replaces(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1), a_job(2)])
    save_jobs(c, [a_job(1, state=State.RUNNING, attempt=2)])
    assert [(job.num, job.state, job.attempt) for job in load_jobs(c, open_only=True)] == [
        (1, State.RUNNING, 2),
        (2, State.PENDING, 1),
    ]


def test_a_number_given_to_two_jobs_is_a_bug(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1)])
    twin = a_job(1)
    with pytest.raises(sqlite3.IntegrityError):
        save_jobs(c, [type(twin)("another", 1, twin.source, twin.flow, twin.destination)])


def test_of_progress_only_what_an_ended_job_shows_is_kept(c: sqlite3.Connection) -> None:
    job = a_job(1, progress=Progress(percent=41.5, stage="encode", speed=2.0, message="frame 12", eta_ms=5_000))
    save_jobs(c, [job])
    assert load_jobs(c, open_only=True)[0].progress == Progress(percent=41.5, stage="encode", speed=2.0)


def test_the_queue_is_ordered_by_priority_then_place_then_number(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1), a_job(2, priority=1), a_job(3, place=-1.0), a_job(4, priority=-1), a_job(5, priority=1)])
    assert [job.num for job in load_jobs(c, open_only=True)] == [2, 5, 3, 1, 4]


@pytest.mark.parametrize("state", State)
def test_open_is_what_has_not_ended(c: sqlite3.Connection, state: State) -> None:
    save_jobs(c, [a_job(1, state=state)])
    assert bool(load_jobs(c, open_only=True)) is not state.is_terminal
    assert len(load_jobs(c, open_only=False)) == 1


def test_a_retried_job_is_open_again(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1, state=State.FAILED, ended_ms=9)])
    save_jobs(c, [a_job(1, state=State.PENDING, attempt=2, ended_ms=9)])
    assert [job.attempt for job in load_jobs(c, open_only=True)] == [2]


def test_removing_a_job_removes_all_that_is_its(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1), a_job(2)])
    for id_ in ("job-1", "job-2"):
        record_step(c, id_, "key", "encode", Outcome(), ())
        begin_attempt(c, id_, 1, b"context")
        take_in_hand(c, id_, "key", "encode")
        save_intents(c, [Intent(id_, b"/s", b"/f", 1, 2, 3)])
        reserve_name(c, b"/out/" + id_.encode(), id_)
    remove_jobs(c, ["job-1", "never was"])
    for table in ("steps", "attempts", "hands", "intents", "names"):
        assert c.execute(f"SELECT job_id FROM {table}").fetchall() == [("job-2",)], table


def test_a_batch_goes_with_its_last_job(c: sqlite3.Connection) -> None:
    save_batch(c, Batch("b", 1, "2 items"))
    save_batch(c, Batch("b", 1, "2 items, renamed"))
    save_batch(c, Batch("empty", 4, "a link list"))
    save_jobs(c, [a_job(2, batch_id="b"), a_job(3, batch_id="b"), a_job(5)])
    remove_jobs(c, ["job-2", "job-5"])
    assert [batch.title for batch in load_batches(c)] == ["2 items, renamed", "a link list"]
    remove_jobs(c, ["job-3"])
    assert [batch.id for batch in load_batches(c)] == ["empty"]


def test_a_number_is_not_given_again_after_its_job_is_gone(c: sqlite3.Connection) -> None:
    assert last_num(c) == 0
    save_batch(c, Batch("b", 8, "1 item"))
    save_jobs(c, [a_job(9, batch_id="b")])
    remove_jobs(c, ["job-9"])
    assert last_num(c) == 9


@pytest.mark.parametrize("data", [b'{"id": 5}', b'{"id": "a', b'{"id": "\xff"}', b""])
def test_what_cannot_be_read_is_left_out_and_left_alone(
    c: sqlite3.Connection, caplog: pytest.LogCaptureFixture, data: bytes
) -> None:
    save_jobs(c, [a_job(1), a_job(2)])
    save_batch(c, Batch("b", 3, "1 item"))
    c.execute("UPDATE jobs SET data = ? WHERE num = 1", (data,))
    c.execute("UPDATE batches SET data = ?", (data,))
    with caplog.at_level(logging.ERROR):
        assert load_jobs(c, open_only=True) == [a_job(2)]
        assert load_batches(c) == []
    assert "job-1" in caplog.text
    assert c.execute("SELECT count(*) FROM jobs").fetchone() == (2,)


def test_unswept_is_what_has_ended_and_began_an_attempt_nobody_forgot(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(num, state=State.FAILED if num < 4 else State.RUNNING) for num in range(1, 6)])
    for num in (1, 3, 4):
        begin_attempt(c, f"job-{num}", 1, b"")
    begin_attempt(c, "job-3", 2, b"")
    forget_scratch(c, "job-1")
    assert [job.num for job in load_unswept(c)] == [3]


@pytest.mark.parametrize(
    ("typed", "stored"), [("STRASSE", "Straße"), ("École", "e\u0301cole"), ("ｍｐ４", "MP4"), ("ΣΑΣ", "σας")]
)
def test_search_sees_no_difference_of_case_width_or_composition(typed: str, stored: str) -> None:
    assert folded(typed) == folded(stored)


def test_the_queue_and_the_history_are_read_through_their_indexes(c: sqlite3.Connection) -> None:
    plan = c.execute(
        "EXPLAIN QUERY PLAN SELECT id, data FROM jobs WHERE ended_ms IS NULL ORDER BY priority DESC, place, num"
    ).fetchall()
    assert [row[3] for row in plan] == ["SCAN jobs USING INDEX jobs_open"]
