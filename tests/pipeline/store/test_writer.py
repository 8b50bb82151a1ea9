from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline.model.event import JobChanged, JobCreated, JobLogged, JobProgressed, StepStarted, Told
from pipeline.model.state import State
from pipeline.store import lineage
from pipeline.store.connection import reader, writable
from pipeline.store.jobs import load_jobs, save_jobs
from pipeline.store.journal import events_after
from pipeline.store.recovery import open_database
from pipeline.store.writer import Writer, WriterClosed
from tests.pipeline.store.support import LIMIT_S, Heard, a_job, created, held_up, progressed, settle
from tests.support.child import run

STARTED = JobChanged("job-1", State.RUNNING, State.PENDING, 1)


def test_what_a_future_resolved_for_is_in_the_database_and_was_told(writer: Writer, heard: Heard, path: str) -> None:
    job = a_job(1)
    writer.submit(lambda c: save_jobs(c, [job]), [created(job)]).result(LIMIT_S)
    with closing(reader(path)) as c:
        assert load_jobs(c, open_only=True) == [job]
        assert events_after(c, 0, 10) == heard.told
    assert heard.events == [created(job)]


def test_a_whole_drop_is_one_work(writer: Writer, heard: Heard, path: str) -> None:
    jobs = [a_job(num) for num in range(1, 1_001)]
    writer.submit(lambda c: save_jobs(c, jobs), [created(job) for job in jobs]).result(LIMIT_S)
    assert [told.seq for told in heard.told] == list(range(1, 1_001))
    assert {told.job_seq for told in heard.told} == {1}
    with closing(reader(path)) as c:
        assert load_jobs(c, open_only=True) == jobs


def test_works_run_in_the_order_they_came_whoever_brings_them(writer: Writer, heard: Heard) -> None:
    def bring(num: int) -> None:
        for stage in range(20):
            writer.submit(lambda c: None, [StepStarted(f"job-{num}", 1, str(stage), "")])

    threads = [threading.Thread(target=bring, args=(num,)) for num in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settle(writer)
    assert [told.seq for told in heard.told] == list(range(1, 101))
    for num in range(5):
        mine = [told for told in heard.told if told.event.job_id == f"job-{num}"]  # type: ignore[union-attr]
        assert [told.job_seq for told in mine] == list(range(1, 21))
        assert [told.event.stage for told in mine] == [str(stage) for stage in range(20)]  # type: ignore[union-attr]


def test_progress_never_overtakes_the_start_before_it(writer: Writer, heard: Heard) -> None:
    with held_up(writer):
        writer.submit(lambda c: save_jobs(c, [a_job(1)]), [created(a_job(1))])
        writer.submit(lambda c: None, [STARTED])
        writer.tell(progressed("job-1", 1.0))
        last = writer.submit(lambda c: None, [StepStarted("job-1", 1, "verify", "Verify")])
    last.result(LIMIT_S)
    assert [type(event) for event in heard.events] == [JobCreated, JobChanged, JobProgressed, StepStarted]


def test_of_the_progress_that_waits_the_latest_of_each_job_is_told(writer: Writer, heard: Heard) -> None:
    with held_up(writer):
        for percent in range(100):
            writer.tell(progressed("job-1", percent))
            writer.tell(progressed("job-2", percent / 2))
        writer.tell(JobLogged("job-1", 1, "info", "a line"))
        writer.tell(JobLogged("job-1", 1, "info", "another"))
    settle(writer)
    assert heard.events == [
        progressed("job-1", 99),
        progressed("job-2", 49.5),
        JobLogged("job-1", 1, "info", "a line"),
        JobLogged("job-1", 1, "info", "another"),
    ]


def test_volatile_events_are_numbered_after_the_last_durable_one(writer: Writer, heard: Heard) -> None:
    for _ in range(2):
        writer.tell(progressed("job-1", 1.0))
        settle(writer)
    writer.submit(lambda c: None, [STARTED])
    writer.tell(progressed("job-1", 2.0))
    settle(writer)
    assert [(told.seq, told.sub, told.job_seq) for told in heard.told] == [(0, 1, 0), (0, 2, 0), (1, 0, 1), (1, 1, 0)]
    assert len({told.epoch for told in heard.told}) == 1


def test_numbers_go_on_after_a_restart(writer: Writer, heard: Heard, path: str) -> None:
    writer.submit(lambda c: save_jobs(c, [a_job(1)]), [created(a_job(1))])
    writer.close()
    again = Writer(path, heard.tell, heard.trouble)
    again.start()
    again.tell(progressed("job-1", 1.0))
    again.submit(lambda c: None, [STARTED])
    again.close()
    assert [(told.seq, told.sub, told.job_seq) for told in heard.told] == [(1, 0, 1), (1, 1, 0), (2, 0, 2)]
    assert len({told.epoch for told in heard.told}) == 1


def test_a_work_that_fails_takes_none_of_its_group_with_it(writer: Writer, heard: Heard, path: str) -> None:
    def breaks_after_writing(c: sqlite3.Connection) -> None:
        save_jobs(c, [a_job(2)])
        raise LookupError("mine alone")

    with held_up(writer):
        before = _submit_one(writer, 1)
        broken = writer.submit(breaks_after_writing, [created(a_job(2))])
        after = _submit_one(writer, 3)
    before.result(LIMIT_S)
    after.result(LIMIT_S)
    with pytest.raises(LookupError, match="mine alone"):
        broken.result(LIMIT_S)
    with closing(reader(path)) as c:
        assert [job.num for job in load_jobs(c, open_only=True)] == [1, 3]
        assert events_after(c, 0, 10) == heard.told
    assert [(told.seq, told.job_seq) for told in heard.told] == [(1, 1), (2, 1)]
    assert heard.troubles == []


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), sqlite3.IntegrityError("x")])
def test_nothing_a_work_raises_ends_the_writer(writer: Writer, error: BaseException) -> None:
    def raises(c: sqlite3.Connection) -> None:
        raise error

    assert writer.submit(raises).exception(LIMIT_S) is error
    assert writer.submit(lambda c: 5).result(LIMIT_S) == 5


def test_a_work_that_ends_the_transaction_is_a_bug_and_is_told_so(writer: Writer, heard: Heard) -> None:
    broken = writer.submit(lambda c: c.execute("COMMIT"), [STARTED])
    with pytest.raises(RuntimeError, match="ended the transaction"):
        broken.result(LIMIT_S)
    assert writer.submit(lambda c: 5).result(LIMIT_S) == 5
    assert heard.told == []


def test_an_event_that_cannot_be_written_fails_its_own_work_only(writer: Writer, heard: Heard, path: str) -> None:
    nonsense: Any = StepStarted("job-1", 1, "encode", object())  # type: ignore[arg-type]
    with held_up(writer):
        broken = writer.submit(lambda c: save_jobs(c, [a_job(1)]), [nonsense])
        good = writer.submit(lambda c: save_jobs(c, [a_job(2)]), [created(a_job(2))])
    assert isinstance(broken.exception(LIMIT_S), TypeError)
    good.result(LIMIT_S)
    with closing(reader(path)) as c:
        assert [job.num for job in load_jobs(c, open_only=True)] == [2]
    assert [told.seq for told in heard.told] == [1]


def test_a_reader_of_events_that_fails_harms_nobody(path: str, caplog: pytest.LogCaptureFixture) -> None:
    def deaf(told: object) -> None:
        raise SystemExit("not listening")

    writer = Writer(path, deaf, lambda problem: None)
    writer.start()
    assert writer.submit(lambda c: 5, [STARTED]).result(LIMIT_S) == 5
    writer.close()
    assert "not listening" in caplog.text


def test_a_work_cancelled_before_its_turn_is_not_run(writer: Writer, heard: Heard) -> None:
    with held_up(writer):
        future = writer.submit(lambda c: save_jobs(c, [a_job(1)]), [STARTED])
        assert future.cancel()
    settle(writer)
    assert heard.told == []
    with pytest.raises(CancelledError):
        future.result(LIMIT_S)


def test_what_is_handed_in_before_the_start_waits_for_it(path: str, heard: Heard) -> None:
    writer = Writer(path, heard.tell, heard.trouble)
    future = writer.submit(lambda c: 5, [STARTED])
    assert not future.done()
    writer.start()
    assert future.result(LIMIT_S) == 5
    writer.close()


def test_close_commits_and_tells_what_waits_and_then_refuses(writer: Writer, heard: Heard, path: str) -> None:
    with held_up(writer):
        waiting = [writer.submit(lambda c: None, [STARTED]) for _ in range(10)]
        writer.tell(progressed("job-1", 1.0))
    writer.close()
    assert all(future.done() for future in waiting)
    assert len(heard.told) == 11
    writer.tell(progressed("job-1", 2.0))
    writer.close()
    with pytest.raises(WriterClosed):
        writer.submit(lambda c: None).result(LIMIT_S)
    assert len(heard.told) == 11


def test_close_without_start_refuses_what_waits(path: str, heard: Heard) -> None:
    writer = Writer(path, heard.tell, heard.trouble)
    future: Future[None] = writer.submit(lambda c: None)
    writer.close()
    with pytest.raises(WriterClosed):
        future.result(LIMIT_S)


def test_close_from_a_reader_of_events_does_not_wait_for_itself(path: str) -> None:
    told: list[Told] = []

    def leave(events: Any) -> None:
        told.extend(events)
        writer.close()

    writer = Writer(path, leave, lambda problem: None)
    writer.start()
    writer.submit(lambda c: None, [STARTED]).result(LIMIT_S)
    writer.close()
    assert len(told) == 1


def test_the_database_is_unclean_while_it_is_open_and_clean_after(writer: Writer, path: str) -> None:
    settle(writer)
    with closing(reader(path)) as c:
        assert not lineage.was_closed(c)
    writer.close()
    with closing(reader(path)) as c:
        assert lineage.was_closed(c)


def test_close_leaves_one_whole_file_and_the_mark(writer: Writer, path: str) -> None:
    writer.submit(lambda c: save_jobs(c, [a_job(1)]), [created(a_job(1))])
    writer.close()
    assert not os.path.exists(f"{path}-wal")
    with closing(reader(path, still=True)) as c:
        assert [job.num for job in load_jobs(c, open_only=True)] == [1]
        assert lineage.read_mark(path) == lineage.Mark(lineage.epoch_of(c), 1)


def test_the_wal_is_emptied_into_the_database_on_the_way(writer: Writer, path: str) -> None:
    jobs = [a_job(num) for num in range(1, 2_001)]
    before = os.path.getsize(path)
    writer.submit(lambda c: save_jobs(c, jobs)).result(LIMIT_S)
    settle(writer)
    assert os.path.getsize(path) > before


def test_a_full_database_is_trouble_said_once_and_its_end_too(writer: Writer, heard: Heard, path: str) -> None:
    def fill(c: sqlite3.Connection) -> None:
        c.execute("CREATE TABLE ballast AS SELECT zeroblob(1000000)")

    def limit(c: sqlite3.Connection) -> None:
        c.execute(f"PRAGMA max_page_count = {c.execute('PRAGMA page_count').fetchone()[0]}")

    writer.submit(limit).result(LIMIT_S)
    with held_up(writer):
        too_big = [writer.submit(fill, [STARTED]) for _ in range(3)]
    for future in too_big:
        error = future.exception(LIMIT_S)
        assert isinstance(error, sqlite3.OperationalError)
        assert error.sqlite_errorname == "SQLITE_FULL"
    assert [problem and problem.code for problem in heard.troubles] == ["store_unwritable"]
    assert heard.told == []
    writer.try_again().result(LIMIT_S)
    assert [problem and problem.code for problem in heard.troubles] == ["store_unwritable", None]


def test_a_full_drive_loses_nothing_that_was_promised(small_drive: Path, heard: Heard) -> None:
    path = open_database(str(small_drive)).path
    writer = Writer(path, heard.tell, heard.trouble)
    writer.start()
    try:
        settle(writer)
        ballast = small_drive / "ballast"
        free = os.statvfs(small_drive)
        ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - 300_000))
        kept = [num for num in range(1, 401) if _submit_one(writer, num).exception(LIMIT_S) is None]
        assert 0 < len(kept) < 400
        assert [problem and problem.code for problem in heard.troubles][:1] == ["store_unwritable"]

        ballast.unlink()
        writer.try_again().result(LIMIT_S)
        assert heard.troubles[-1] is None
        _submit_one(writer, 500).result(LIMIT_S)
    finally:
        writer.close()
    with closing(reader(path)) as c:
        assert c.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert [job.num for job in load_jobs(c, open_only=True)] == [*kept, 500]
        assert events_after(c, 0, 1_000) == heard.told
    assert [told.seq for told in heard.told] == list(range(1, len(kept) + 2))
    assert open_database(str(small_drive)).was_clean


@pytest.fixture
def small_drive(tmp_path: Path) -> Iterator[Path]:
    """A drive of 2 MiB."""
    drive = tmp_path / "small"
    drive.mkdir()
    if run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", drive.name], folder=tmp_path).code != 0:
        pytest.skip("only root may mount a small drive")
    yield drive
    assert run(["umount", "--lazy", drive.name], folder=tmp_path).code == 0


def test_a_lock_held_too_long_fails_what_waits_and_nothing_after(
    path: str, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.store.connection.BUSY_S", 0.05)
    writer = Writer(path, heard.tell, heard.trouble)
    writer.start()
    settle(writer)
    with closing(writable(path)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        waiting = [_submit_one(writer, num) for num in range(1, 4)]
        assert {str(future.exception(LIMIT_S)) for future in waiting} == {"database is locked"}
        stranger.execute("ROLLBACK")
    _submit_one(writer, 4).result(LIMIT_S)
    writer.close()
    assert [problem and problem.code for problem in heard.troubles] == ["store_unwritable", None]


def test_a_damaged_database_is_said_to_be_so_and_not_marked_as_clean(writer: Writer, heard: Heard, path: str) -> None:
    writer.submit(lambda c: save_jobs(c, [a_job(num) for num in range(1, 200)])).result(LIMIT_S)

    def is_told_of_damage(c: sqlite3.Connection) -> None:
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    assert isinstance(writer.submit(is_told_of_damage).exception(LIMIT_S), sqlite3.DatabaseError)
    writer.close()
    assert [problem and problem.code for problem in heard.troubles] == ["store_damaged"]
    with closing(reader(path)) as c:
        assert not lineage.was_closed(c)


def test_a_writer_that_cannot_open_its_database_says_so_and_tries_again(tmp_path: Path, heard: Heard) -> None:
    path = tmp_path / "later" / "reelyard.db"
    writer = Writer(str(path), heard.tell, heard.trouble)
    writer.start()
    assert isinstance(writer.submit(lambda c: None).exception(LIMIT_S), sqlite3.OperationalError)
    open_database(str(path.parent))
    _submit_one(writer, 1).result(LIMIT_S)
    writer.close()
    assert [problem and problem.code for problem in heard.troubles] == ["store_unwritable", None]


def _submit_one(writer: Writer, num: int) -> Future[None]:
    job = a_job(num)
    return writer.submit(lambda c: save_jobs(c, [job]), [created(job)])
