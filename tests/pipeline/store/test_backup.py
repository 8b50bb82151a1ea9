from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest

from pipeline.store import backup
from pipeline.store.connection import reader
from pipeline.store.jobs import load_jobs, save_jobs
from tests.pipeline.store.support import a_job

DAY_MS = 86_400_000
NOW_MS = 1_700_000_000_000


@pytest.fixture(autouse=True)
def one_job(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1)])


def test_a_backup_of_a_living_database_is_whole(c: sqlite3.Connection, path: str) -> None:
    c.execute("BEGIN IMMEDIATE")
    save_jobs(c, [a_job(2)])
    made = backup.daily(path, NOW_MS)
    c.execute("COMMIT")
    assert made is not None
    assert os.path.basename(made) == "daily-2023-11-14.db"
    with closing(reader(made, still=True)) as copy:
        assert load_jobs(copy, open_only=True) == [a_job(1)]
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert os.listdir(backup.folder_of(path)) == ["daily-2023-11-14.db"]


def test_one_backup_a_day_and_seven_in_all(path: str) -> None:
    for day in range(10):
        assert backup.daily(path, NOW_MS + day * DAY_MS) is not None
        assert backup.daily(path, NOW_MS + day * DAY_MS + 1) is None
    kept = [os.path.basename(name) for name in backup.of_kind(path, "daily")]
    assert kept == [f"daily-2023-11-{day}.db" for day in range(23, 16, -1)]


def test_nothing_is_kept_of_nothing(c: sqlite3.Connection, path: str) -> None:
    c.execute("DELETE FROM jobs")
    assert backup.daily(path, NOW_MS) is None
    assert not os.path.exists(backup.folder_of(path))


def test_a_backup_that_cannot_be_made_harms_nothing(path: str, caplog: pytest.LogCaptureFixture) -> None:
    with open(backup.folder_of(path), "w") as file:
        file.write("in the way")
    assert backup.daily(path, NOW_MS) is None
    assert "could not be made" in caplog.text


def test_a_half_made_backup_has_no_name(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "complaint_about", lambda part: "a page is odd")
    with pytest.raises(sqlite3.DatabaseError, match="a page is odd"):
        backup.before_migration(path, 1)
    assert os.listdir(backup.folder_of(path)) == []


def test_what_an_earlier_try_left_is_in_nobodys_way(path: str) -> None:
    os.mkdir(backup.folder_of(path))
    with open(os.path.join(backup.folder_of(path), "schema-1.db.part"), "w") as file:
        file.write("killed here")
    assert backup.complaint_about(backup.before_migration(path, 1)) == ""


def test_the_newest_good_backup_is_found_behind_bad_ones(path: str) -> None:
    assert backup.newest_good(path) is None
    good = backup.daily(path, NOW_MS)
    bad = backup.daily(path, NOW_MS + DAY_MS)
    assert good is not None
    assert bad is not None
    os.utime(good, (1_000, 1_000))
    with open(bad, "r+b") as file:
        file.write(b"garbage")
    assert backup.newest_good(path) == good
    assert backup.complaint_about(bad) == "file is not a database"
