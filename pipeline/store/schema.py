"""The tables, as the list of small functions that made them. Forward only; `user_version` counts those taken."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from pipeline.model.problem import PipelineError, store_is_newer
from pipeline.store.connection import scratch

if TYPE_CHECKING:
    import sqlite_utils


def first(c: sqlite3.Connection) -> None:
    """Queue, history, journal, what a crash must not lose, and two caches.

    Paths are `os.fsencode` bytes in BLOBs. `ended_ms` is NULL as long as a job is open, so that both partial indexes
    stay small. AUTOINCREMENT keeps a number from being given twice after the row that had it is gone.
    """
    for statement in _FIRST:
        c.execute(statement)


_FIRST = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE batches (num INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, data BLOB NOT NULL)",
    # `words` is the folded name and recipe, for search; `events` the last job_seq whose row retention has removed.
    """CREATE TABLE jobs (
        num INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL,
        priority INTEGER NOT NULL,
        place REAL NOT NULL,
        batch_id TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        ended_ms INTEGER,
        events INTEGER NOT NULL DEFAULT 0,
        words TEXT NOT NULL,
        data BLOB NOT NULL)""",
    "CREATE INDEX jobs_open ON jobs (priority DESC, place, num) WHERE ended_ms IS NULL",
    "CREATE INDEX jobs_ended ON jobs (ended_ms DESC, num DESC) WHERE ended_ms IS NOT NULL",
    "CREATE INDEX jobs_batch ON jobs (batch_id) WHERE batch_id <> ''",
    """CREATE TABLE journal (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        job_id TEXT,
        job_seq INTEGER NOT NULL,
        at_ms INTEGER NOT NULL,
        type TEXT NOT NULL,
        data BLOB NOT NULL)""",
    "CREATE UNIQUE INDEX journal_job ON journal (job_id, job_seq) WHERE job_id IS NOT NULL",
    """CREATE TABLE steps (
        num INTEGER PRIMARY KEY,
        job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        key TEXT NOT NULL,
        stage TEXT NOT NULL,
        outcome BLOB NOT NULL,
        files BLOB NOT NULL,
        UNIQUE (job_id, key))""",
    """CREATE TABLE attempts (
        job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        attempt INTEGER NOT NULL,
        context BLOB NOT NULL,
        PRIMARY KEY (job_id, attempt))""",
    """CREATE TABLE hands (
        job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        key TEXT NOT NULL,
        stage TEXT NOT NULL,
        PRIMARY KEY (job_id, key))""",
    # An inode may be too large for SQLite's signed integers, hence TEXT.
    """CREATE TABLE intents (
        num INTEGER PRIMARY KEY,
        job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        scratch BLOB NOT NULL,
        final BLOB NOT NULL,
        inode TEXT NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        is_folder INTEGER NOT NULL,
        overwrite INTEGER NOT NULL,
        artifact BLOB NOT NULL,
        UNIQUE (job_id, final))""",
    """CREATE TABLE names (
        final BLOB PRIMARY KEY,
        job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE)""",
    "CREATE INDEX names_job ON names (job_id)",
    "CREATE TABLE speeds (num INTEGER PRIMARY KEY, signature TEXT NOT NULL, rate REAL NOT NULL)",
    "CREATE INDEX speeds_signature ON speeds (signature, num)",
    """CREATE TABLE probes (
        num INTEGER PRIMARY KEY,
        path BLOB NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        info BLOB NOT NULL)""",
)


def second(c: sqlite3.Connection) -> None:
    """Sources that made room for their results. No foreign key: a row stays when its job leaves the history."""
    c.execute(
        """CREATE TABLE kept (
            job_id TEXT PRIMARY KEY,
            place BLOB NOT NULL,
            aside BLOB NOT NULL,
            size INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            state TEXT NOT NULL,
            results BLOB NOT NULL)"""
    )


MIGRATIONS: list[Callable[[sqlite3.Connection], None]] = [first, second]


def version_of(c: sqlite3.Connection) -> int:
    """The number of the last migration a database has had; 0 for an empty file."""
    return int(c.execute("PRAGMA user_version").fetchone()[0])


def is_old(c: sqlite3.Connection) -> bool:
    """Whether there is something to migrate, and something that could be lost by it.

    Raises:
        PipelineError: `store_is_newer`; such a database can be read, never written.
    """
    found = version_of(c)
    if found > len(MIGRATIONS):
        raise PipelineError(store_is_newer(found, len(MIGRATIONS)))
    return 0 < found < len(MIGRATIONS)


def migrate(c: sqlite3.Connection, to: int | None = None) -> None:
    """Brings a database up to date, or up to version `to`. Each step is one transaction: it is there or it is not."""
    last = len(MIGRATIONS) if to is None else to
    if version_of(c) >= last:
        return
    # A table can only be rebuilt with foreign keys off, and that cannot be said inside a transaction.
    c.execute("PRAGMA foreign_keys = OFF")
    try:
        for number, step in enumerate(MIGRATIONS[version_of(c) : last], version_of(c) + 1):
            _take(c, step, number)
    finally:
        c.execute("PRAGMA foreign_keys = ON")


def _take(c: sqlite3.Connection, step: Callable[[sqlite3.Connection], None], number: int) -> None:
    c.execute("BEGIN IMMEDIATE")
    try:
        step(c)
        if orphans := c.execute("PRAGMA foreign_key_check").fetchall():
            raise sqlite3.IntegrityError(f"migration {number} left {len(orphans)} rows without their parent")
        c.execute(f"PRAGMA user_version = {number}")
        c.execute("COMMIT")
    except BaseException:
        if c.in_transaction:
            c.execute("ROLLBACK")
        raise


def is_whole(c: sqlite3.Connection) -> bool:
    """Whether a database has every table, index and column of its version. What it has besides is not asked."""
    with closing(scratch()) as model:
        migrate(model, to=version_of(c))
        return _names(model) <= _names(c)


def _names(c: sqlite3.Connection) -> set[tuple[str, str]]:
    found = c.execute("SELECT s.name, coalesce(i.name, '') FROM sqlite_schema s LEFT JOIN pragma_table_info(s.name) i")
    return set(found)


def tables(c: sqlite3.Connection) -> sqlite_utils.Database:
    """The comfortable way to rebuild and fill tables, for migrations and repairs: the one door to sqlite_utils.

    Imported when it is needed, because importing it takes as long as everything else at a start together.
    """
    import sqlite_utils

    return sqlite_utils.Database(c)
