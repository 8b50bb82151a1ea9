"""What is about to stand under its final name, and the names that are spoken for. Survives a crash at any moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec


class Intent(msgspec.Struct, frozen=True):
    """One file or package folder on its way from scratch to its final name.

    Both paths are absolute `os.fsencode` bytes. A final file with this inode and size *is* published.
    `overwrite` is the rule the job was added with, so that a replay does not ask a setting that has changed since.
    `artifact` is what is published, as the JSON of its Artifact.
    """

    job_id: str
    scratch: bytes
    final: bytes
    inode: int
    size: int
    mtime_ns: int
    is_folder: bool = False
    overwrite: bool = False
    artifact: bytes = b"{}"


_COLUMNS = "job_id, scratch, final, inode, size, mtime_ns, is_folder, overwrite, artifact"


def save_intents(c: sqlite3.Connection, intents: Iterable[Intent]) -> None:
    """Commits to publishing. An intent for the same final name of the same job is replaced."""
    c.executemany(
        f"INSERT OR REPLACE INTO intents ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (i.job_id, i.scratch, i.final, str(i.inode), i.size, i.mtime_ns, i.is_folder, i.overwrite, i.artifact)
            for i in intents
        ],
    )  # fmt: skip


def intents_of(c: sqlite3.Connection, job_id: str) -> list[Intent]:
    """A job's intents that are not settled, in the order they were made."""
    return _intents(c, "WHERE job_id = ?", (job_id,))


def open_intents(c: sqlite3.Connection) -> list[Intent]:
    """All intents that are not settled: what a start must look at before any Script runs."""
    return _intents(c, "", ())


def clear_intents(c: sqlite3.Connection, job_id: str) -> None:
    """All of a job's intents are settled."""
    c.execute("DELETE FROM intents WHERE job_id = ?", (job_id,))


def reserve_name(c: sqlite3.Connection, final: bytes, job_id: str) -> bool:
    """Speaks for a final name; False if another job has it. A job may ask again for its own."""
    c.execute("INSERT OR IGNORE INTO names VALUES (?, ?)", (final, job_id))
    return bool(c.execute("SELECT job_id = ? FROM names WHERE final = ?", (job_id, final)).fetchone()[0])


def names_of(c: sqlite3.Connection, job_id: str) -> list[bytes]:
    """The final names a job has reserved, sorted."""
    return [bytes(final) for (final,) in c.execute("SELECT final FROM names WHERE job_id = ? ORDER BY 1", (job_id,))]


def release_names(c: sqlite3.Connection, job_id: str) -> None:
    """Gives a job's names back."""
    c.execute("DELETE FROM names WHERE job_id = ?", (job_id,))


def _intents(c: sqlite3.Connection, where: str, values: tuple[str, ...]) -> list[Intent]:
    return [
        Intent(job_id, scratch, final, int(inode), size, mtime_ns, bool(is_folder), bool(overwrite), artifact)
        for job_id, scratch, final, inode, size, mtime_ns, is_folder, overwrite, artifact in c.execute(
            f"SELECT {_COLUMNS} FROM intents {where} ORDER BY num", values
        )
    ]
