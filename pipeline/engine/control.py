"""The verbs of people: add, start, hold, pause, resume, cancel, retry, move, remove, drain. Thread-safe.

Nothing here blocks but `look`, `kept_sources` and `undo`.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from pipeline.engine import intake, joblog
from pipeline.engine.estimate import Eta, Speeds, queue_eta
from pipeline.engine.intake import Found
from pipeline.engine.line import STEP, Where, moved
from pipeline.engine.plan import plan
from pipeline.engine.scheduler import Scheduler
from pipeline.engine.sweep import Sweeper
from pipeline.engine.undo import Undo
from pipeline.model.batch import Batch, title_of
from pipeline.model.destination import Destination
from pipeline.model.flow import Flow
from pipeline.model.job import Job, new_id
from pipeline.model.problem import PipelineError, Problem
from pipeline.model.recipe import Recipe
from pipeline.model.source import Source
from pipeline.model.stage import CancelSignal, Stage
from pipeline.model.state import State, Trigger
from pipeline.store.kept import Kept

Refusals = tuple[Problem, ...]


class Control:
    """What the faces call. Verbs take job ids and return why some could not be followed; empty means all are."""

    def __init__(
        self,
        *,
        lock: threading.RLock,
        scheduler: Scheduler,
        recipes: Mapping[str, Recipe[Any]],
        speeds: Speeds,
        sweeper: Sweeper,
        undo: Undo,
        log_folder: str,
    ) -> None:
        self._lock = lock
        self._scheduler = scheduler
        self._roster = scheduler.roster
        self._recipes = recipes
        self._speeds = speeds
        self._sweeper = sweeper
        self._undo = undo
        self._log_folder = log_folder

    def look(
        self,
        paths: Sequence[str | bytes],
        *,
        flow: Flow | None = None,
        cancel: CancelSignal | None = None,
        on_found: Callable[[Sequence[Source]], None] | None = None,
    ) -> Found:
        """What media there is in files and folders. Blocks while it walks; call it in a worker.

        With a `flow`, what waits or runs in the queue with the same flow already is skipped.

        Raises:
            Canceled: `cancel` was set.
        """
        listed = self._listed(flow) if flow is not None else frozenset()
        return intake.look(paths, cancel=cancel, on_found=on_found, known=lambda source: _identity(source) in listed)

    def add(
        self,
        sources: Sequence[Source],
        flow: Flow,
        destination: Destination,
        *,
        priority: int = 0,
        held: bool = False,
        folders: Sequence[bytes] = (),
    ) -> Future[tuple[Job, ...]]:
        """Accepts one drop: one transaction, and one Batch where it is more than one source.

        The Future is done when the jobs are committed; they are listed at once.
        """
        if destination.folder:
            # A result's folder may be made now; if it is gone when the job starts, its drive is.
            with suppress(OSError):
                os.makedirs(destination.folder, exist_ok=True)
        now_ms = time.time_ns() // 1_000_000
        with self._lock:
            is_batch = len(sources) > 1
            num = self._roster.take_nums(len(sources) + is_batch)
            last = self._roster.take_places(len(sources), STEP)
        # Ten thousand jobs take a while to make, and the window asks for others meanwhile.
        batch = Batch(new_id(), num, title_of(tuple(folders), len(sources)), now_ms) if is_batch else None
        jobs = tuple(
            Job(
                id=new_id(),
                num=num + index - (not is_batch),
                source=source,
                flow=flow,
                destination=destination,
                batch_id=batch.id if batch else "",
                priority=priority,
                place=last + index * STEP,
                held_by="person" if held else "",
                created_ms=now_ms,
            )
            for index, source in enumerate(sources, 1)
        )
        return self._scheduler.accept(jobs, batch)

    def jobs(self) -> tuple[Job, ...]:
        """All jobs: open ones in queue order, then what ended in this session, the newest first."""
        with self._lock:
            return self._roster.all()

    def job(self, job_id: str) -> Job | None:
        """The newest snapshot of a job."""
        with self._lock:
            return self._roster.get(job_id)

    def batches(self) -> tuple[Batch, ...]:
        """The batches of the jobs in the list."""
        with self._lock:
            return self._roster.batches()

    def stages(self, job: Job) -> tuple[Stage, ...]:
        """The Stages a job goes through; none where its recipe is not installed any more."""
        try:
            return plan(self._recipes, job).stages(job.source)
        except PipelineError:
            return ()

    def queue_eta(self) -> Eta | None:
        """When all that runs or will start by itself is done; None where that is not known."""
        with self._lock:
            hands = self._scheduler.hands()
            jobs = self._roster.all()
            started = [
                (job, hands[job.id].active_s())
                for job in jobs
                if job.id in hands and not job.state.is_paused and not job.state.is_terminal
            ]
            pending = [job for job in jobs if self._roster.can_start(job)]
            return queue_eta(started, pending, self._speeds, self._scheduler.places)

    def log(self, job_id: str, limit: int = 5000) -> tuple[str, ...]:
        """The last lines of a job's log."""
        return joblog.tail(self._log_folder, job_id, limit)

    @property
    def is_draining(self) -> bool:
        """Whether nothing new is started because a person asked for it."""
        return self._scheduler.is_draining

    def start(self, ids: Iterable[str]) -> Refusals:
        """Starts pending jobs now, held or not, up to eight beyond the jobs at once; others when their turn comes."""
        return self._offer(ids, Trigger.START)

    def release(self, ids: Iterable[str]) -> None:
        """Takes holds off: the jobs start when their turn comes."""
        with self._lock:
            for job_id in ids:
                self._scheduler.release(job_id)

    def hold(self, ids: Iterable[str]) -> Refusals:
        """Keeps pending jobs from starting until they are released or started."""
        with self._lock:
            return _refusals(self._scheduler.hold(job_id) for job_id in ids)

    def pause(self, ids: Iterable[str]) -> Refusals:
        """Suspends started jobs, holds pending ones."""
        with self._lock:
            # Those that wait are held first: the room a paused job leaves must not start one that is to be paused.
            waiting, started = self._divided(ids)
            refused = [self._scheduler.hold(job_id) for job_id in waiting]
            return _refusals(refused + [self._one(job_id, Trigger.PAUSE) for job_id in started])

    def resume(self, ids: Iterable[str]) -> Refusals:
        """Lets paused jobs go on and releases held ones."""
        with self._lock:
            # Those that were at work go on first, in the room there is.
            waiting, started = self._divided(ids)
            refused = [self._one(job_id, Trigger.RESUME) for job_id in started]
            for job_id in waiting:
                self._scheduler.release(job_id)
            return _refusals(refused)

    def cancel(self, ids: Iterable[str]) -> Refusals:
        """Ends jobs. Their scratch is kept for ten seconds, so that a retry is an undo."""
        return self._offer(ids, Trigger.CANCEL)

    def retry(self, ids: Iterable[str]) -> Refusals:
        """Gives failed, canceled and skipped jobs another attempt; finished Steps are not run again."""
        return self._offer(ids, Trigger.RETRY)

    def remove(self, ids: Iterable[str]) -> Refusals:
        """Takes jobs off the list, with their scratch; results stay. A started job must be cancelled first."""
        with self._lock:
            refused = []
            for job_id in ids:
                job = self._roster.get(job_id)
                problem = self._scheduler.remove(job_id)
                refused.append(problem)
                if job is not None and problem is None:
                    self._sweeper.forget(job)
            return _refusals(refused)

    def kept_sources(self) -> tuple[Kept, ...]:
        """The sources that were replaced and are kept, the newest first. Blocks until the store has answered."""
        return self._undo.kept()

    def undo(self, job_id: str) -> Problem | None:
        """Puts the source a job has replaced back, and its result where that was kept; None when it is so.

        Blocks while files are moved; call it in a worker. Said again, it finishes what could not be finished before.
        """
        return self._undo.undo(job_id)

    def move(self, ids: Sequence[str], where: Where) -> None:
        """Moves pending jobs within their priority: first, last, or one place up or down."""
        with self._lock:
            line = [job for job in self._roster.all() if job.state is State.PENDING]
            self._scheduler.reorder(moved(line, set(ids), where))

    def prioritise(self, ids: Iterable[str], priority: int) -> None:
        """Sets the priority: -1 low, 0 normal, 1 high."""
        with self._lock:
            jobs = [job for job in map(self._roster.get, ids) if job is not None]
            self._scheduler.reorder([(job.id, priority, job.place) for job in jobs])

    def pause_all(self) -> Refusals:
        """Pauses every started job and holds back all that would start."""
        with self._lock:
            self._scheduler.drain(True)
            return self.pause([job.id for job in self._roster.all() if job.state.takes(Trigger.PAUSE)])

    def resume_all(self) -> Refusals:
        """Lets every paused job go on, and new ones start."""
        with self._lock:
            refused = self.resume([job.id for job in self._roster.all() if job.state.is_paused])
            self._scheduler.drain(False)
            return refused

    def drain(self, on: bool) -> None:
        """Lets what runs end and starts nothing more."""
        self._scheduler.drain(on)

    def set_parallel(self, places: int) -> None:
        """How many jobs work at once."""
        self._scheduler.set_places(max(1, places))

    def _offer(self, ids: Iterable[str], trigger: Trigger) -> Refusals:
        with self._lock:
            return _refusals(self._one(job_id, trigger) for job_id in ids)

    def _one(self, job_id: str, trigger: Trigger) -> Problem | None:
        return self._scheduler.offer(job_id, trigger)

    def _divided(self, ids: Iterable[str]) -> tuple[list[str], list[str]]:
        """Those of the jobs that have not started yet, and the others."""
        jobs = [job for job in map(self._roster.get, ids) if job is not None]
        waiting = [job.id for job in jobs if job.state is State.PENDING]
        return waiting, [job.id for job in jobs if job.state is not State.PENDING]

    def _listed(self, flow: Flow) -> frozenset[tuple[bytes, int, int]]:
        with self._lock:
            jobs = self._roster.all()
            return frozenset(_identity(job.source) for job in jobs if not job.state.is_terminal and job.flow == flow)


def _identity(source: Source) -> tuple[bytes, int, int]:
    return source.path, source.size, source.mtime_ns


def _refusals(problems: Iterable[Problem | None]) -> Refusals:
    return tuple(problem for problem in problems if problem is not None)
