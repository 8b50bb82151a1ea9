"""What has ended, in pages, newest first, and found by search. Has a read-only connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Collection

from pipeline.model.event import Told
from pipeline.model.job import Job
from pipeline.model.state import State
from pipeline.store.connection import reader as reader
from pipeline.store.jobs import folded, load_job, read_jobs
from pipeline.store.journal import events_of


class History:
    """Reads jobs that have ended. Any thread may call; one is answered at a time."""

    def __init__(self, path: str) -> None:
        """Opens the database at `path`.

        Raises:
            FileNotFoundError: there is none yet.
            sqlite3.Error: it cannot be read.
        """
        self._c = reader(path)
        self._lock = threading.Lock()

    def page(
        self,
        *,
        before: tuple[int, int] | None = None,
        search: str = "",
        states: Collection[State] = (),
        limit: int = 200,
    ) -> list[Job]:
        """Up to `limit` ended jobs, the last ended first.

        Args:
            before: `(ended_ms, num)` of the last job of the page before this one; None for the first page.
            search: words that must all occur in the name or the recipe.
            states: only these; none means all.
            limit: how many at most.
        """
        where, values = _filter(search, states)
        if before is not None:
            where, values = f"{where} AND (ended_ms, num) < (?, ?)", [*values, *before]
        query = f"SELECT id, data FROM jobs WHERE {where} ORDER BY ended_ms DESC, num DESC LIMIT ?"
        with self._lock:
            return list(read_jobs(self._c.execute(query, [*values, limit])))

    def count(self, *, search: str = "", states: Collection[State] = ()) -> int:
        """How many ended jobs all pages together hold."""
        where, values = _filter(search, states)
        with self._lock:
            return int(self._c.execute(f"SELECT count(*) FROM jobs WHERE {where}", values).fetchone()[0])

    def job(self, id_: str) -> Job | None:
        """One job, ended or not; None if there is none with this id."""
        with self._lock:
            return load_job(self._c, id_)

    def log(self, id_: str) -> list[Told]:
        """What the journal still has of one job, in order."""
        with self._lock:
            return events_of(self._c, id_)

    def close(self) -> None:
        """Lets go of the database."""
        with self._lock:
            self._c.close()


def _filter(search: str, states: Collection[State]) -> tuple[str, list[object]]:
    terms, values = ["ended_ms IS NOT NULL"], list[object]()
    for word in folded(search).split():
        terms.append("instr(words, ?) > 0")
        values.append(word)
    if states:
        terms.append(f"state IN ({', '.join('?' * len(states))})")
        values.extend(state.value for state in states)
    return " AND ".join(terms), values
