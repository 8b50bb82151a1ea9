"""An engine that makes nothing and tells everything, for the command line. How a job ends is in its source's name."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from app.home import Home
from app.settings import Settings
from pipeline.engine.bus import Bus
from pipeline.engine.estimate import Eta
from pipeline.engine.executor import Executor
from pipeline.model.destination import Destination
from pipeline.model.event import ArtifactMade, Event, JobChanged, JobCreated, JobProgressed, StepStarted, Told
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.job import Artifact, HeldBy, Job, Progress, new_id
from pipeline.model.machine import Machine
from pipeline.model.problem import PipelineError, Problem, Warn, not_media, unknown_preset
from pipeline.model.source import Source
from pipeline.model.stage import CancelSignal
from pipeline.model.state import State

EPOCH = "000000000000001"


@dataclass(frozen=True)
class FakeSkipped:
    path: bytes
    reason: str


@dataclass(frozen=True)
class FakeFound:
    sources: tuple[Source, ...]
    skipped: tuple[FakeSkipped, ...] = ()
    folders: tuple[bytes, ...] = ()


@dataclass
class FakeControl:
    """Jobs end by the name of their source.

    `bad…` fails, `skip…` is skipped, `warn…` completes with a warning, `slow…` runs until it is cancelled,
    `lost…` is left out when it is looked at; all others complete at once.
    """

    bus: Bus
    kept: dict[str, Job] = field(default_factory=dict)
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    is_looking: threading.Event = field(default_factory=threading.Event)
    numbers: Any = field(default_factory=itertools.count)
    on_running: Callable[[], None] = lambda: None

    def look(
        self, paths: Sequence[str | bytes], *, cancel: CancelSignal | None = None, on_found: Any = None
    ) -> FakeFound:
        self.is_looking.set()
        if any(b"endless" in os.fsencode(path) for path in paths):
            self.on_running()
            assert cancel is not None and cancel.wait(30), "nobody cancelled the look"
        names = [os.fsencode(path) for path in paths]
        lost = [name for name in names if os.path.basename(name).startswith(b"lost")]
        return FakeFound(
            sources=tuple(Source(path=name, size=1000, mtime_ns=1) for name in names if name not in lost),
            skipped=tuple(FakeSkipped(name, "The source is gone.") for name in lost),
        )

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
        jobs = tuple(
            Job(id=new_id(), num=number, source=source, flow=flow, destination=destination, priority=priority)
            for number, source in enumerate(sources, 1)
        )
        done: Future[tuple[Job, ...]] = Future()
        done.set_result(jobs)
        for job in jobs:
            self.kept[job.id] = job
            self.tell(JobCreated(job.id, job.name, flow.title, job.num))
            self._run(job)
        return done

    def keep(self, name: str, *, held_by: HeldBy = "", state: State = State.PENDING) -> Job:
        """A job an earlier run has left."""
        job = Job(
            id=new_id(), num=9, source=Source(path=os.fsencode(f"/media/{name}"), size=1000, mtime_ns=1),
            flow=Flow((FlowStep("convert"),)), destination=Destination(), held_by=held_by, state=state,
        )  # fmt: skip
        self.kept[job.id] = job
        return job

    def job(self, job_id: str) -> Job | None:
        return self.kept.get(job_id)

    def release(self, ids: Iterable[str]) -> None:
        self.asked.append(("release", tuple(ids)))
        for job_id in self.asked[-1][1]:
            self._run(self.kept[job_id])

    def cancel(self, ids: Iterable[str]) -> tuple[Problem, ...]:
        self.asked.append(("cancel", tuple(ids)))
        for job_id in self.asked[-1][1]:
            self._become(self.kept[job_id], State.CANCELED)
        return ()

    def queue_eta(self) -> Eta | None:
        return Eta(60_000, 180_000)

    def tell(self, event: Event) -> None:
        number = next(self.numbers) + 1
        self.bus.tell([Told(event, number, 0, number, 1_700_000_000_000 + number, EPOCH)])

    def _run(self, job: Job) -> None:
        job = self._become(job, State.RUNNING, started_ms=1)
        self.tell(StepStarted(job.id, 1, "encode", "Encode"))
        self.tell(JobProgressed(job.id, 1, Progress(percent=47.5, stage="encode", speed=1.84, eta_ms=240_000)))
        match job.name:
            case name if name.startswith("slow"):
                self.on_running()
            case name if name.startswith("bad"):
                self._become(job, State.FAILED, problem=not_media(job.source.path))
            case name if name.startswith("skip"):
                problem = Problem("done", "The result is there already.", "So.", not_media(b"").remedy)
                self._become(job, State.SKIPPED, problem=problem)
            case name:
                made = Artifact(path=job.source.path + b".mp4", size=12_400_000, measures={"frames": 180})
                self.tell(ArtifactMade(job.id, 1, made))
                warnings = (Warn("damaged", "Damaged 3.2 s into it.", 3.2),) if name.startswith("warn") else ()
                self._become(job, State.COMPLETED, artifacts=(made,), warnings=warnings, active_ms=3000)

    def _become(self, job: Job, state: State, **changes: Any) -> Job:
        new = msgspec.structs.replace(job, state=state, **changes)
        self.kept[job.id] = new
        self.tell(JobChanged(job.id, state, job.state, 1, problem=new.problem))
        return new


class FakeBook:
    """Knows the preset `web-1080p` and no other."""

    problems: Sequence[Problem] = ()

    def flow(
        self, recipe: str, preset: str = "", sets: Mapping[str, Any] | None = None, also: Sequence[str] = ()
    ) -> Flow:
        for each in (preset, *also):
            if each not in ("", "web-1080p"):
                raise PipelineError(unknown_preset(each, "web-1080p"))
        further = {"also": list(also)} if also else {}
        return Flow((FlowStep(recipe, preset, dict(sets or {}) | further),))


@dataclass
class FakeCore:
    """What `open_core` gives."""

    home: Home
    settings: Settings
    scope: str
    bus: Bus = field(default_factory=Bus)
    presets: FakeBook = field(default_factory=FakeBook)
    toolchain: Any = None
    left: tuple[Job, ...] = ()
    is_closed: bool = False

    def __post_init__(self) -> None:
        self.control = FakeControl(self.bus)

    def close(self) -> None:
        self.is_closed = True


class FakeBootstrap:
    """Opens fake cores, and keeps them to be looked at. `prepare` is called with each one before it is used."""

    def __init__(self, prepare: Callable[[FakeCore], object] = lambda core: None) -> None:
        self.cores: list[FakeCore] = []
        self._prepare = prepare

    @property
    def core(self) -> FakeCore:
        """The one that was opened."""
        (core,) = self.cores
        return core

    def open_core(self, home: Home, settings: Settings, executor: Executor, *, scope: Literal["all", "added"]) -> Any:
        core = FakeCore(home, settings, scope)
        self.cores.append(core)
        self._prepare(core)
        core.left = tuple(core.control.kept.values())
        return core

    def open_presets(self, home: Home) -> Any:
        return FakeBook()

    def open_toolchain(self, home: Home, settings: Settings) -> Any:
        from pipeline.media.toolchain import Toolchain

        return Toolchain(cache=home.cache_folder)

    def machine_of(self, toolchain: Any, *, with_hardware: bool) -> Machine:
        return Machine()
