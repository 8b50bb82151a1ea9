"""What was found in files, so that an unchanged file is not looked into twice."""

from __future__ import annotations

import sqlite3

import msgspec

from pipeline.model.source import MediaInfo

KEPT = 20_000

_ENCODE = msgspec.json.Encoder()
_INFO = msgspec.json.Decoder(MediaInfo)


def get_probe(c: sqlite3.Connection, path: bytes, size: int, mtime_ns: int) -> MediaInfo | None:
    """What is in a file, if it still has the size and time it had when it was probed."""
    row = c.execute(
        "SELECT info FROM probes WHERE path = ? AND size = ? AND mtime_ns = ?", (path, size, mtime_ns)
    ).fetchone()
    try:
        return None if row is None else _INFO.decode(row[0])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def put_probe(c: sqlite3.Connection, path: bytes, size: int, mtime_ns: int, info: MediaInfo) -> None:
    """Keeps what was found. Of all files, only the 20,000 probed last are kept."""
    c.execute(
        "INSERT OR REPLACE INTO probes (path, size, mtime_ns, info) VALUES (?, ?, ?, ?)",
        (path, size, mtime_ns, _ENCODE.encode(info)),
    )
    # A replaced row got a new number, so numbers have holes and this may keep fewer; it never has to count.
    c.execute("DELETE FROM probes WHERE num <= (SELECT max(num) FROM probes) - ?", (KEPT,))
