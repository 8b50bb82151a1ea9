"""How long things are kept. Never removes an open job, nor a step of a job that is there."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from pipeline.store.jobs import remove_jobs

KEPT_EVENTS = 200_000

_DAY_MS = 86_400_000


@dataclass(frozen=True)
class Pruned:
    """How many events went, and which jobs."""

    events: int
    jobs: tuple[str, ...]


def prune(c: sqlite3.Connection, now_ms: int, event_days: int = 7, history_days: int | None = None) -> Pruned:
    """Removes old events, and jobs that ended long ago if `history_days` is given. Begins no transaction.

    Events go when they are older than `event_days` or have 200,000 after them. To have the removal of jobs told,
    ask `expired` first and submit `remove_jobs` with a `JobRemoved` for each.
    """
    gone = [] if history_days is None else expired(c, now_ms, history_days)
    remove_jobs(c, gone)
    return Pruned(_prune_events(c, now_ms - event_days * _DAY_MS), tuple(gone))


def expired(c: sqlite3.Connection, now_ms: int, history_days: int) -> list[str]:
    """The ids of jobs that ended more than so many days ago, oldest first. Open jobs never expire."""
    before_ms = now_ms - history_days * _DAY_MS
    found = c.execute(
        "SELECT id FROM jobs WHERE ended_ms IS NOT NULL AND ended_ms < ? ORDER BY ended_ms, num", (before_ms,)
    )
    return [id_ for (id_,) in found]


def _prune_events(c: sqlite3.Connection, before_ms: int) -> int:
    # Order comes from seq, never from time: what stands before the first event that is young enough, goes.
    first_young = c.execute("SELECT seq FROM journal WHERE at_ms >= ? ORDER BY seq LIMIT 1", (before_ms,)).fetchone()
    last = c.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()[0]
    keep_from = max(last + 1 if first_young is None else first_young[0], last + 1 - KEPT_EVENTS)
    # A job's count goes on where it was, so the count is kept where the rows are not.
    c.execute(
        """UPDATE jobs SET events = max(events, (SELECT max(job_seq) FROM journal WHERE job_id = jobs.id))
           WHERE id IN (SELECT job_id FROM journal WHERE seq < ?)""",
        (keep_from,),
    )
    return c.execute("DELETE FROM journal WHERE seq < ?", (keep_from,)).rowcount
