"""Whose fault is an error of SQLite: the drive's, a damaged file's, or ours. Asked here and nowhere else."""

from __future__ import annotations

import sqlite3

from pipeline.model.problem import Problem, store_damaged, store_unwritable

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_UNWRITABLE = frozenset({
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL,
})  # fmt: skip
_SPOILS = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}) | _DAMAGED


def trouble_of(error: BaseException) -> Problem | None:
    """What to tell a person about an error; None if it says nothing about whether the store can be written."""
    if is_damage(error):
        return store_damaged(str(error))
    return store_unwritable(str(error)) if _kind(error) in _UNWRITABLE else None


def is_damage(error: BaseException) -> bool:
    """What was read is not what was written."""
    return _kind(error) in _DAMAGED


def is_busy(error: BaseException) -> bool:
    """Somebody else held the lock for longer than we wait."""
    return _kind(error) == sqlite3.SQLITE_BUSY


def spoils_connection(error: BaseException) -> bool:
    """Whether a connection that gave this error may go on giving it after its cause is gone."""
    return _kind(error) in _SPOILS


def _kind(error: BaseException) -> int:
    """The low byte of SQLite's error code is the kind, the rest a detail of it; 0 if it is no error of SQLite."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF if isinstance(error, sqlite3.Error) else 0
