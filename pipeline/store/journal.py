"""What happened and what was done: numbered events, and the Steps and contexts that make a job a durable script."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from pipeline.model.event import Durable, Event, Told, Unknown, job_of
from pipeline.model.source import shown
from pipeline.model.stage import OUTCOME_LIMIT, Outcome
from pipeline.model.wire import from_journal, to_journal
from pipeline.store.lineage import epoch_of, head_of

_ENCODE = msgspec.json.Encoder()
_OUTCOME = msgspec.json.Decoder(Outcome)
_FILES = msgspec.json.Decoder(tuple[tuple[bytes, int, int, int], ...])


class MadeFile(msgspec.Struct, frozen=True):
    """A scratch file as it was when its Step ended. `name` is relative to the Workspace."""

    name: str
    size: int
    mtime_ns: int
    inode: int


class StepRow(msgspec.Struct, frozen=True):
    """A recorded Step: what it came to, and the files it made."""

    key: str
    stage: str
    outcome: Outcome
    files: tuple[MadeFile, ...]


class Numbering:
    """Gives events their numbers inside a transaction. What it gave is kept or dropped as the transaction is.

    `seq` counts all events; `job_seq` counts one job's without gaps. Both start where the journal ends.
    """

    def __init__(self, c: sqlite3.Connection) -> None:
        self.epoch = epoch_of(c)
        self.head = head_of(c)
        self._last: dict[str, int] = {}
        self._head_before = self.head
        self._given: dict[str, int] = {}

    def record(self, c: sqlite3.Connection, events: Sequence[tuple[Durable, int]]) -> list[Told]:
        """Writes events, each with its time in Unix ms, and returns them as they are to be told after the commit."""
        self._look_up(c, {job_of(event) for event, _ in events})
        told, rows = [], []
        for event, at_ms in events:
            self.head += 1
            job_id, job_seq = job_of(event), 0
            if job_id:
                job_seq = self._given[job_id] = self._given[job_id] + 1
            type_, data = to_journal(event)
            rows.append((self.head, job_id or None, job_seq, at_ms, type_, data))
            told.append(Told(event, self.head, 0, job_seq, at_ms, self.epoch))
        c.executemany("INSERT INTO journal (seq, job_id, job_seq, at_ms, type, data) VALUES (?, ?, ?, ?, ?, ?)", rows)
        return told

    def keep(self) -> None:
        """The transaction was committed."""
        if len(self._last) > _REMEMBERED:
            self._last.clear()
        self._last.update(self._given)
        self._given.clear()
        self._head_before = self.head

    def drop(self) -> None:
        """The transaction was rolled back."""
        self._given.clear()
        self.head = self._head_before

    def _look_up(self, c: sqlite3.Connection, job_ids: set[str]) -> None:
        unknown = [id_ for id_ in job_ids if id_ and id_ not in self._given]
        asked = [id_ for id_ in unknown if id_ not in self._last]
        self._given.update({id_: self._last.get(id_, 0) for id_ in unknown})
        if asked:
            found = c.execute(
                """SELECT asked.value, max(
                       coalesce((SELECT max(job_seq) FROM journal WHERE job_id = asked.value), 0),
                       coalesce((SELECT events FROM jobs WHERE id = asked.value), 0))
                   FROM json_each(?) AS asked""",
                (_ENCODE.encode(asked).decode(),),
            )
            self._given.update(found)


_REMEMBERED = 50_000


def events_after(c: sqlite3.Connection, seq: int, limit: int) -> list[Told]:
    """Up to `limit` events that follow number `seq`, in order."""
    return _told(c, "WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit))


def events_of(c: sqlite3.Connection, job_id: str) -> list[Told]:
    """What the journal still has of one job, in order."""
    return _told(c, "WHERE job_id = ? ORDER BY job_seq", (job_id,))


def span(c: sqlite3.Connection) -> tuple[int, int]:
    """The numbers of the oldest event kept and of the last one ever written. Nothing is kept if oldest > last."""
    last = head_of(c)
    oldest = c.execute("SELECT min(seq) FROM journal").fetchone()[0]
    return (last + 1 if oldest is None else int(oldest), last)


def _told(c: sqlite3.Connection, where: str, values: tuple[object, ...]) -> list[Told]:
    epoch = epoch_of(c)
    rows = c.execute(f"SELECT seq, job_seq, at_ms, type, data FROM journal {where}", values)
    return [Told(_event(type_, data), seq, 0, job_seq, at_ms, epoch) for seq, job_seq, at_ms, type_, data in rows]


def _event(type_: str, data: bytes) -> Event:
    try:
        return from_journal(type_, data)
    except UnicodeDecodeError:
        # A byte that rotted on the drive; the other events are worth reading.
        return Unknown(type_, shown(data))


def record_step(
    c: sqlite3.Connection, job_id: str, key: str, stage: str, outcome: Outcome, files: Sequence[MadeFile]
) -> None:
    """Records that a Step is done. The files must be on the drive already: the row says that they are.

    Raises:
        ValueError: the Outcome is larger than 64 KiB; it belongs in a file, so this is a bug of ours.
    """
    encoded = _ENCODE.encode(outcome)
    if len(encoded) > OUTCOME_LIMIT:
        raise ValueError(f"the Outcome of a Step in “{stage}” takes {len(encoded)} bytes; {OUTCOME_LIMIT} is the limit")
    made = [(os.fsencode(file.name), file.size, file.mtime_ns, file.inode) for file in files]
    c.execute(
        """INSERT INTO steps (job_id, key, stage, outcome, files) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (job_id, key) DO UPDATE
           SET stage = excluded.stage, outcome = excluded.outcome, files = excluded.files""",
        (job_id, key, stage, encoded, _ENCODE.encode(made)),
    )


def steps_of(c: sqlite3.Connection, job_id: str) -> dict[str, StepRow]:
    """A job's recorded Steps by key, in the order they were first recorded.

    One that this version cannot read is left out: its Step runs again, which is always right.
    """
    rows = c.execute("SELECT key, stage, outcome, files FROM steps WHERE job_id = ? ORDER BY num", (job_id,))
    steps = {}
    for key, stage, outcome, files in rows:
        try:
            made = tuple(MadeFile(os.fsdecode(name), *rest) for name, *rest in _FILES.decode(files))
            steps[key] = StepRow(key, stage, _OUTCOME.decode(outcome), made)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return steps


def forget_steps(c: sqlite3.Connection, job_id: str, keys: Iterable[str]) -> None:
    """Forgets some Steps, so that they run again."""
    c.executemany("DELETE FROM steps WHERE job_id = ? AND key = ?", [(job_id, key) for key in keys])


def forget_all_steps(c: sqlite3.Connection, job_id: str) -> None:
    """Forgets all Steps of a job, as when its scratch was swept."""
    c.execute("DELETE FROM steps WHERE job_id = ?", (job_id,))


def forget_scratch(c: sqlite3.Connection, job_id: str) -> None:
    """The job's scratch is gone: forgets its Steps and that an attempt of it began."""
    forget_all_steps(c, job_id)
    c.execute("DELETE FROM attempts WHERE job_id = ?", (job_id,))


def begin_attempt(c: sqlite3.Connection, job_id: str, attempt: int, context: bytes) -> None:
    """Stores what the Script of an attempt branches on. Said again, it replaces what was stored."""
    c.execute("INSERT OR REPLACE INTO attempts VALUES (?, ?, ?)", (job_id, attempt, context))


def context_of(c: sqlite3.Connection, job_id: str, attempt: int) -> bytes | None:
    """What `begin_attempt` stored; None if that attempt never began."""
    row = c.execute("SELECT context FROM attempts WHERE job_id = ? AND attempt = ?", (job_id, attempt)).fetchone()
    return None if row is None else bytes(row[0])


def earlier_context(c: sqlite3.Connection, job_id: str) -> bytes | None:
    """What the job's newest attempt stored, if Steps are recorded that were made with it."""
    query = (
        "SELECT context FROM attempts WHERE job_id = ?1 AND EXISTS (SELECT 1 FROM steps WHERE job_id = ?1) "
        "ORDER BY attempt DESC LIMIT 1"
    )
    row = c.execute(query, (job_id,)).fetchone()
    return None if row is None else bytes(row[0])


def take_in_hand(c: sqlite3.Connection, job_id: str, key: str, stage: str) -> None:
    """Notes that a Step is about to be run, so that a start after a crash knows it."""
    c.execute("INSERT OR REPLACE INTO hands VALUES (?, ?, ?)", (job_id, key, stage))


def lay_down(c: sqlite3.Connection, job_id: str, key: str | None = None) -> None:
    """Notes that a Step is in hand no more; without a key, that none is."""
    c.execute("DELETE FROM hands WHERE job_id = ?1 AND (?2 IS NULL OR key = ?2)", (job_id, key))


def in_hand(c: sqlite3.Connection, job_id: str) -> dict[str, str]:
    """The Steps a job has in hand, key to stage: several where they run together."""
    return dict(c.execute("SELECT key, stage FROM hands WHERE job_id = ? ORDER BY rowid", (job_id,)))
