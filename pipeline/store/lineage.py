"""Which database this is: its epoch, its head, whether it was closed in order, and the side file that remembers them.

The epoch names a lineage of numbers: it changes when the database is created, restored or salvaged, not at a start.
"""

from __future__ import annotations

import os
import random
import re
import sqlite3
from dataclasses import dataclass

_MARK = re.compile(r"^(\d{15})-(\d{1,15})$")


@dataclass(frozen=True)
class Mark:
    """What the side file remembers: the epoch, and the last event's number at some time after it was committed."""

    epoch: str
    head: int


def new_epoch(now_ms: int, old: str = "") -> str:
    """15 digits: the time of birth in Unix milliseconds and two random digits. Always later than `old`."""
    born_ms = max(now_ms, int(old[:13]) + 1) if old else now_ms
    return f"{born_ms:013d}{random.randrange(100):02d}"


def meta(c: sqlite3.Connection, key: str) -> str:
    """One word the database keeps about itself; empty if it was never said."""
    row = c.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return "" if row is None else str(row[0])


def set_meta(c: sqlite3.Connection, key: str, value: str) -> None:
    """Keeps one word; an empty one is forgotten."""
    if value:
        c.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
    else:
        c.execute("DELETE FROM meta WHERE key = ?", (key,))


def epoch_of(c: sqlite3.Connection) -> str:
    """The epoch of this database; empty in one that was never opened by `open_database`."""
    return meta(c, "epoch")


def head_of(c: sqlite3.Connection) -> int:
    """The number of the last event that was ever written; 0 before the first."""
    return number_of(c, "journal")


def number_of(c: sqlite3.Connection, table: str) -> int:
    """The highest number a table has ever given, whether or not the row is still there."""
    row = c.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return 0 if row is None else int(row[0])


def was_closed(c: sqlite3.Connection) -> bool:
    """Whether the last writer closed in order. True for a new database."""
    return meta(c, "open") == ""


def mark_open(c: sqlite3.Connection) -> None:
    """From here on a start finds the database unclean, until `mark_closed`."""
    set_meta(c, "open", "1")


def mark_closed(c: sqlite3.Connection) -> None:
    """All is committed and nobody will write any more."""
    set_meta(c, "open", "")


def read_mark(path: str) -> Mark | None:
    """What the side file of a database says; None if there is none, or nothing legible in it."""
    try:
        with open(_side_file(path), encoding="ascii") as file:
            found = _MARK.match(file.read(64).strip())
    except (OSError, UnicodeDecodeError):
        return None
    return None if found is None else Mark(found[1], int(found[2]))


def write_mark(path: str, mark: Mark) -> None:
    """Remembers epoch and head beside the database. Called after a commit, so it is never ahead of the database.

    Not flushed to the drive: a mark that falls behind only misses a restore it could have noticed.
    """
    part = f"{_side_file(path)}.part"
    with open(part, "w", encoding="ascii") as file:
        file.write(f"{mark.epoch}-{mark.head}\n")
    os.replace(part, _side_file(path))


def is_behind(c: sqlite3.Connection, mark: Mark | None) -> bool:
    """Whether someone put an older database in place of the one the mark was made for."""
    return mark is not None and (mark.epoch != epoch_of(c) or mark.head > head_of(c))


def _side_file(path: str) -> str:
    return f"{path}.head"
