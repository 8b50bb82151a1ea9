from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from pipeline.model.event import JobCreated, JobRemoved, Noticed, StepStarted, Unknown
from pipeline.model.problem import disk_full
from pipeline.model.stage import OUTCOME_LIMIT, Outcome, Tick
from pipeline.store import journal
from pipeline.store.jobs import save_jobs
from pipeline.store.journal import MadeFile, Numbering, StepRow
from tests.pipeline.store.support import a_job, created

MADE = (MadeFile("0/video.mp4", 5, 1_700_000_000_000_000_001, 2**64 - 1), MadeFile("0/caf\udce9.log", 0, -1, 3))
OUTCOME = Outcome(
    exit_code=1,
    active_s=2.5,
    value={"vmaf": [93.5, None], "name": "x"},
    last_tick=Tick(done=1.0, total=2.0),
    lines=("one", "two"),
    complaints=((0.5, "bad"),),
    members=(Outcome(value=1),),
)


def test_a_step_comes_back_as_it_was(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1)])
    journal.record_step(c, "job-1", "k1", "encode", OUTCOME, MADE)
    assert journal.steps_of(c, "job-1") == {"k1": StepRow("k1", "encode", OUTCOME, MADE)}


def test_steps_keep_their_order_and_the_last_word_on_one_counts(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1), a_job(2)])
    for key in ("k2", "k1", "k3"):
        journal.record_step(c, "job-1", key, "encode", Outcome(), ())
    journal.record_step(c, "job-2", "k1", "encode", Outcome(), ())
    journal.record_step(c, "job-1", "k2", "verify", Outcome(exit_code=3), ())
    steps = journal.steps_of(c, "job-1")
    assert list(steps) == ["k2", "k1", "k3"]
    assert steps["k2"] == StepRow("k2", "verify", Outcome(exit_code=3), ())


@pytest.mark.parametrize("over", [0, 1])
def test_an_outcome_is_at_most_64_kib(c: sqlite3.Connection, over: int) -> None:
    save_jobs(c, [a_job(1)])
    outcome = Outcome(value="x" * (OUTCOME_LIMIT + over - len('{"value":""}')))
    if over:
        with pytest.raises(ValueError, match="65537 bytes"):
            journal.record_step(c, "job-1", "k", "encode", outcome, ())
    else:
        journal.record_step(c, "job-1", "k", "encode", outcome, ())
    assert len(journal.steps_of(c, "job-1")) == 1 - over


def test_steps_are_forgotten_one_by_one_or_all(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1), a_job(2)])
    for job_id in ("job-1", "job-2"):
        for key in ("k1", "k2", "k3"):
            journal.record_step(c, job_id, key, "encode", Outcome(), ())
    journal.forget_steps(c, "job-1", ["k1", "k3", "never was"])
    journal.forget_all_steps(c, "job-2")
    assert list(journal.steps_of(c, "job-1")) == ["k2"]
    assert journal.steps_of(c, "job-2") == {}


def test_scratch_that_is_gone_takes_steps_and_attempts_along(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1), a_job(2)])
    for job_id in ("job-1", "job-2"):
        journal.record_step(c, job_id, "k", "encode", Outcome(), ())
        journal.begin_attempt(c, job_id, 1, b"context")
    journal.forget_scratch(c, "job-1")
    assert (journal.steps_of(c, "job-1"), journal.context_of(c, "job-1", 1)) == ({}, None)
    assert (list(journal.steps_of(c, "job-2")), journal.context_of(c, "job-2", 1)) == (["k"], b"context")


def test_what_an_earlier_attempt_knew_counts_while_steps_of_it_are_there(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1), a_job(2)])
    assert journal.earlier_context(c, "job-1") is None
    for attempt, context in ((1, b"first"), (2, b"second")):
        journal.begin_attempt(c, "job-1", attempt, context)
    journal.record_step(c, "job-2", "k", "encode", Outcome(), ())
    assert journal.earlier_context(c, "job-1") is None
    journal.record_step(c, "job-1", "k", "encode", Outcome(), ())
    assert journal.earlier_context(c, "job-1") == b"second"
    assert journal.earlier_context(c, "job-2") is None


def test_a_step_that_cannot_be_read_runs_again(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1)])
    journal.record_step(c, "job-1", "k1", "encode", Outcome(), ())
    journal.record_step(c, "job-1", "k2", "encode", Outcome(), ())
    c.execute("UPDATE steps SET outcome = '{\"exit_code\": \"none\"}' WHERE key = 'k1'")
    assert list(journal.steps_of(c, "job-1")) == ["k2"]


def test_a_step_of_no_job_is_refused(c: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        journal.record_step(c, "nobody", "k", "encode", Outcome(), ())


def test_saving_a_job_again_keeps_its_steps(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1)])
    journal.record_step(c, "job-1", "k", "encode", Outcome(), ())
    save_jobs(c, [a_job(1, attempt=2)])
    assert list(journal.steps_of(c, "job-1")) == ["k"]


def test_an_attempt_has_its_context(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1)])
    assert journal.context_of(c, "job-1", 1) is None
    journal.begin_attempt(c, "job-1", 1, b"first")
    journal.begin_attempt(c, "job-1", 2, b"\x00second")
    journal.begin_attempt(c, "job-1", 1, b"first, said again")
    assert journal.context_of(c, "job-1", 1) == b"first, said again"
    assert journal.context_of(c, "job-1", 2) == b"\x00second"


def test_the_step_in_hand_is_the_one_last_taken(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1)])
    assert journal.in_hand(c, "job-1") == {}
    journal.take_in_hand(c, "job-1", "k1", "encode")
    journal.take_in_hand(c, "job-1", "k2", "verify")
    journal.take_in_hand(c, "job-1", "k3", "verify")
    assert journal.in_hand(c, "job-1") == {"k1": "encode", "k2": "verify", "k3": "verify"}
    journal.lay_down(c, "job-1", "k2")
    assert journal.in_hand(c, "job-1") == {"k1": "encode", "k3": "verify"}
    journal.lay_down(c, "job-1")
    assert journal.in_hand(c, "job-1") == {}


def test_events_are_numbered_in_all_and_for_each_job(c: sqlite3.Connection) -> None:
    told = _record(c, created(a_job(1)), created(a_job(2)), _notice(), _step("job-1"), JobRemoved("job-2"))
    assert [(t.seq, t.job_seq) for t in told] == [(1, 1), (2, 1), (3, 0), (4, 2), (5, 2)]
    assert journal.events_after(c, 0, 100) == told
    assert journal.events_after(c, 2, 2) == told[2:4]
    assert journal.events_of(c, "job-1") == [told[0], told[3]]
    assert journal.span(c) == (1, 5)


def test_numbers_go_on_where_the_journal_ends(c: sqlite3.Connection) -> None:
    _record(c, created(a_job(1)), _step("job-1"))
    again = _record(c, _step("job-1"), created(a_job(2)))
    assert [(t.seq, t.job_seq) for t in again] == [(3, 3), (4, 1)]


def test_numbers_of_a_transaction_that_failed_are_given_again(c: sqlite3.Connection) -> None:
    numbering = Numbering(c)
    c.execute("BEGIN")
    numbering.record(c, [(created(a_job(1)), 0), (_step("job-1"), 0)])
    c.execute("ROLLBACK")
    numbering.drop()
    told = numbering.record(c, [(created(a_job(1)), 0)])
    assert (told[0].seq, told[0].job_seq) == (1, 1)


def test_a_number_is_never_given_twice_even_if_its_row_is_gone(c: sqlite3.Connection) -> None:
    _record(c, created(a_job(1)), created(a_job(2)))
    c.execute("DELETE FROM journal")
    assert journal.span(c) == (3, 2)
    assert _record(c, _notice())[0].seq == 3


def test_many_jobs_are_counted_without_remembering_all(c: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_REMEMBERED", 3)
    numbering = Numbering(c)
    seen: dict[str, list[int]] = {}
    for turn in range(40):
        job_id = f"job-{turn * 7 % 10}"
        told = numbering.record(c, [(_step(job_id), 0)])
        numbering.keep()
        seen.setdefault(job_id, []).append(told[0].job_seq)
    assert all(counts == [1, 2, 3, 4] for counts in seen.values())


@pytest.mark.parametrize(
    ("type_", "data", "raw"),
    [
        ("job.teleported", b'{"job_id":"job-1","to":"Mars"}', {"job_id": "job-1", "to": "Mars"}),
        ("job.created", b'{"job_id":5}', {"job_id": 5}),
        ("job.created", b"\xffnot json", "\ufffdnot json"),
    ],
)
def test_an_event_this_version_does_not_know_breaks_nothing(
    c: sqlite3.Connection, type_: str, data: bytes, raw: Any
) -> None:
    _record(c, created(a_job(1)))
    c.execute("INSERT INTO journal VALUES (2, 'job-1', 2, 0, ?, ?)", (type_, data))
    _record(c, _step("job-1"))
    events = [told.event for told in journal.events_after(c, 0, 10)]
    assert isinstance(events[0], JobCreated)
    assert events[1] == Unknown(type_, raw)
    assert isinstance(events[2], StepStarted)


def _record(c: sqlite3.Connection, *events: Any) -> list[Any]:
    numbering = Numbering(c)
    told = numbering.record(c, [(event, 1_000 + index) for index, event in enumerate(events)])
    numbering.keep()
    return told


def _step(job_id: str) -> StepStarted:
    return StepStarted(job_id, 1, "encode", "Encode")


def _notice() -> Noticed:
    return Noticed("error", disk_full("/out"))
