"""Jobs and batches as rows. Plain functions on a connection; whoever calls them owns the transaction."""

from __future__ import annotations

import logging
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from pipeline.model.batch import Batch
from pipeline.model.job import Job, Progress
from pipeline.store.lineage import number_of

T = TypeVar("T")

_LOG = logging.getLogger(__name__)
_ENCODE = msgspec.json.Encoder()
_JOB = msgspec.json.Decoder(Job)
_BATCH = msgspec.json.Decoder(Batch)


def save_jobs(c: sqlite3.Connection, jobs: Iterable[Job]) -> None:
    """Adds jobs, or replaces what is known of them. Of their Progress only percent, stage and speed are kept."""
    c.executemany(
        """INSERT INTO jobs (num, id, state, priority, place, batch_id, created_ms, ended_ms, words, data)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET
               state = excluded.state, priority = excluded.priority, place = excluded.place,
               batch_id = excluded.batch_id, ended_ms = excluded.ended_ms, words = excluded.words,
               data = excluded.data""",
        map(_row, jobs),
    )


def save_batch(c: sqlite3.Connection, batch: Batch) -> None:
    """Adds a batch, or replaces what is known of it."""
    c.execute(
        "INSERT INTO batches VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET data = excluded.data",
        (batch.num, batch.id, _ENCODE.encode(batch)),
    )


def remove_jobs(c: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Removes jobs with all that belongs to them: steps, attempts, intents, reserved names, and their batch if empty.

    Their events stay in the journal until retention removes them.
    """
    gone = [(id_,) for id_ in ids]
    batches = {row[0] for id_ in gone for row in c.execute("SELECT batch_id FROM jobs WHERE id = ?", id_)}
    c.executemany("DELETE FROM jobs WHERE id = ?", gone)
    c.executemany(
        "DELETE FROM batches WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM jobs WHERE batch_id = ?1 AND batch_id <> '')",
        [(batch_id,) for batch_id in batches if batch_id],
    )


def load_jobs(c: sqlite3.Connection, *, open_only: bool) -> list[Job]:
    """Jobs in queue order: priority, then place, then number. `open_only` leaves out those that have ended."""
    where = "WHERE ended_ms IS NULL" if open_only else ""
    return list(read_jobs(c.execute(f"SELECT id, data FROM jobs {where} ORDER BY priority DESC, place, num")))


def load_job(c: sqlite3.Connection, id_: str) -> Job | None:
    """One job; None if there is none with this id."""
    return next(read_jobs(c.execute("SELECT id, data FROM jobs WHERE id = ?", (id_,))), None)


def load_unswept(c: sqlite3.Connection) -> list[Job]:
    """Jobs that have ended and whose scratch may still be there: an attempt began and nothing forgot it."""
    query = "SELECT id, data FROM jobs WHERE ended_ms IS NOT NULL AND id IN (SELECT job_id FROM attempts) ORDER BY num"
    return list(read_jobs(c.execute(query)))


def load_batches(c: sqlite3.Connection) -> list[Batch]:
    """All batches, oldest first."""
    return list(_read(_BATCH, c.execute("SELECT id, data FROM batches ORDER BY num")))


def last_num(c: sqlite3.Connection) -> int:
    """The highest number a job or a batch ever had, so that none is given twice; 0 before the first."""
    return max(number_of(c, "jobs"), number_of(c, "batches"))


def read_jobs(rows: Iterable[tuple[str, bytes]]) -> Iterator[Job]:
    """Jobs from rows of id and data. One that this version cannot read is left where it is, and said in the log."""
    return _read(_JOB, rows)


def folded(text: str) -> str:
    """Text as search compares it: without difference of case, width or composition."""
    return unicodedata.normalize("NFKC", text).casefold()


def _read(decoder: msgspec.json.Decoder[T], rows: Iterable[tuple[str, bytes]]) -> Iterator[T]:
    for id_, data in rows:
        try:
            yield decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            _LOG.error("%s cannot be read and is left out: %s", id_, error)


def _row(job: Job) -> tuple[object, ...]:
    ended_ms = None
    if job.state.is_terminal:
        ended_ms = job.created_ms if job.ended_ms is None else job.ended_ms
    words = folded(f"{job.name}\n{job.flow.title}")
    return (
        job.num, job.id, job.state.value, job.priority, job.place, job.batch_id, job.created_ms, ended_ms, words,
        _ENCODE.encode(_slim(job)),
    )  # fmt: skip


def _slim(job: Job) -> Job:
    if job.progress == _NO_PROGRESS:
        return job
    kept = Progress(percent=job.progress.percent, stage=job.progress.stage, speed=job.progress.speed)
    return msgspec.structs.replace(job, progress=kept)


_NO_PROGRESS = Progress()
