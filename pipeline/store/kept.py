"""Sources that made room for their results: where each stood, where it is kept, and what an undo has to take away.

A row outlives its job: a job may leave the history, and the source it moved must still find its way back.
"""

from __future__ import annotations

import sqlite3
from typing import Literal

import msgspec

KeptState = Literal["moving", "kept", "undoing", "undone"]


class Placed(msgspec.Struct, frozen=True):
    """A result as it was published: its place, where an undo puts it, and what it was like.

    Both paths are absolute `os.fsencode` bytes.
    """

    place: bytes
    aside: bytes
    size: int
    mtime_ns: int


class Kept(msgspec.Struct, frozen=True):
    """One job's source: `place` is where it stood, `aside` where it is kept, both absolute `os.fsencode` bytes.

    `moving` until the job's ending is committed, `undoing` from when an undo begins until that is. `at_ms` is when
    it was kept or, once `undone`, when that was: from then on `results` are what is kept. `num` is the job's number,
    0 where the job is in the history no more.
    """

    job_id: str
    place: bytes
    aside: bytes
    size: int
    mtime_ns: int
    at_ms: int
    state: KeptState = "moving"
    results: tuple[Placed, ...] = ()
    num: int = 0


def save_kept(c: sqlite3.Connection, kept: Kept) -> None:
    """Adds a row, or replaces what is known of that job's source."""
    c.execute(
        "INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            kept.job_id, kept.place, kept.aside, kept.size, kept.mtime_ns, kept.at_ms, kept.state,
            msgspec.json.encode(kept.results),
        ),
    )  # fmt: skip


def keep(c: sqlite3.Connection, job_id: str, results: tuple[Placed, ...], at_ms: int) -> None:
    """The job has ended well: where its source made room, this stands there now."""
    c.execute(
        "UPDATE kept SET state = 'kept', results = ?, at_ms = ? WHERE job_id = ?",
        (msgspec.json.encode(results), at_ms, job_id),
    )


def kept_of(c: sqlite3.Connection, job_id: str) -> Kept | None:
    """What became of a job's source; None where it was never moved."""
    return next(iter(_read(c, "WHERE job_id = ?", (job_id,))), None)


def all_kept(c: sqlite3.Connection) -> list[Kept]:
    """All rows, the newest first; none in a database of a version that could not keep."""
    if not c.execute("SELECT 1 FROM sqlite_schema WHERE name = 'kept'").fetchone():
        return []
    return _read(c, "ORDER BY at_ms DESC, job_id DESC", ())


def moving_kept(c: sqlite3.Connection) -> list[Kept]:
    """Sources that made room for a result which had not got its name yet."""
    return _read(c, "WHERE kept.state = 'moving'", ())


def expired_kept(c: sqlite3.Connection, before_ms: int) -> list[Kept]:
    """What has been kept since before then, the oldest first. What is being moved never expires."""
    return _read(c, "WHERE kept.state IN ('kept', 'undone') AND at_ms < ? ORDER BY at_ms", (before_ms,))


def forget_kept(c: sqlite3.Connection, job_id: str) -> None:
    """Nothing is kept for this job any more."""
    c.execute("DELETE FROM kept WHERE job_id = ?", (job_id,))


def _read(c: sqlite3.Connection, which: str, values: tuple[object, ...]) -> list[Kept]:
    rows = c.execute(
        f"""SELECT job_id, place, aside, size, mtime_ns, at_ms, kept.state, results,
                   coalesce((SELECT num FROM jobs WHERE id = job_id), 0) FROM kept {which}""",
        values,
    )
    return [
        Kept(job_id, place, aside, size, mtime_ns, at_ms, state, _RESULTS.decode(results), num)
        for job_id, place, aside, size, mtime_ns, at_ms, state, results, num in rows
    ]


_RESULTS = msgspec.json.Decoder(tuple[Placed, ...])
