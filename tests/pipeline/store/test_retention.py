from __future__ import annotations

import sqlite3

import pytest

from pipeline.model.event import StepStarted
from pipeline.model.stage import Outcome
from pipeline.model.state import State
from pipeline.store import journal, retention
from pipeline.store.jobs import load_jobs, save_jobs
from pipeline.store.journal import Numbering
from pipeline.store.retention import expired, prune
from tests.pipeline.store.support import a_job

DAY_MS = 86_400_000
NOW_MS = 100 * DAY_MS


def test_events_go_after_seven_days(c: sqlite3.Connection) -> None:
    _tell(c, "job-1", *(NOW_MS - days * DAY_MS for days in (9, 8, 7, 6, 1)))
    assert prune(c, NOW_MS).events == 2
    assert journal.span(c) == (3, 5)
    assert prune(c, NOW_MS, event_days=1).events == 2
    assert journal.span(c) == (5, 5)


def test_an_event_behind_a_young_one_stays_though_the_clock_was_wrong(c: sqlite3.Connection) -> None:
    _tell(c, "job-1", NOW_MS - 9 * DAY_MS, NOW_MS, NOW_MS - 50 * DAY_MS)
    assert prune(c, NOW_MS).events == 1
    assert [told.seq for told in journal.events_after(c, 0, 10)] == [2, 3]


def test_no_more_than_so_many_events_stay(c: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "KEPT_EVENTS", 3)
    _tell(c, "job-1", *[NOW_MS] * 10)
    assert prune(c, NOW_MS).events == 7
    assert journal.span(c) == (8, 10)


def test_numbers_go_on_when_all_events_are_gone(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1)])
    _tell(c, "job-1", 0, 0, 0)
    assert prune(c, NOW_MS).events == 3
    save_jobs(c, [a_job(1, attempt=2)])
    assert _tell(c, "job-1", NOW_MS) == [(4, 4)]
    assert prune(c, NOW_MS).events == 0
    assert _tell(c, "job-1", NOW_MS) == [(5, 5)]


def test_jobs_stay_for_ever_unless_asked(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1, state=State.COMPLETED, ended_ms=0)])
    assert prune(c, NOW_MS).jobs == ()
    assert len(load_jobs(c, open_only=False)) == 1


def test_old_ended_jobs_go_if_asked_and_open_ones_never(c: sqlite3.Connection) -> None:
    save_jobs(
        c,
        [
            a_job(1, state=State.FAILED, ended_ms=NOW_MS - 31 * DAY_MS),
            a_job(2, state=State.COMPLETED, ended_ms=NOW_MS - 32 * DAY_MS),
            a_job(3, state=State.COMPLETED, ended_ms=NOW_MS - 29 * DAY_MS),
            *(a_job(10 + n, state=state) for n, state in enumerate(State) if not state.is_terminal),
        ],
    )
    for num in (1, 2, 3, 10):
        journal.record_step(c, f"job-{num}", "key", "encode", Outcome(), ())
    assert expired(c, NOW_MS, 30) == ["job-2", "job-1"]
    assert prune(c, NOW_MS, history_days=30).jobs == ("job-2", "job-1")
    assert {job.num for job in load_jobs(c, open_only=False)} == {3, 10, 11, 12, 13, 14, 15}
    assert [num for num in (1, 2, 3, 10) if journal.steps_of(c, f"job-{num}")] == [3, 10]


def test_steps_outlive_the_events_of_their_job(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1)])
    journal.record_step(c, "job-1", "key", "encode", Outcome(), ())
    _tell(c, "job-1", 0)
    assert prune(c, NOW_MS).events == 1
    assert list(journal.steps_of(c, "job-1")) == ["key"]


def _tell(c: sqlite3.Connection, job_id: str, *times_ms: int) -> list[tuple[int, int]]:
    told = Numbering(c).record(c, [(StepStarted(job_id, 1, "encode", ""), at_ms) for at_ms in times_ms])
    return [(one.seq, one.job_seq) for one in told]
