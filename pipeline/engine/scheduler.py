"""Decides what runs when, and makes every next snapshot of a Job. Runs nothing itself.

`offer` is for what may be refused (a person's verb), `end`, `completes` and `start` for what must fit the table.
All under the engine's one lock, and nothing under it blocks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from sqlite3 import Connection
from typing import Any

from pipeline.engine.executor import Executor
from pipeline.engine.hand import Hand
from pipeline.engine.lanes import Lanes
from pipeline.engine.ledger import Ledger
from pipeline.engine.room import Room
from pipeline.engine.roster import Roster
from pipeline.engine.transition import Verdict, effects, events
from pipeline.model.batch import Batch
from pipeline.model.event import JobCreated, JobProgressed, JobRemoved, JobUpdated, StepStarted
from pipeline.model.job import Job, Progress, Waiting
from pipeline.model.problem import Problem, job_at_work
from pipeline.model.source import Source
from pipeline.model.state import State, Trigger, after, refusal
from pipeline.store.jobs import remove_jobs, save_batch, save_jobs
from pipeline.store.writer import Writer


class Scheduler:
    """The jobs, their order, and the rule by which the next one starts."""

    def __init__(
        self,
        *,
        lock: threading.RLock,
        lanes: Lanes,
        writer: Writer,
        executor: Executor,
        run: Callable[[Job, Hand], None],
        places: int,
        roster: Roster,
    ) -> None:
        self.roster = roster
        self._lock = lock
        self._lanes = lanes
        self._writer = writer
        self._ledger = Ledger(lock, writer)
        self._executor = executor
        self._run = run
        self._room = Room(lanes, places)
        self._hands: dict[str, Hand] = {}
        self.is_draining = False
        self._blocked = False
        self._closing = False

    def accept(self, jobs: Sequence[Job], batch: Batch | None) -> Future[tuple[Job, ...]]:
        """Takes jobs in. They may start once they are committed; the Future is done by then."""
        events = [JobCreated(job.id, job.name, job.flow.title, job.num, job.batch_id) for job in jobs]

        def save(connection: Connection) -> tuple[Job, ...]:
            if batch is not None:
                save_batch(connection, batch)
            save_jobs(connection, jobs)
            return tuple(jobs)

        with self._lock:
            self.roster.add_batches([batch] if batch else [])
            self.roster.add(jobs, accepted=False)
            done = self._writer.submit(save, events)
        done.add_done_callback(lambda future: self._accepted(jobs, future))
        return done

    def let_start(self, jobs: Sequence[Job]) -> None:
        """Nothing keeps these from starting any more: they are committed, or their old scratch is gone."""
        with self._lock:
            for job_id in self.roster.accept(jobs):
                self.offer(job_id, Trigger.START)
            self._fill()

    def offer(self, job_id: str, trigger: Trigger) -> Problem | None:
        """A person's verb. Returns why it cannot be followed, or None where it was or is so already."""
        with self._lock:
            job = self.roster.get(job_id)
            if job is None:
                return None
            if not job.state.takes(trigger):
                return refusal(job.state, trigger)
            if after(job.state, trigger) is job.state:
                return None
            hand = self._hands.get(job_id)
            match trigger:
                case Trigger.START:
                    self._start_now(job)
                case Trigger.PAUSE if hand is not None:
                    self._change(job, trigger)
                    hand.pause()
                case Trigger.RESUME if hand is not None:
                    self._change(job, trigger)
                    hand.resume()
                case Trigger.CANCEL if hand is not None:
                    self._change(job, trigger)
                    hand.cancel.set()
                case _:
                    self._change(job, trigger)
            self._fill()
            return None

    def hold(self, job_id: str) -> Problem | None:
        """Keeps a pending job from starting, until the person lets it."""
        with self._lock:
            job = self.roster.get(job_id)
            if job is None or job.held_by == "person":
                return None
            if job.state is not State.PENDING:
                return refusal(job.state, Trigger.PAUSE)
            self._update(job, held_by="person")
            return None

    def release(self, job_id: str) -> None:
        """Takes a hold off a pending job; it starts when its turn comes."""
        with self._lock:
            if (job := self.roster.get(job_id)) is not None and job.state is State.PENDING and job.held_by:
                self._update(job, held_by="")
                self._fill()

    def reorder(self, changes: Iterable[tuple[str, int, float]]) -> None:
        """Gives jobs a new priority and place."""
        with self._lock:
            for job_id, priority, place in changes:
                job = self.roster.get(job_id)
                if job is not None and (job.priority, job.place) != (priority, place):
                    self._update(job, priority=priority, place=place)
            self._fill()

    def remove(self, job_id: str) -> Problem | None:
        """Forgets a job that has ended or not started."""
        with self._lock:
            job = self.roster.get(job_id)
            if job is None:
                return None
            if job.state.is_started:
                return job_at_work(job.state.value)
            self.roster.remove(job_id)
            self._ledger.save(None, [JobRemoved(job_id)], lambda c: remove_jobs(c, [job_id]))
            return None

    def set_places(self, places: int) -> None:
        """How many jobs work at once."""
        with self._lock:
            self._room.set_places(places)
            self._fill()

    def drain(self, on: bool) -> None:
        """Lets what runs end and starts nothing more, until switched off."""
        with self._lock:
            self.is_draining = on
            self._fill()

    @property
    def places(self) -> int:
        """How many jobs work at once."""
        return self._room.places

    def block(self, blocked: bool) -> None:
        """Starts nothing while the store cannot be written."""
        with self._lock:
            self._blocked = blocked
            if not blocked:
                self._ledger.save_again()
            self._fill()

    def save_again(self) -> None:
        """Saves what could not be saved before. For the watch thread."""
        self._ledger.save_again()

    def begin(self) -> None:
        """Starts what may start. Called when everything is wired, and by the watch, should a start have failed."""
        with self._lock:
            self._fill()

    def close(self) -> None:
        """Interrupts what runs and starts nothing more. The jobs come back pending at the next start."""
        with self._lock:
            self._closing = True
            for hand in self._hands.values():
                hand.interrupt()

    def hands(self) -> dict[str, Hand]:
        """The hands of the jobs that are started now."""
        with self._lock:
            return dict(self._hands)

    def learn(self, job_id: str, source: Source) -> Job:
        """What a look at the source found."""
        with self._lock:
            return self._update(self.roster.of(job_id), source=source)

    def learn_if_pending(self, job_id: str, source: Source) -> None:
        """What a look ahead found; nothing if the job started meanwhile and looks for itself."""
        with self._lock:
            if (job := self.roster.get(job_id)) is not None and job.state is State.PENDING:
                self._update(job, source=source)

    def progress(self, job_id: str, progress: Progress) -> None:
        """How far the job is. Kept in the snapshot, told as volatile."""
        with self._lock:
            job = self.roster.replace(self.roster.of(job_id), progress=progress)
        self._writer.tell(JobProgressed(job_id, job.attempt, progress))

    def enters(self, job_id: str, stage: str, label: str) -> None:
        """The job came to another Stage."""
        with self._lock:
            self._ledger.save(None, [StepStarted(job_id, self.roster.of(job_id).attempt, stage, label)])

    def waits(self, job_id: str, waiting_for: Waiting, why: str = "", *, instead_of: Waiting | None = None) -> None:
        """What a started job waits for; an empty word ends it. With `instead_of`, only if it waits for that now."""
        with self._lock:
            job = self.roster.get(job_id)
            if job is None or not job.state.is_started or instead_of not in (None, job.waiting_for):
                return
            if job.waiting_for != waiting_for:
                self._update(job, waiting_for=waiting_for, waiting_why=why)
                self._fill()

    def is_source(self, path: bytes, besides: str = "") -> bool:
        """Whether a job that has not ended, `besides` this one, reads the file."""
        with self._lock:
            jobs = (job for job in self.roster.all() if job.id != besides)
            return any(job.source.path == path and not job.state.is_terminal for job in jobs)

    def completes(self, job_id: str) -> bool:
        """COMPLETE, unless the job is being cancelled or interrupted meanwhile; then False."""
        with self._lock:
            job = self.roster.of(job_id)
            if job.state is State.CANCELING or self._hands[job_id].is_interrupted:
                return False
            self._change(job, Trigger.COMPLETE)
            return True

    def end(self, job_id: str, verdict: Verdict) -> Future[Any]:
        """The one ending of an attempt. The Future is done when it is committed."""
        with self._lock:
            job = self.roster.of(job_id)
            hand = self._hands.pop(job_id)
            trigger = verdict.trigger
            if trigger is Trigger.STOPPED and job.state is not State.CANCELING:
                trigger = Trigger.INTERRUPT
            self._room.ended(job_id)
            job = self.roster.replace(job, active_ms=job.active_ms + int(hand.active_s() * 1000))
            done = self._change(job, trigger, verdict)
            self._fill()
            return done

    def _accepted(self, jobs: Sequence[Job], future: Future[tuple[Job, ...]]) -> None:
        with self._lock:
            if future.cancelled() or future.exception() is not None:
                for job in jobs:
                    self.roster.remove(job.id)
                # A verb given meanwhile may have saved one of them.
                self._writer.submit(lambda connection: remove_jobs(connection, [job.id for job in jobs]))
                return
            self.let_start(jobs)

    def _fill(self) -> None:
        while not (self.is_draining or self._blocked or self._closing) and self._has_room():
            job = self.roster.next()
            if job is None or not self._start(job):
                return

    def _has_room(self) -> bool:
        return self._room.is_free((self.roster.of(job_id), hand) for job_id, hand in self._hands.items())

    def _start_now(self, job: Job) -> None:
        if not self.roster.is_accepted(job.id):
            self.roster.wish(job.id)
        elif self._blocked or self._closing or not (self._has_room() or self._room.add_place(job.id)):
            self._update(job, held_by="")
        else:
            self._start(job)

    def _start(self, job: Job) -> bool:
        self._change(job, Trigger.START)
        started = self.roster.of(job.id)
        hand = Hand(self._lock, self._lanes, lambda: self._on_hand(job.id))
        self._hands[job.id] = hand
        try:
            self._executor.start(lambda: self._run(started, hand))
        except RuntimeError:
            # The system gives no more threads now; the watch looks again in a moment.
            del self._hands[job.id]
            self._room.ended(job.id)
            self._change(started, Trigger.INTERRUPT)
            return False
        return True

    def _on_hand(self, job_id: str) -> None:
        hand, job = self._hands.get(job_id), self.roster.get(job_id)
        if hand is None or job is None:
            return
        if hand.is_quiet and job.state is State.PAUSING:
            self._change(job, Trigger.PAUSED)
        waits = hand.waits_for_place
        if waits != (job.waiting_for == "lane"):
            self._update(self.roster.of(job_id), waiting_for="lane" if waits else "", waiting_why="")
        self._fill()

    def _change(self, job: Job, trigger: Trigger, verdict: Verdict | None = None) -> Future[Any]:
        state = after(job.state, trigger)
        new = self.roster.replace(job, state=state, **effects(job, state, trigger, verdict))
        return self._ledger.save(new, events(job, new, trigger), verdict.work if verdict else None)

    def _update(self, job: Job, **changes: Any) -> Job:
        new = self.roster.replace(job, **changes)
        source = changes.get("source")
        event = JobUpdated(new.id, new.priority, new.place, new.held_by, new.waiting_for, new.waiting_why, source)
        self._ledger.save(new, [event])
        return new
