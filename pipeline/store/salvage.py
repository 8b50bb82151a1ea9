"""Makes a sound database out of a damaged one: what can be read of it or, if that is nothing, the newest backup.

The damaged one is moved aside with its WAL, never deleted. Killed at any moment, the repair is finished or begun again
at the next start: first a complete new database stands beside the damaged one, then they change places.
"""

from __future__ import annotations

import datetime as dt
import glob
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress

import msgspec

from pipeline.model.problem import Problem, store_restored, store_salvaged
from pipeline.store import backup, lineage, schema
from pipeline.store.connection import wreck, writable
from pipeline.store.jobs import load_jobs

_LOG = logging.getLogger(__name__)
_TRIO = ("", "-wal", "-shm")


def rescue(path: str, now_ms: int) -> None:
    """Puts a sound database in the place of a damaged one. What was kept is noted in it, for `notice_of`.

    Raises:
        sqlite3.Error, OSError: the drive does not let us write a new one.
    """
    part = f"{path}.salvage-part"
    _remove(part)
    time = dt.datetime.fromtimestamp(now_ms / 1000, dt.UTC)
    aside = _aside(path, f"{time:%Y%m%d-%H%M%S}")
    notice = _salvage(path, part, aside)
    copy = backup.newest_good(path) if notice is None else None
    if copy is not None:
        _remove(part)
        notice = _restore(copy, part, aside)
    _sign(part, path, now_ms, notice or store_salvaged(0, aside))
    os.replace(part, _ready(path, aside))
    finish(path)


def finish(path: str) -> None:
    """Lets a new database that is complete take the place of the damaged one. Does nothing if there is none."""
    for ready in glob.glob(f"{glob.escape(path)}.salvaged-*"):
        aside = path + ".corrupt-" + ready.rpartition(".salvaged-")[2]
        for end in _TRIO:
            with suppress(FileNotFoundError):
                os.replace(path + end, aside + end)
        os.replace(ready, path)
        _fsync_folder(os.path.dirname(path))


def notice_of(c: sqlite3.Connection) -> Problem | None:
    """What the last repair kept, if it was not said yet."""
    said = lineage.meta(c, _NOTICE)
    return msgspec.json.decode(said, type=Problem) if said else None


def forget_notice(c: sqlite3.Connection) -> None:
    """It was said."""
    lineage.set_meta(c, _NOTICE, "")


_NOTICE = "salvaged"


def _salvage(path: str, part: str, aside: str) -> Problem | None:
    """Copies all rows that can be read. None if no job could be, though there may have been some."""
    old = _open_damaged(path)
    with closing(writable(part)) as new:
        is_whole = False
        if old is not None:
            with closing(old):
                is_whole = _copy_all(old, new)
        schema.migrate(new)
        kept = _count_jobs(new)
    return store_salvaged(kept, aside) if kept or is_whole else None


def _open_damaged(path: str) -> sqlite3.Connection | None:
    try:
        return wreck(path)
    except sqlite3.Error as error:
        _LOG.error("nothing of the damaged database can be read: %s", error)
        return None


def _copy_all(old: sqlite3.Connection, new: sqlite3.Connection) -> bool:
    schema.migrate(new, to=_version(old))
    new.execute("PRAGMA foreign_keys = OFF")
    new.execute("BEGIN IMMEDIATE")
    damaged = [table for table in _tables(new) if not _copy(old, new, table)]
    _drop_orphans(new)
    new.execute("COMMIT")
    new.execute("PRAGMA foreign_keys = ON")
    return not damaged


def _restore(copy: str, part: str, aside: str) -> Problem:
    backup.make(copy, part)
    made = dt.datetime.fromtimestamp(int(os.stat(copy).st_mtime), dt.UTC)
    with closing(writable(part)) as new:
        schema.migrate(new)
        return store_restored(_count_jobs(new), f"{made:%Y-%m-%d %H:%M} UTC", aside)


def _sign(part: str, path: str, now_ms: int, notice: Problem) -> None:
    mark = lineage.read_mark(path)
    with closing(writable(part)) as new:
        new.execute("BEGIN IMMEDIATE")
        lineage.set_meta(new, "epoch", lineage.new_epoch(now_ms, mark.epoch if mark else ""))
        lineage.set_meta(new, _NOTICE, msgspec.json.encode(notice).decode())
        lineage.mark_closed(new)
        new.execute("COMMIT")
        new.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _version(old: sqlite3.Connection) -> int | None:
    """The schema the damaged database has; None for the newest, if that cannot be told."""
    try:
        return schema.version_of(old) or None
    except sqlite3.Error:
        return None


def _tables(c: sqlite3.Connection) -> list[str]:
    """Every table with rows of ours. Not `meta`: what it says is about the old file, and this is a new one."""
    found = c.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted(name for (name,) in found if name != "meta")


def _copy(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> bool:
    """Copies one table's legible rows; False if some were not."""
    columns = [row[1] for row in new.execute(f"PRAGMA table_info({table})")]
    insert = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    reading = _Reading(old, table, len(columns))
    new.executemany(insert, reading.rows())
    if reading.errors:
        _LOG.error("damaged table %s: %s", table, reading.errors[0])
    return not reading.errors


class _Reading:
    """Reads a table in order of its rowid, and steps over what cannot be read."""

    _MISSES = 128
    _SINGLE_STEPS = 64
    _ROUNDS = 8

    def __init__(self, c: sqlite3.Connection, table: str, width: int) -> None:
        self._c = c
        # Columns by their place: their names may be what is damaged.
        self._select = f"SELECT rowid, * FROM {table} WHERE rowid >= ? ORDER BY rowid"
        self._width = width
        self._rounds = 0
        self.errors: list[Exception] = []

    def rows(self) -> Iterator[tuple[object, ...]]:
        # All our rowids begin at 1. A damaged page hides a run of them: steps of one find the end of a short run
        # exactly, doubled steps the end of a long one soon.
        at, misses = 1, 0
        while misses < self._MISSES and at < 1 << 63:
            try:
                for rowid, *row in self._c.execute(self._select, (at,)):
                    if rowid < at and self._goes_round():
                        return
                    if len(row) != self._width:
                        raise sqlite3.DatabaseError("a row has not as many values as it had")
                    yield tuple(row)
                    at, misses = rowid + 1, 0
                return
            except (sqlite3.Error, UnicodeDecodeError) as error:
                self.errors.append(error)
                at += 1 << max(0, misses - self._SINGLE_STEPS)
                misses += 1

    def _goes_round(self) -> bool:
        """Whether rows came out of order so often that pages must point back at each other."""
        self.errors.append(sqlite3.DatabaseError("rows are out of order"))
        self._rounds += 1
        return self._rounds > self._ROUNDS


def _drop_orphans(new: sqlite3.Connection) -> None:
    for table, rowid, *_ in new.execute("PRAGMA foreign_key_check").fetchall():
        new.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,))


def _count_jobs(c: sqlite3.Connection) -> int:
    """How many jobs will be seen: a row may be there, and what is in it rotten."""
    return len(load_jobs(c, open_only=False))


def _aside(path: str, time: str) -> str:
    """A name for the damaged file that no other has yet."""
    names = (f"{path}.corrupt-{time}" + (f"-{n}" if n else "") for n in range(1_000))
    return next(name for name in names if not os.path.exists(name))


def _ready(path: str, aside: str) -> str:
    return path + ".salvaged-" + aside.rpartition(".corrupt-")[2]


def _remove(part: str) -> None:
    for end in _TRIO:
        with suppress(FileNotFoundError):
            os.unlink(part + end)


def _fsync_folder(folder: str) -> None:
    # Windows has no such thing; there the rename itself is flushed.
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
