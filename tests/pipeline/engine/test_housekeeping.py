"""What is kept for a time goes when the time is over, and the database is backed up."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.engine.housekeeping import Housekeeping
from pipeline.model.event import JobRemoved, Told
from pipeline.model.state import State
from pipeline.store import backup
from pipeline.store.jobs import load_jobs, save_jobs
from pipeline.store.journal import events_after
from pipeline.store.recovery import open_database
from pipeline.store.writer import Writer
from tests.pipeline.store.support import a_job, created
from tests.support.wait import until

DAY_MS = 86_400_000
NOW_MS = 1_800_000_000_000


@contextmanager
def _kept(folder: Path, history_days: int) -> Iterator[tuple[Writer, list[Told]]]:
    """A store with one open job, one that ended yesterday and one that ended a year ago, after one tidying."""
    path = open_database(str(folder)).path
    told: list[Told] = []
    tidied = threading.Event()

    def tell(new: Sequence[Told]) -> None:
        told.extend(new)

    def now_ms() -> int:
        tidied.set()
        return NOW_MS

    writer = Writer(path, tell, lambda problem: None)
    writer.start()
    ended = [
        a_job(2, state=State.COMPLETED, ended_ms=NOW_MS - DAY_MS),
        a_job(3, state=State.FAILED, ended_ms=NOW_MS - 365 * DAY_MS),
    ]
    jobs = [a_job(1), *ended]
    writer.submit(lambda c: save_jobs(c, jobs), [created(job) for job in jobs]).result()
    keeper = Housekeeping(writer, path, history_days, now_ms=now_ms)
    keeper.start()
    assert tidied.wait(30)
    until(lambda: backup.of_kind(path, "daily"), "the backup")
    keeper.close()
    try:
        yield writer, told
    finally:
        writer.close()


def test_history_of_more_days_than_wanted_goes_and_is_told(tmp_path: Path) -> None:
    with _kept(tmp_path, 30) as (writer, told):
        left = writer.submit(lambda c: [job.num for job in load_jobs(c, open_only=False)]).result()
        assert sorted(left) == [1, 2]
        assert [each.event for each in told if isinstance(each.event, JobRemoved)] == [JobRemoved("job-3")]


@pytest.mark.parametrize(("days", "asked"), [(0, []), (30, [NOW_MS - 30 * DAY_MS])])
def test_replaced_sources_are_swept_when_their_days_are_over(tmp_path: Path, days: int, asked: list[int]) -> None:
    path = open_database(str(tmp_path)).path
    writer = Writer(path, lambda told: None, lambda problem: None)
    writer.start()
    swept: list[int] = []
    began = threading.Event()

    def now_ms() -> int:
        began.set()
        return NOW_MS

    keeper = Housekeeping(writer, path, 0, keep_replaced_days=days, sweep=swept.append, now_ms=now_ms)
    keeper.start()
    assert began.wait(30)
    keeper.close()
    writer.close()
    assert swept == asked


def test_history_is_kept_for_good_where_nobody_wants_less(tmp_path: Path) -> None:
    with _kept(tmp_path, 0) as (writer, _):
        left = writer.submit(lambda c: [job.num for job in load_jobs(c, open_only=False)]).result()
        assert sorted(left) == [1, 2, 3]


def test_old_events_go_and_the_job_they_were_about_stays(tmp_path: Path) -> None:
    with _kept(tmp_path, 0) as (writer, _):
        # The events were written at the real time, which is long before the time the keeper was told.
        assert writer.submit(lambda c: events_after(c, 0, 100)).result() == []
        assert len(writer.submit(lambda c: load_jobs(c, open_only=False)).result()) == 3
