from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

import pipeline.store
from pipeline.store.connection import is_there, reader, roll_back, writable
from pipeline.store.jobs import load_jobs, save_jobs
from pipeline.store.recovery import open_database
from tests.pipeline.store.support import a_job
from tests.support.child import powerless, run

WRITER_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": 5000,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "mmap_size": 0,
    "journal_size_limit": 64 * 1024 * 1024,
    "wal_autocheckpoint": 0,
    "fullfsync": 1,
    "checkpoint_fullfsync": 1,
    "query_only": 0,
}
READER_PRAGMAS = {
    "query_only": 1,
    "wal_autocheckpoint": 0,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "mmap_size": 0,
    "busy_timeout": 5000,
}


@pytest.mark.parametrize(("name", "value"), WRITER_PRAGMAS.items())
def test_a_writable_connection_is_set_for_safety(c: sqlite3.Connection, name: str, value: object) -> None:
    assert _pragma(c, name) == value


@pytest.mark.parametrize(("name", "value"), READER_PRAGMAS.items())
def test_a_reader_is_set_for_reading(path: str, name: str, value: object) -> None:
    with closing(reader(path)) as c:
        assert _pragma(c, name) == value


def test_a_reader_cannot_write_even_if_it_says_it_may(path: str) -> None:
    with closing(reader(path)) as c:
        c.execute("PRAGMA query_only = OFF")
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            save_jobs(c, [a_job(1)])


def test_a_reader_that_leaves_last_does_not_checkpoint(tmp_path: Path, path: str) -> None:
    with closing(writable(path)) as c:
        save_jobs(c, [a_job(1)])
        # As after a kill: a database with its WAL, and nobody who has it open.
        orphan = str(tmp_path / "orphan.db")
        for end in ("", "-wal"):
            shutil.copyfile(path + end, orphan + end)
    before = Path(orphan).read_bytes(), Path(f"{orphan}-wal").read_bytes()
    with closing(reader(orphan)) as r:
        assert load_jobs(r, open_only=True) == [a_job(1)]
    assert (Path(orphan).read_bytes(), Path(f"{orphan}-wal").read_bytes()) == before


def test_a_reader_sees_what_was_committed_while_it_was_open(c: sqlite3.Connection, path: str) -> None:
    with closing(reader(path)) as r:
        assert load_jobs(r, open_only=True) == []
        save_jobs(c, [a_job(1)])
        assert load_jobs(r, open_only=True) == [a_job(1)]


def test_a_database_that_is_not_there_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        reader(str(tmp_path / "none.db"))
    assert list(tmp_path.iterdir()) == []


def test_a_still_file_is_read_without_making_files_beside_it(path: str) -> None:
    before = set(os.listdir(os.path.dirname(path)))
    with closing(reader(path, still=True)) as c:
        assert load_jobs(c, open_only=False) == []
        assert set(os.listdir(os.path.dirname(path))) == before


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of folders are another matter there")
def test_a_history_can_be_read_where_nothing_may_be_written(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path = open_database(str(home)).path
    with closing(writable(path)) as c:
        save_jobs(c, [a_job(1)])
    code = f"from pipeline.store.history import History; print(History({path!r}).job('job-1').num)"
    home.chmod(0o555)
    os.chmod(path, 0o444)
    done = run(powerless([sys.executable, "-c", code]))
    home.chmod(0o755)
    assert (done.code, done.out) == (0, "1\n"), done.err


def test_what_is_no_database_is_refused_and_let_go_of(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("this is no database at all, and long enough to be asked about it " * 20)
    for connect in (writable, reader):
        with pytest.raises(sqlite3.DatabaseError):
            connect(str(path))


def test_a_path_that_is_no_text_can_be_opened(tmp_path: Path) -> None:
    folder = os.path.join(os.fsencode(tmp_path), b"caf\xe9 100% #1?")
    os.mkdir(folder)
    path = os.path.join(os.fsdecode(folder), "a.db")
    with closing(writable(path)) as c:
        c.execute("CREATE TABLE t (x)")
    with closing(reader(path)) as c:
        assert c.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_nothing_else_connects_to_a_database() -> None:
    root = Path(pipeline.store.__file__).parent.parent
    found = [file.name for file in root.rglob("*.py") if "sqlite3.connect(" in file.read_text(encoding="utf-8")]
    assert found == ["connection.py"]


def _pragma(c: sqlite3.Connection, name: str) -> object:
    return c.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_database_whose_maker_was_killed_is_not_there_until_somebody_takes_that_back(tmp_path: Path) -> None:
    path = str(tmp_path / "half.db")
    assert not is_there(path)
    assert run([sys.executable, "-c", _KILLED_MAKER, path]).code == -signal.SIGKILL
    assert os.path.exists(f"{path}-journal")
    assert not is_there(path)
    roll_back(path)
    assert not os.path.exists(f"{path}-journal")
    assert is_there(path)


# A rollback journal is hot once pages of it were written to the file, which a tiny cache makes happen at once.
_KILLED_MAKER = """
import os, signal, sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("CREATE TABLE first (x)")
c.execute("PRAGMA cache_size = 1")
c.execute("BEGIN")
for number in range(200):
    c.execute("INSERT INTO first VALUES (?)", (b"x" * 4000,))
os.kill(os.getpid(), signal.SIGKILL)
"""
