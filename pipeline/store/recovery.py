"""Opens the home's database so that the app always starts: makes, checks, repairs, migrates it and backs it up."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from pipeline.model.problem import PipelineError, Problem, home_on_network, unwritable_home
from pipeline.store import backup, lineage, salvage, schema
from pipeline.store.connection import reader, roll_back, writable
from pipeline.store.filesystem import is_network, kind_of
from pipeline.store.trouble import is_damage, trouble_of

NAME = "reelyard.db"

# A check takes 1 ms a megabyte; up to here it is made at every start, above only after an end without order.
_ALWAYS_CHECKED = 64 * 1024 * 1024


@dataclass(frozen=True)
class Opened:
    """A database that can be written.

    `was_clean` is False if the last writer did not close in order: what is open in it belongs to a dead process.
    `salvaged` says what was kept, if it had to be repaired.
    """

    path: str
    epoch: str
    was_clean: bool
    salvaged: Problem | None = None


class _Damaged(sqlite3.DatabaseError):
    """A check found something."""


def open_database(
    folder: str, *, filesystem: Callable[[str], str] = kind_of, now_ms: Callable[[], int] | None = None
) -> Opened:
    """Makes a home's database ready for its Writer, and lets go of it. Only the home's owner may call.

    Args:
        folder: the home; made if it is missing.
        filesystem: tells the kind of file system a folder is on.
        now_ms: the time, Unix ms.

    Raises:
        PipelineError: the home is on a network drive or cannot be written, or the database is from a newer version.
    """
    now = time.time_ns() // 1_000_000 if now_ms is None else now_ms()
    path = os.path.join(folder, NAME)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if is_network(filesystem(folder)):
            raise PipelineError(home_on_network(folder))
        salvage.finish(path)
        try:
            return _open(path, now)
        except sqlite3.Error as error:
            if not (isinstance(error, _Damaged) or is_damage(error)):
                raise
            salvage.rescue(path, now)
            return _open(path, now)
    except (sqlite3.Error, OSError) as error:
        raise PipelineError(unwritable_home(folder, str(error))) from error


def _open(path: str, now_ms: int) -> Opened:
    was_clean = _check(path)
    with closing(writable(path)) as c:
        if schema.is_old(c):
            backup.before_migration(path, schema.version_of(c))
        schema.migrate(c)
        salvaged = _settle_lineage(c, path, now_ms)
        epoch, head = lineage.epoch_of(c), lineage.head_of(c)
    lineage.write_mark(path, lineage.Mark(epoch, head))
    backup.daily(path, now_ms)
    return Opened(path, epoch, was_clean and salvaged is None, salvaged)


def _check(path: str) -> bool:
    """Looks at a database without touching it; returns whether it was closed in order.

    Raises:
        _Damaged, sqlite3.Error: something in it is not what was written.
        PipelineError: `store_is_newer`.
    """
    if not os.path.exists(path):
        return True
    if os.path.getsize(path) == 0 and lineage.read_mark(path) is not None:
        raise _Damaged("it is empty, and was not")
    try:
        roll_back(path)
        return _look_into(path)
    except sqlite3.Error as error:
        if trouble_of(error) is None:
            # The drive is not at fault, and the questions are right for every schema there was: so the file is.
            raise _Damaged(str(error)) from error
        raise


def _look_into(path: str) -> bool:
    with closing(reader(path)) as c:
        schema.is_old(c)
        if schema.version_of(c) == 0:
            return True
        if not schema.is_whole(c):
            raise _Damaged("the schema is not the one of its version")
        was_clean = lineage.was_closed(c)
        if not was_clean or os.path.getsize(path) <= _ALWAYS_CHECKED:
            found = [str(row[0]) for row in c.execute("PRAGMA quick_check(5)")]
            if found != ["ok"]:
                raise _Damaged("; ".join(found))
    return was_clean


def _settle_lineage(c: sqlite3.Connection, path: str, now_ms: int) -> Problem | None:
    """Gives a new or an older database its own epoch, and takes out what the last repair has to say."""
    mark = lineage.read_mark(path)
    c.execute("BEGIN IMMEDIATE")
    salvaged = salvage.notice_of(c)
    salvage.forget_notice(c)
    # A repair has signed with an epoch of its own, and nobody could yet remember it.
    if not lineage.epoch_of(c) or (salvaged is None and lineage.is_behind(c, mark)):
        lineage.set_meta(c, "epoch", lineage.new_epoch(now_ms, mark.epoch if mark else ""))
    c.execute("COMMIT")
    return salvaged
