from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.model.problem import PipelineError
from pipeline.store import backup, schema
from pipeline.store.connection import reader, writable
from pipeline.store.jobs import load_jobs, save_jobs
from pipeline.store.recovery import NAME, open_database
from pipeline.store.writer import Writer
from tests.pipeline.store.support import LIMIT_S, Heard, a_job, created

DAY_MS = 86_400_000
NOW_MS = 1_700_000_000_000


def test_a_first_start_makes_home_database_and_epoch(tmp_path: Path) -> None:
    home = tmp_path / "a" / "b"
    opened = open_database(str(home), now_ms=lambda: NOW_MS)
    assert opened.path == str(home / NAME)
    assert opened.epoch.startswith("1700000000000")
    assert len(opened.epoch) == 15
    assert opened.was_clean
    assert opened.salvaged is None
    assert not (home / "backups").exists()


def test_the_epoch_stays_from_start_to_start(home: str) -> None:
    first = open_database(home)
    _work(first.path, 1)
    again = open_database(home)
    assert again == first


def test_the_end_without_order_is_noticed(home: str, heard: Heard) -> None:
    path = open_database(home).path
    writer = Writer(path, heard.tell, heard.trouble)
    writer.start()
    writer.submit(lambda c: save_jobs(c, [a_job(1)])).result(LIMIT_S)
    dead = f"{home}-dead"
    shutil.copytree(home, dead)
    writer.close()
    opened = open_database(dead)
    assert not opened.was_clean
    assert opened.salvaged is None
    with closing(reader(opened.path)) as c:
        assert load_jobs(c, open_only=True) == [a_job(1)]
    assert open_database(home).was_clean


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "remote"])
def test_a_home_on_a_network_drive_is_refused(home: str, kind: str) -> None:
    with pytest.raises(PipelineError) as raised:
        open_database(home, filesystem=lambda folder: kind)
    assert raised.value.problem.code == "home_on_network"
    assert not os.path.exists(os.path.join(home, NAME))


@pytest.mark.parametrize("kind", ["ext4", "apfs", "local", ""])
def test_a_home_on_this_computer_is_taken(home: str, kind: str) -> None:
    assert open_database(home, filesystem=lambda folder: kind).was_clean


def _put_a_file_there(home: Path) -> None:
    home.write_text("in the way")


def _put_a_folder_in_place_of_the_database(home: Path) -> None:
    (home / NAME).mkdir(parents=True)


@pytest.mark.parametrize("spoil", [_put_a_file_there, _put_a_folder_in_place_of_the_database])
def test_a_home_that_cannot_be_used_is_a_problem_and_no_bug(home: str, spoil: Callable[[Path], None]) -> None:
    spoil(Path(home))
    with pytest.raises(PipelineError) as raised:
        open_database(home)
    assert raised.value.problem.code == "home_unwritable"
    assert raised.value.problem.detail


def test_an_older_database_put_back_by_a_person_gets_a_new_epoch(home: str) -> None:
    first = open_database(home)
    _work(first.path, 1)
    shutil.copy(first.path, f"{home}/kept")
    _work(first.path, 2)
    shutil.copy(f"{home}/kept", first.path)
    again = open_database(home)
    assert again.epoch > first.epoch
    assert again.salvaged is None
    assert open_database(home).epoch == again.epoch


def test_a_database_that_was_deleted_begins_a_new_epoch(home: str) -> None:
    first = open_database(home)
    os.unlink(first.path)
    assert open_database(home, now_ms=lambda: 0).epoch > first.epoch


def test_a_home_copied_without_its_side_file_keeps_its_epoch(home: str) -> None:
    first = open_database(home)
    os.unlink(f"{first.path}.head")
    assert open_database(home).epoch == first.epoch


def test_a_newer_database_is_left_as_it_is(home: str) -> None:
    path = open_database(home).path
    with closing(writable(path)) as c:
        save_jobs(c, [a_job(1)])
        c.execute("PRAGMA user_version = 99")
    before = Path(path).read_bytes()
    with pytest.raises(PipelineError) as raised:
        open_database(home)
    assert raised.value.problem.code == "store_is_newer"
    assert Path(path).read_bytes() == before
    with closing(reader(path)) as c:
        assert load_jobs(c, open_only=True) == [a_job(1)]


def test_an_older_schema_is_kept_before_it_is_migrated(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def newest(c: sqlite3.Connection) -> None:
        c.execute("ALTER TABLE jobs ADD COLUMN colour TEXT")

    path, before = open_database(home).path, len(schema.MIGRATIONS)
    _work(path, 1)
    monkeypatch.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, newest])
    assert open_database(home).was_clean
    with closing(reader(path)) as c:
        assert schema.version_of(c) == before + 1
        assert load_jobs(c, open_only=True) == [a_job(1)]
    with closing(reader(os.path.join(backup.folder_of(path), f"schema-{before}.db"), still=True)) as c:
        assert schema.version_of(c) == before
        assert load_jobs(c, open_only=True) == [a_job(1)]


def test_nothing_is_migrated_that_could_not_be_kept(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path, before = open_database(home).path, len(schema.MIGRATIONS)
    with open(backup.folder_of(path), "w") as file:
        file.write("in the way")
    monkeypatch.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, lambda c: None])
    with pytest.raises(PipelineError) as raised:
        open_database(home)
    assert raised.value.problem.code == "home_unwritable"
    with closing(reader(path)) as c:
        assert schema.version_of(c) == before


def test_a_damaged_database_of_an_older_schema_is_repaired_and_migrated(
    home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def newest(c: sqlite3.Connection) -> None:
        c.execute("ALTER TABLE jobs ADD COLUMN colour TEXT NOT NULL DEFAULT 'none'")

    path = open_database(home).path
    with closing(writable(path)) as c:
        c.execute("BEGIN")
        save_jobs(c, [a_job(num) for num in range(1, 500)])
        c.execute("COMMIT")
    with open(path, "r+b") as file:
        file.truncate(os.path.getsize(path) - 40_000)
    monkeypatch.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, newest])
    assert open_database(home).salvaged is not None
    with closing(reader(path)) as c:
        assert 100 < len(c.execute("SELECT colour FROM jobs").fetchall()) < 500


def test_a_backup_is_made_once_a_day(home: str) -> None:
    path = open_database(home, now_ms=lambda: NOW_MS).path
    _work(path, 1)
    for day in (0, 0, 1):
        open_database(home, now_ms=lambda day=day: NOW_MS + day * DAY_MS)  # type: ignore[misc]
    assert [os.path.basename(name) for name in backup.of_kind(path, "daily")] == [
        "daily-2023-11-15.db",
        "daily-2023-11-14.db",
    ]


def test_a_start_that_was_killed_while_making_the_database_is_made_up_for(home: str) -> None:
    os.makedirs(home)
    Path(home, NAME).touch()
    assert open_database(home).salvaged is None


def _work(path: str, num: int) -> None:
    """One whole life of an app that adds one job."""
    writer = Writer(path, lambda told: None, lambda problem: None)
    writer.start()
    writer.submit(lambda c: save_jobs(c, [a_job(num)]), [created(a_job(num))]).result(LIMIT_S)
    writer.close()
