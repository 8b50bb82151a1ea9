"""An engine in small: a real Writer, a Scheduler whose jobs do what a test says, and somebody who reads the journal."""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.engine.executor import Threads
from pipeline.engine.hand import Hand
from pipeline.engine.lanes import Lanes
from pipeline.engine.roster import Roster
from pipeline.engine.scheduler import Scheduler
from pipeline.engine.transition import Verdict
from pipeline.model.event import JobChanged, Told
from pipeline.model.job import Job
from pipeline.model.problem import Problem
from pipeline.model.stage import Canceled, Lane
from pipeline.model.state import State, Trigger
from pipeline.store.connection import reader
from pipeline.store.jobs import load_jobs
from pipeline.store.journal import events_after
from pipeline.store.recovery import open_database
from pipeline.store.writer import Writer
from tests.pipeline.store.support import LIMIT_S, a_job, settle
from tests.support.wait import until

PLACES: dict[Lane, int] = {"cpu": 2, "gpu": 2, "net": 4, "light": 4}
FINISH = Verdict(Trigger.FINISH)

Work = Callable[[Job, Hand], Verdict]


def drive_is_full() -> sqlite3.OperationalError:
    """What SQLite says when the drive of the home has no room."""
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


def finish(job: Job, hand: Hand) -> Verdict:
    """The work of a job that has nothing to do."""
    return FINISH


@dataclass
class FakeProcess:
    """A process of which only the signals are kept."""

    signals: list[str] = field(default_factory=list)
    quiet_for_s: float = 0.0

    def suspend(self) -> None:
        self.signals.append("suspend")

    def resume(self) -> None:
        self.signals.append("resume")

    def kill(self, stalled_s: float = 0.0) -> None:
        self.signals.append("kill")

    def quiet_s(self) -> float:
        return self.quiet_for_s

    @property
    def is_suspended(self) -> bool:
        """Whether the last signal stopped it."""
        return [signal for signal in self.signals if signal != "kill"][-1:] == ["suspend"]


class Engine:
    """A Scheduler with a store. `play` says what an attempt does; without it, it finishes at once."""

    def __init__(self, folder: Path, *, places: int = 2, lanes: dict[Lane, int] | None = None) -> None:
        self.path = open_database(str(folder)).path
        self.told: list[Told] = []
        self.troubles: list[Problem | None] = []
        self.works: dict[str, Work] = {}
        self.failures: list[BaseException] = []
        self.most_at_once = 0
        self.lock = threading.RLock()
        self.lanes = Lanes(self.lock, {**PLACES, "cpu": places, **(lanes or {})})
        self.writer = Writer(self.path, self.told.extend, self._on_trouble)
        self.writer.start()
        self.executor = Threads()
        self.roster = Roster()
        self.scheduler = Scheduler(
            lock=self.lock,
            lanes=self.lanes,
            writer=self.writer,
            executor=self.executor,
            run=self._run,
            places=places,
            roster=self.roster,
        )

    def _on_trouble(self, problem: Problem | None) -> None:
        self.troubles.append(problem)
        self.scheduler.block(problem is not None)

    def _run(self, job: Job, hand: Hand) -> None:
        try:
            self._count()
            try:
                verdict = self.works.get(job.id, finish)(job, hand)
                if verdict.trigger is Trigger.FINISH and not self.scheduler.completes(job.id):
                    raise Canceled
            except Canceled:
                verdict = Verdict(Trigger.STOPPED)
            self.scheduler.end(job.id, verdict).result(LIMIT_S)
        except BaseException as error:
            self.failures.append(error)

    def _count(self) -> None:
        with self.lock:
            jobs = [self.roster.of(job_id) for job_id in self.scheduler.hands()]
            working = [job for job in jobs if not job.state.is_paused and not job.waiting_for]
            self.most_at_once = max(self.most_at_once, len(working))

    def close(self) -> None:
        """Stops all, and fails the test if an attempt met a bug."""
        self.scheduler.close()
        assert self.executor.close(LIMIT_S), "an attempt does not end"
        self.writer.close()
        if self.failures:
            raise self.failures[0]

    # What tests ask -----------------------------------------------------------------------------------------------

    def add(self, *works: Work, **fields: Any) -> list[Job]:
        """Accepts a job for each work; returns when they are committed."""
        first = len(self.roster.all()) + 1
        jobs = [a_job(num, place=num * 1024.0, **fields) for num in range(first, first + len(works))]
        self.works.update({job.id: work for job, work in zip(jobs, works, strict=True)})
        self.scheduler.accept(jobs, None).result(LIMIT_S)
        return jobs

    def state(self, job: Job) -> State:
        """Where a job stands now."""
        return self.roster.of(job.id).state

    def until(self, job: Job, *states: State) -> None:
        """Waits for a job to come to one of these states."""
        until(lambda: self.state(job) in states, f"{job.id} to be {', '.join(states)}, it is {self.state(job)}")

    def until_all_ended(self) -> None:
        """Waits until no job is open and every ending is told."""
        until(lambda: all(job.state.is_terminal for job in self.roster.all()), "all jobs to end", limit_s=LIMIT_S)
        until(lambda: not self.scheduler.hands(), "all hands to be put down")
        settle(self.writer)

    def changes(self, job: Job) -> list[JobChanged]:
        """What was told of a job's states, in order."""
        settle(self.writer)
        return [t.event for t in self.told if isinstance(t.event, JobChanged) and t.event.job_id == job.id]

    def path_of(self, job: Job) -> list[str]:
        """The states a job went through."""
        return [change.state.value for change in self.changes(job)]

    def assert_books_are_right(self) -> None:
        """Snapshot, database and journal say the same; each attempt ends at most once; no place is held."""
        settle(self.writer)
        connection = reader(self.path)
        try:
            stored = {job.id: job for job in load_jobs(connection, open_only=False)}
            journal = events_after(connection, 0, 1_000_000)
        finally:
            connection.close()
        listed = {job.id: job for job in self.roster.all()}
        assert stored.keys() == listed.keys()
        assert {id_: job.state for id_, job in stored.items()} == {id_: job.state for id_, job in listed.items()}
        endings: dict[tuple[str, int], list[str]] = defaultdict(list)
        last: dict[str, State] = dict.fromkeys(listed, State.PENDING)
        for told in journal:
            if isinstance(told.event, JobChanged):
                event = told.event
                assert event.prior_state is last.get(event.job_id, State.PENDING), f"a gap before {event}"
                last[event.job_id] = event.state
                if event.state.is_terminal:
                    endings[event.job_id, event.attempt].append(event.state.value)
        assert {key: states for key, states in endings.items() if len(states) != 1} == {}
        if not self.scheduler.hands():
            assert set(self.lanes._held.values()) == {0}
            assert not any(self.lanes._waiting.values())


@contextmanager
def engine_in(folder: Path, *, places: int = 2, lanes: dict[Lane, int] | None = None) -> Iterator[Engine]:
    """An engine that is closed at the end, whatever happens."""
    engine = Engine(folder, places=places, lanes=lanes)
    try:
        yield engine
    finally:
        engine.close()


class Gate:
    """Work that waits inside a Step, in a lane, until it is let go or the job is cancelled."""

    def __init__(self, lane: Lane = "cpu", *, process: bool = True, then: Verdict = FINISH) -> None:
        self.entered = threading.Event()
        self.process = FakeProcess()
        self._lane: Lane = lane
        self._has_process = process
        self._then = then
        self._go = threading.Event()

    def __call__(self, job: Job, hand: Hand) -> Verdict:
        with hand.member(self._lane) as member:
            if self._has_process:
                member.started(self.process)
            self.entered.set()
            off = hand.cancel.on_set(self._go.set)
            try:
                assert self._go.wait(LIMIT_S), "nobody let it go"
            finally:
                off()
            if hand.cancel.is_set():
                raise Canceled
        with hand.member(None):
            return self._then

    def go(self) -> None:
        """Lets it end."""
        self._go.set()

    def until_entered(self) -> None:
        """Waits until the work is in its Step."""
        assert self.entered.wait(LIMIT_S), "it was never started"


def let_go(gates: Sequence[Gate]) -> None:
    """Lets all of them end."""
    for gate in gates:
        gate.go()
