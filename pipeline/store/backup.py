"""Copies of the database, made by SQLite, opened and checked: one a day, and one before each migration."""

from __future__ import annotations

import datetime as dt
import logging
import os
import sqlite3
from contextlib import closing, suppress

from pipeline.store.connection import reader

KEPT = 7

_LOG = logging.getLogger(__name__)


def daily(path: str, now_ms: int) -> str | None:
    """Makes today's backup, if there is none yet and anything to keep, and removes all but the newest seven.

    Any thread may call, at any time, beside a living writer. A backup that fails is said in the log and harms nothing.

    Returns:
        The new backup's path, or None if none was made.
    """
    today = dt.datetime.fromtimestamp(now_ms / 1000, dt.UTC)
    target = os.path.join(folder_of(path), f"daily-{today:%Y-%m-%d}.db")
    try:
        if os.path.exists(target) or _is_empty(path):
            return None
        make(path, target)
        for old in of_kind(path, "daily")[KEPT:]:
            os.unlink(old)
    except (sqlite3.Error, OSError) as error:
        _LOG.warning("today's backup of the history could not be made: %s", error)
        return None
    return target


def before_migration(path: str, version: int) -> str:
    """Keeps the database as it was with an older schema.

    Raises:
        sqlite3.Error, OSError: it could not be made or did not pass its check; the migration must not begin.
    """
    target = os.path.join(folder_of(path), f"schema-{version}.db")
    make(path, target)
    return target


def make(path: str, target: str) -> None:
    """Writes a compact copy of a database, checks it, and only then gives it its name."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    part = f"{target}.part"
    with suppress(FileNotFoundError):
        os.unlink(part)
    try:
        with closing(reader(path)) as c:
            # The connection is read-only all the same; SQLite just takes every VACUUM for a change to the source.
            c.execute("PRAGMA query_only = OFF")
            c.execute("VACUUM INTO ?", (part,))
        if complaint := complaint_about(part):
            raise sqlite3.DatabaseError(f"the backup did not pass its check: {complaint}")
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, target)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(part)


def newest_good(path: str) -> str | None:
    """The newest backup of any kind that passes its check; None if there is none."""
    found = of_kind(path, "daily") + of_kind(path, "schema")
    by_age = sorted(found, key=lambda name: os.stat(name).st_mtime_ns, reverse=True)
    return next((name for name in by_age if not complaint_about(name)), None)


def of_kind(path: str, kind: str) -> list[str]:
    """The backups of one kind, `daily` or `schema`, newest first."""
    try:
        names = os.listdir(folder_of(path))
    except FileNotFoundError:
        return []
    mine = sorted((name for name in names if name.startswith(f"{kind}-") and name.endswith(".db")), reverse=True)
    return [os.path.join(folder_of(path), name) for name in mine]


def folder_of(path: str) -> str:
    """Where a database's backups are."""
    return os.path.join(os.path.dirname(path), "backups")


def complaint_about(path: str) -> str:
    """What is wrong with a database file that nobody writes; empty if nothing is."""
    try:
        with closing(reader(path, still=True)) as c:
            found = [str(row[0]) for row in c.execute("PRAGMA quick_check(5)")]
    except (sqlite3.Error, OSError) as error:
        return str(error) or type(error).__name__
    return "" if found == ["ok"] else "; ".join(found)


def _is_empty(path: str) -> bool:
    with closing(reader(path)) as c:
        return c.execute("SELECT 1 FROM jobs LIMIT 1").fetchone() is None
