"""Takes replacements back: a source goes to its place again, and its result to where the source was kept.

A swap of renames: nothing is lost by it, and saying it again finishes what a crash has left half done.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from sqlite3 import Connection

from msgspec.structs import replace as with_changes

from pipeline.engine import replace
from pipeline.engine.publish import take_back
from pipeline.engine.scheduler import Scheduler
from pipeline.model.event import JobWarned
from pipeline.model.job import Job
from pipeline.model.problem import (
    Problem,
    Warn,
    kept_source_gone,
    nothing_to_undo,
    undo_failed,
    undo_in_use,
    undo_name_taken,
    undo_too_early,
)
from pipeline.model.source import shown
from pipeline.store.jobs import load_job, save_jobs
from pipeline.store.kept import Kept, Placed, all_kept, expired_kept, forget_kept, kept_of, moving_kept, save_kept
from pipeline.store.publishing import clear_intents, intents_of, release_names
from pipeline.store.trouble import trouble_of
from pipeline.store.writer import Writer

_LOG = logging.getLogger(__name__)


class Undo:
    """The sources that are kept, the way back for each, and their end. Any thread may call; they wait in turn."""

    def __init__(
        self,
        lock: threading.RLock,
        scheduler: Scheduler,
        writer: Writer,
        *,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._lock = lock
        self._scheduler = scheduler
        self._roster = scheduler.roster
        self._writer = writer
        self._now_ms = now_ms
        self._busy = threading.Lock()

    def kept(self) -> tuple[Kept, ...]:
        """Everything that is kept, the newest first. Blocks until the store has answered."""
        return tuple(self._writer.submit(all_kept).result())

    def undo(self, job_id: str) -> Problem | None:
        """Puts a job's source back and its results aside; None when that is so. Blocks as long as the drive takes."""
        with self._busy:
            kept, job = self._writer.submit(lambda c: (kept_of(c, job_id), load_job(c, job_id))).result()
            if kept is None:
                return nothing_to_undo(job.name if job else job_id)
            if kept.state == "undone":
                return None
            if job is not None and not job.state.is_terminal:
                return undo_too_early(job.state.value)
            try:
                return self._swap(kept, job) if kept.state != "moving" else self._retreat(kept, job)
            except FileExistsError:
                return undo_name_taken(kept.place)
            except OSError as error:
                return undo_failed(error.filename or kept.place, error.strerror or str(error))
            except sqlite3.Error as error:
                if (problem := trouble_of(error)) is None:
                    raise
                return problem

    def mend(self) -> None:
        """Puts sources back whose jobs ended without a result in their place. For a start, before anything runs."""
        for kept in self._writer.submit(moving_kept).result():
            problem = self.undo(kept.job_id)
            if problem is not None and problem.code != "undo_too_early":
                _LOG.warning("%s", problem)

    def sweep(self, before_ms: int) -> None:
        """Deletes what has been kept since before then, but no source whose result is gone: it is the only copy left.

        What cannot be deleted now is left for the next time.
        """
        with self._busy:
            for kept in self._writer.submit(lambda c: expired_kept(c, before_ms)).result():
                if any(self._scheduler.is_source(file) for file, _, _ in _aside(kept)):
                    continue
                if kept.state == "kept" and not any(_stands(made) for made in kept.results):
                    _LOG.info("%s is kept on: no result of it is where it was put", shown(kept.place))
                    continue
                try:
                    _delete(kept)
                except OSError as error:
                    _LOG.warning("what is kept of %s stays for now: %s", shown(kept.place), error)
                else:
                    self._save(partial(forget_kept, job_id=kept.job_id))

    def _retreat(self, kept: Kept, job: Job | None) -> Problem | None:
        """The job ended between making room and its result's name: all goes back to how it was."""
        jobs = [job] if job is not None else []
        with self._lock:
            newest = self._roster.get(kept.job_id)
            if newest is not None and not newest.state.is_terminal:
                return undo_too_early(newest.state.value)
            # A retry that comes meanwhile starts when this is done, and finds the source in its place.
            self._roster.withhold(jobs)

        def forget(connection: Connection) -> None:
            clear_intents(connection, kept.job_id)
            release_names(connection, kept.job_id)
            forget_kept(connection, kept.job_id)

        try:
            take_back(self._writer.submit(lambda c: intents_of(c, kept.job_id)).result(), kept)
            self._save(forget)
        finally:
            self._scheduler.let_start(jobs)
        return None

    def _swap(self, kept: Kept, job: Job | None) -> Problem | None:
        standing = [made for made in kept.results if _stands(made)]
        if problem := self._obstacle(kept, standing):
            return problem
        # From here on nothing is swept, whatever may happen.
        self._save(lambda c: save_kept(c, with_changes(kept, state="undoing")))
        for made in standing:
            replace.swap(os.fsdecode(made.place), os.fsdecode(made.aside))
        replace.move_back(kept)
        undone = with_changes(kept, state="undone", at_ms=self._now_ms())
        told = f"Undone: the source is back in its place, {shown(kept.place)}; the result is kept for a while."
        jobs = [self._warned(job, Warn("undone", told))] if job is not None else []

        def save(connection: Connection) -> None:
            save_kept(connection, undone)
            save_jobs(connection, jobs)

        self._writer.submit(save, [JobWarned(job.id, job.attempt, job.warnings[-1]) for job in jobs]).result()
        return None

    def _warned(self, job: Job, warning: Warn) -> Job:
        """An ended job of which something more is known: whoever is told of it finds it in the snapshot."""
        with self._lock:
            listed = self._roster.get(job.id)
            warnings = (*(listed or job).warnings, warning)
            return self._roster.replace(job, warnings=warnings) if listed else with_changes(job, warnings=warnings)

    def _obstacle(self, kept: Kept, standing: Iterable[Placed]) -> Problem | None:
        """What keeps the source from going back; nothing has been moved yet."""
        is_there = os.path.lexists(kept.aside)
        own = [made.place for made in standing]
        is_back = kept.place not in own and replace.is_as(kept.place, kept.size, kept.mtime_ns)
        if not (is_there or is_back):
            return kept_source_gone(kept.aside)
        is_ours = any(replace.is_one_file(kept.place, file) for file in (*own, kept.aside))
        if is_there and os.path.lexists(kept.place) and not is_ours:
            return undo_name_taken(kept.place)
        in_use = next(filter(self._scheduler.is_source, (kept.place, kept.aside, *own)), None)
        return undo_in_use(in_use) if in_use is not None else None

    def _save(self, work: Callable[[Connection], None]) -> None:
        self._writer.submit(work).result()


def _stands(made: Placed) -> bool:
    """Whether a result stands where it was published. A source of its size and date may be back there in its stead."""
    is_moved = os.path.lexists(made.aside) and not replace.is_one_file(made.place, made.aside)
    return replace.is_as(made.place, made.size, made.mtime_ns) and not is_moved


def _aside(kept: Kept) -> list[tuple[bytes, int, int]]:
    """What lies in the keep folder now, with size and time of change."""
    if kept.state == "undone":
        return [(made.aside, made.size, made.mtime_ns) for made in kept.results]
    return [(kept.aside, kept.size, kept.mtime_ns)]


def _delete(kept: Kept) -> None:
    """Deletes what is as the row says. Raises OSError, also where the drive is not connected."""
    os.stat(os.path.dirname(kept.place))
    for file, size, mtime_ns in _aside(kept):
        if not replace.is_as(file, size, mtime_ns):
            continue
        if os.path.isdir(file):
            shutil.rmtree(file)
        else:
            os.unlink(file)
    replace.remove_folders(kept)
