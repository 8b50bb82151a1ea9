from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.model.problem import PipelineError
from pipeline.store import kept, schema
from pipeline.store.connection import writable
from pipeline.store.jobs import load_jobs, save_jobs
from tests.pipeline.store.support import a_job
from tests.support.child import run


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(writable(str(tmp_path / "a.db"))) as c:
        yield c


def test_a_new_database_gets_the_whole_schema(empty: sqlite3.Connection) -> None:
    assert schema.version_of(empty) == 0
    schema.migrate(empty)
    assert schema.version_of(empty) == len(schema.MIGRATIONS)
    assert {"jobs", "journal", "steps", "meta"} <= _tables(empty)
    assert empty.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_migrating_again_does_nothing(empty: sqlite3.Connection) -> None:
    schema.migrate(empty)
    before = empty.execute("PRAGMA data_version").fetchone(), empty.total_changes
    schema.migrate(empty)
    assert (empty.execute("PRAGMA data_version").fetchone(), empty.total_changes) == before


@pytest.mark.parametrize(
    "change", ["DROP TABLE batches", "DROP INDEX jobs_open", "ALTER TABLE steps RENAME COLUMN num TO nun"]
)
def test_a_database_that_lacks_something_is_not_whole(c: sqlite3.Connection, change: str) -> None:
    c.execute("CREATE TABLE somebodys_own (x)")
    c.execute("ANALYZE")
    assert schema.is_whole(c)
    c.execute(change)
    assert not schema.is_whole(c)


def test_a_database_of_a_newer_version_is_not_touched(empty: sqlite3.Connection) -> None:
    newer = len(schema.MIGRATIONS) + 4
    empty.execute(f"PRAGMA user_version = {newer}")
    with pytest.raises(PipelineError) as raised:
        schema.is_old(empty)
    assert raised.value.problem.code == "store_is_newer"
    assert str(newer) in raised.value.problem.why
    schema.migrate(empty)
    assert _tables(empty) == set()


@pytest.mark.parametrize("version", range(1, len(schema.MIGRATIONS) + 1))
def test_every_earlier_schema_is_brought_up_to_date(empty: sqlite3.Connection, version: int, next_step: None) -> None:
    schema.migrate(empty, to=version)
    save_jobs(empty, [a_job(1)])
    assert schema.is_old(empty)
    schema.migrate(empty)
    assert not schema.is_old(empty)
    assert load_jobs(empty, open_only=True) == [a_job(1)]
    assert empty.execute("SELECT colour FROM jobs").fetchall() == [("none",)]


def test_a_database_from_before_sources_were_kept_can_keep_them_afterwards(empty: sqlite3.Connection) -> None:
    schema.migrate(empty, to=1)
    assert kept.all_kept(empty) == []
    schema.migrate(empty)
    row = kept.Kept("job-1", b"/a", b"/b", 1, 2, 3)
    kept.save_kept(empty, row)
    assert kept.all_kept(empty) == [row]


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    empty: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(c: sqlite3.Connection) -> None:
        c.execute("CREATE TABLE half (x)")
        raise RuntimeError("in the middle")

    schema.migrate(empty)
    monkeypatch.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, half])
    with pytest.raises(RuntimeError, match="in the middle"):
        schema.migrate(empty)
    assert "half" not in _tables(empty)
    assert schema.version_of(empty) == len(schema.MIGRATIONS) - 1


def test_a_migration_that_orphans_rows_is_refused(empty: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(c: sqlite3.Connection) -> None:
        c.execute("DELETE FROM jobs")

    schema.migrate(empty)
    save_jobs(empty, [a_job(1)])
    empty.execute("INSERT INTO names VALUES ('/out/a', 'job-1')")
    monkeypatch.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, careless])
    with pytest.raises(sqlite3.IntegrityError, match="without their parent"):
        schema.migrate(empty)
    assert load_jobs(empty, open_only=True) == [a_job(1)]


def test_sqlite_utils_is_not_loaded_unless_a_table_is_rebuilt(tmp_path: Path) -> None:
    code = (
        "import sys; from pipeline.store import recovery, writer, history;"
        f"[recovery.open_database({str(tmp_path)!r}) for _ in range(2)];"
        "print('sqlite_utils' in sys.modules)"
    )
    done = run([sys.executable, "-c", code])
    assert (done.code, done.out) == (0, "False\n"), done.err


@pytest.fixture
def next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration as one may come to be written: it rebuilds a table."""

    def newest(c: sqlite3.Connection) -> None:
        schema.tables(c)["jobs"].transform(types={"place": int})  # type: ignore[union-attr]
        c.execute("ALTER TABLE jobs ADD COLUMN colour TEXT NOT NULL DEFAULT 'none'")

    steps: list[Callable[[sqlite3.Connection], None]] = [*schema.MIGRATIONS, newest]
    monkeypatch.setattr(schema, "MIGRATIONS", steps)


def _tables(c: sqlite3.Connection) -> set[str]:
    found = {name for (name,) in c.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    return found - {"sqlite_sequence"}
