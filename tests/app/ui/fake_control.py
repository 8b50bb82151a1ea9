"""An engine without an engine: it obeys every verb at once, by the table of states, and tells it from its own thread.

It makes no progress by itself: a test says what happens. Jobs whose name begins with `stubborn` refuse every verb.
"""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from app import bootstrap
from app.home import Home
from app.ui.parts import Core
from pipeline.engine import intake
from pipeline.engine.bus import Bus
from pipeline.engine.estimate import Eta
from pipeline.engine.intake import Found
from pipeline.engine.presets import PresetBook
from pipeline.model.destination import Destination
from pipeline.model.event import Event, JobChanged, JobCreated, JobLogged, JobProgressed, JobRemoved, JobUpdated, Told
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.job import Job, Progress, new_id
from pipeline.model.problem import Problem, Remedy
from pipeline.model.source import Source
from pipeline.model.stage import CancelSignal, Stage
from pipeline.model.state import State, Trigger, after, refusal

STAGES = (Stage("encode", "Encode", 80), Stage("finish", "Finish", 4), Stage("verify", "Verify", 16))
FLOW = Flow((FlowStep("convert", "web-1080p"),))
STUBBORN = Problem("stubborn", "This job does not listen.", "It never does.", Remedy("Let it be.", "none"))

# What a verb makes of a job at once, where a real engine would take a moment for the second step.
_ENDS = {State.PAUSING: State.PAUSED, State.CANCELING: State.CANCELED}


class Teller:
    """The writer's thread: everything told goes through it, in order."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._numbers = itertools.count(1)
        self._queue: queue.Queue[list[Event] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="fake writer")
        self._thread.start()

    def tell(self, *events: Event) -> None:
        self._queue.put(list(events))

    def close(self) -> None:
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (events := self._queue.get()) is not None:
            numbers = [next(self._numbers) for _ in events]
            self._bus.tell([Told(event, n, 0, n, 0, "e") for event, n in zip(events, numbers, strict=True)])


class FakeControl:
    """Takes the place of pipeline.engine.control.Control."""

    def __init__(self, bus: Bus) -> None:
        self.teller = Teller(bus)
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.kept: dict[str, Job] = {}
        self.lines: tuple[str, ...] = ()
        self.is_draining = False
        self.looks = threading.Event()
        self.may_find = threading.Event()
        self.may_find.set()
        self._nums = itertools.count(1)

    # For tests

    def put(self, name: str, state: State = State.PENDING, **changes: Any) -> Job:
        """A job in any state, told as created."""
        num = next(self._nums)
        values = {
            "id": new_id(), "num": num, "source": Source(path=f"/media/{name}".encode(), size=200_000_000),
            "flow": FLOW, "destination": Destination(), "state": state, "place": float(num), "created_ms": num,
        }  # fmt: skip
        job = Job(**{**values, **changes})
        self.kept[job.id] = job
        self.teller.tell(JobCreated(job.id, job.name, job.flow.title, job.num))
        return job

    def become(self, job_id: str, state: State, **changes: Any) -> Job:
        """Moves a job on and tells it."""
        before = self.kept[job_id]
        job = self.kept[job_id] = msgspec.structs.replace(before, state=state, **changes)
        self.teller.tell(JobChanged(job.id, state, before.state, job.attempt, problem=job.problem))
        return job

    def progress(self, job_id: str, percent: float, **values: Any) -> None:
        """A tick: kept in the snapshot and told."""
        progress = Progress(percent=percent, stage="encode", stage_percent=percent, **values)
        self.kept[job_id] = msgspec.structs.replace(self.kept[job_id], progress=progress)
        self.teller.tell(JobProgressed(job_id, self.kept[job_id].attempt, progress))

    def say(self, job_id: str, *lines: str) -> None:
        """Log lines."""
        self.teller.tell(*(JobLogged(job_id, self.kept[job_id].attempt, "info", line) for line in lines))

    # What the window calls

    def look(
        self,
        paths: Sequence[str | bytes],
        *,
        flow: Flow | None = None,
        cancel: CancelSignal | None = None,
        on_found: Any = None,
    ) -> Found:
        self.looks.set()
        assert self.may_find.wait(30) or cancel
        return intake.look(paths, cancel=cancel, on_found=on_found)

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
        jobs = []
        for source in sources:
            num = next(self._nums)
            jobs.append(Job(new_id(), num, source, flow, destination, priority=priority, place=float(num)))
        self.kept.update((job.id, job) for job in jobs)
        self.teller.tell(*(JobCreated(job.id, job.name, job.flow.title, job.num) for job in jobs))
        done: Future[tuple[Job, ...]] = Future()
        done.set_result(tuple(jobs))
        return done

    def jobs(self) -> tuple[Job, ...]:
        return tuple(self.kept.values())

    def job(self, job_id: str) -> Job | None:
        return self.kept.get(job_id)

    def stages(self, job: Job) -> tuple[Stage, ...]:
        return STAGES

    def queue_eta(self) -> Eta | None:
        return Eta(18 * 60_000, 18 * 60_000)

    def log(self, job_id: str, limit: int = 5000) -> tuple[str, ...]:
        return self.lines

    def start(self, ids: Iterable[str]) -> tuple[Problem, ...]:
        return self._offer("start", ids, Trigger.START)

    def pause(self, ids: Iterable[str]) -> tuple[Problem, ...]:
        return self._offer("pause", ids, Trigger.PAUSE)

    def resume(self, ids: Iterable[str]) -> tuple[Problem, ...]:
        return self._offer("resume", ids, Trigger.RESUME)

    def cancel(self, ids: Iterable[str]) -> tuple[Problem, ...]:
        return self._offer("cancel", ids, Trigger.CANCEL)

    def retry(self, ids: Iterable[str]) -> tuple[Problem, ...]:
        return self._offer("retry", ids, Trigger.RETRY)

    def hold(self, ids: Iterable[str]) -> tuple[Problem, ...]:
        self._update("hold", ids, held_by="person")
        return ()

    def release(self, ids: Iterable[str]) -> None:
        self._update("release", ids, held_by="")

    def remove(self, ids: Iterable[str]) -> tuple[Problem, ...]:
        self.asked.append(("remove", tuple(ids)))
        for job_id in self.asked[-1][1]:
            del self.kept[job_id]
        self.teller.tell(*(JobRemoved(job_id) for job_id in self.asked[-1][1]))
        return ()

    def move(self, ids: Sequence[str], where: str) -> None:
        self.asked.append((f"move {where}", tuple(ids)))
        for job_id in ids:
            place = min(job.place for job in self.kept.values()) - 1 if where == "first" else 1e9
            self._update("", [job_id], place=place)

    def pause_all(self) -> tuple[Problem, ...]:
        self.is_draining = True
        return self.pause([job.id for job in self.jobs() if job.state.takes(Trigger.PAUSE)])

    def resume_all(self) -> tuple[Problem, ...]:
        self.is_draining = False
        return self.resume([job.id for job in self.jobs() if job.state.is_paused])

    def _offer(self, verb: str, ids: Iterable[str], trigger: Trigger) -> tuple[Problem, ...]:
        self.asked.append((verb, tuple(ids)))
        refused: list[Problem | None] = []
        for job_id in self.asked[-1][1]:
            job = self.kept[job_id]
            if job.name.startswith("stubborn"):
                refused.append(STUBBORN)
            elif not job.state.takes(trigger):
                refused.append(refusal(job.state, trigger))
            else:
                attempt = job.attempt + (trigger is Trigger.RETRY)
                moved = self.become(job_id, after(job.state, trigger), attempt=attempt)
                if moved.state in _ENDS:
                    self.become(job_id, _ENDS[moved.state])
        return tuple(problem for problem in refused if problem is not None)

    def _update(self, verb: str, ids: Iterable[str], **changes: Any) -> None:
        if verb:
            self.asked.append((verb, tuple(ids)))
        for job_id in ids:
            self.kept[job_id] = msgspec.structs.replace(self.kept[job_id], **changes)
            self.teller.tell(JobUpdated(job_id))


class FakePages:
    """Ended jobs, as the store's History gives them; counts how often it was asked."""

    def __init__(self, jobs: Sequence[Job] = ()) -> None:
        self.jobs = list(jobs)
        self.asked = 0

    def page(
        self,
        *,
        before: tuple[int, int] | None = None,
        search: str = "",
        states: Collection[State] = (),
        limit: int = 200,
    ) -> list[Job]:
        self.asked += 1
        fits = [
            job
            for job in self.jobs
            if (not states or job.state in states)
            and search.casefold() in job.name.casefold()
            and (before is None or (job.ended_ms or 0, job.num) < before)
        ]
        return sorted(fits, key=lambda job: (job.ended_ms or 0, job.num), reverse=True)[:limit]


@dataclass
class FakeFiles:
    """A file manager that remembers what it was to show."""

    shown: list[list[str]] = field(default_factory=list)

    def reveal(self, paths: Sequence[str]) -> None:
        self.shown.append(list(paths))


class FakeCore:
    """What `open_core` gives."""

    def __init__(self, home: Home, past: Sequence[Job] = ()) -> None:
        self.bus = Bus()
        self.control = FakeControl(self.bus)
        self.presets: PresetBook = bootstrap.open_presets(home)
        self.history = FakePages(past)
        self.salvaged: Problem | None = None
        self.is_closed = False

    def as_core(self) -> Core:
        """The same, for those who ask for a real one."""
        return cast(Core, self)

    def close(self) -> None:
        self.control.teller.close()
        self.is_closed = True
