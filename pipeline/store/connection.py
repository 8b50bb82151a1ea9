"""Opens the database, for writing in one thread or for reading anywhere. Nothing else in the product connects to it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

BUSY_S = 5.0
_WAL_LIMIT = 64 * 1024 * 1024


def writable(path: str) -> sqlite3.Connection:
    """A read-write connection in autocommit mode; transactions are begun by hand. Creates the file.

    It never checkpoints by itself: a checkpoint in the middle of a commit would hold up whoever waits for it.

    Raises:
        sqlite3.Error: it cannot be opened, is no database, or the file system cannot do WAL.
    """
    c = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    try:
        mode = c.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise sqlite3.OperationalError(f"the journal mode is {mode} and cannot be changed to WAL")
        # NORMAL would stay consistent but may forget what was acknowledged when the power goes.
        c.execute("PRAGMA synchronous = FULL")
        # On macOS only these reach the platter; elsewhere they mean nothing.
        c.execute("PRAGMA fullfsync = ON")
        c.execute("PRAGMA checkpoint_fullfsync = ON")
        c.execute("PRAGMA foreign_keys = ON")
        c.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
        _guard(c)
    except BaseException:
        c.close()
        raise
    return c


def scratch() -> sqlite3.Connection:
    """A database in memory, that is gone when it is closed."""
    return sqlite3.connect(":memory:", isolation_level=None)


def reader(path: str, *, still: bool = False) -> sqlite3.Connection:
    """A connection that cannot write and never checkpoints. It may be handed from thread to thread, one at a time.

    `still` says that nobody writes the file, as with a backup: then it is read without making any file beside it.

    Raises:
        FileNotFoundError: there is no database yet.
        sqlite3.Error: it cannot be opened.
    """
    if not os.path.exists(path):
        raise FileNotFoundError(path)
    if still:
        return _read_only(path, "immutable=1")
    try:
        return _read_only(path, "mode=ro")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_READONLY_ROLLBACK:
            # Its maker was killed before the first commit, and only who may write can take that back.
            raise FileNotFoundError(path) from error
        # Where nothing may be written, SQLite cannot make the -shm file. Without a WAL nobody is writing there either.
        if os.path.exists(f"{path}-wal") or os.access(os.path.dirname(path) or ".", os.W_OK):
            raise
        return _read_only(path, "immutable=1")


def is_there(path: str) -> bool:
    """Whether there is a database to read: its maker came as far as the first commit.

    Raises:
        sqlite3.Error: there is one, and it cannot be opened.
    """
    try:
        reader(path).close()
    except FileNotFoundError:
        return False
    return True


def roll_back(path: str) -> None:
    """Takes back what somebody was killed in the middle of while the database was being made: it has no WAL yet then.

    Raises:
        sqlite3.Error: it cannot be taken back.
    """
    if os.path.exists(f"{path}-journal"):
        with closing(sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)) as c:
            c.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def wreck(path: str) -> sqlite3.Connection:
    """A reader of a damaged database, that reads what is there where SQLite would refuse the whole.

    Raises:
        sqlite3.Error: nothing can be read of it.
    """
    return _read_only(path, "mode=ro", "PRAGMA writable_schema = ON")


def _read_only(path: str, query: str, *pragmas: str) -> sqlite3.Connection:
    # A read-only handle also keeps the last reader to leave from checkpointing as it closes.
    uri = f"{Path(path).absolute().as_uri()}?{query}"
    c = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        c.execute("PRAGMA query_only = ON")
        for pragma in pragmas:
            c.execute(pragma)
        _guard(c)
        c.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except UnicodeDecodeError as error:
        # SQLite's message quotes the schema, and Python stumbles over what it has become.
        c.close()
        damage = sqlite3.DatabaseError("the schema is no text")
        damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damage from error
    except BaseException:
        c.close()
        raise
    return c


def _guard(c: sqlite3.Connection) -> None:
    c.execute("PRAGMA wal_autocheckpoint = 0")
    c.execute("PRAGMA trusted_schema = OFF")
    c.execute("PRAGMA cell_size_check = ON")
    # A mapped file turns a failing drive into a signal that ends the process.
    c.execute("PRAGMA mmap_size = 0")
    # One rotten byte in a text must not keep a whole table from being read.
    c.text_factory = _text


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
