"""A Runner with recipes that are scripts of a test, in an Engine with a real store."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec

from pipeline.engine.estimate import Speeds
from pipeline.engine.replay import Means
from pipeline.engine.runner import Runner
from pipeline.engine.workspace import Workspace
from pipeline.model.destination import Destination, IfExists
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.job import Artifact, Job
from pipeline.model.option import RecipeOptions, option
from pipeline.model.recipe import Recipe
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Scratch, Script, Stage
from pipeline.model.state import State
from pipeline.store.journal import in_hand, steps_of
from pipeline.store.publishing import intents_of, names_of
from tests.pipeline.engine.bench import MAKE, USE, Tools, noted, one
from tests.pipeline.engine.support import Engine
from tests.pipeline.store.support import INFO, LIMIT_S, a_job

Told = Callable[[Source, "Options", Scratch], Script]


class Options(RecipeOptions, frozen=True):
    """The one option of these recipes."""

    crf: Annotated[int, option("Quality", "Lower is better.", ge=0, le=51)] = 20


class Scripted(Recipe[Options]):
    """A recipe whose Script is a function."""

    id = "scripted"
    label = "Scripted"
    summary = "What the test says."
    options = Options

    def __init__(self, script: Told) -> None:
        self._script = script

    def stages(self, source: Source, options: Options) -> tuple[Stage, ...]:
        return (MAKE, USE)

    def script(self, source: Source, options: Options, scratch: Scratch) -> Script:
        return self._script(source, options, scratch)

    def result_name(self, source: Source, options: Options) -> bytes:
        return os.fsencode(f"{source.stem}.out")


def copies(source: Source, options: Options, scratch: Scratch) -> Script:
    """Two Steps and a result: the source's content, twice."""
    a, b = scratch.path("a"), scratch.path("b")
    reads = [source.file] if source.is_scratch else []
    yield from MAKE.does(one(noted("make", f"cat '{source.file}' > '{a}'", a, reads=reads)))
    yield from USE.does(one(noted("use", f"cat '{a}' '{a}' > '{b}'", b, reads=[a])))
    return (Artifact(os.fsencode(b), name=os.fsencode(f"{source.stem}.out")),)


class Bench:
    """An Engine whose jobs are run by a Runner."""

    def __init__(self, folder: Path, script: Told = copies, **more: Told) -> None:
        self.folder = folder
        self.out = folder / "out"
        self.logs = folder / "logs"
        for made in (self.out, self.logs):
            made.mkdir(exist_ok=True)
        self.source = folder / "clip.mov"
        if not self.source.exists():
            self.source.write_bytes(b"abc")
        self.engine = Engine(folder / "home")
        self.tools = Tools()
        self.recipes: dict[str, Recipe[Any]] = {"scripted": Scripted(script)}
        self.recipes |= {name: Scripted(told) for name, told in more.items()}
        self.probed: list[str] = []
        self.probe: Callable[[str], MediaInfo] = self._probe
        self.speeds = Speeds({})
        self.runner = Runner(
            means=Means(self.tools, self.engine.writer, "", (0.0,)),
            recipes=self.recipes,
            probe=lambda path: self.probe(path),
            speeds=self.speeds,
            log_folder=str(self.logs),
        )
        self.runner.report_to(self.engine.scheduler)
        self.engine.scheduler._run = self.runner.run

    def _probe(self, path: str) -> MediaInfo:
        self.probed.append(path)
        return INFO

    def job(self, *recipes: str, if_exists: IfExists = "rename", replaces: bool = False, **options: Any) -> Job:
        """Adds a job; it starts at once. One that `replaces` has its source in `out`."""
        steps = tuple(FlowStep(recipe, "", options) for recipe in recipes or ("scripted",))
        num = len(self.engine.roster.all()) + 1
        job = msgspec.structs.replace(
            a_job(num),
            source=Source(os.fsencode(self.source)),
            flow=Flow(steps),
            destination=Destination(b"" if replaces else os.fsencode(self.out), if_exists, replaces),
            place=float(num),
        )
        self.engine.scheduler.accept([job], None).result(LIMIT_S)
        return job

    def ended(self, job: Job) -> Job:
        """The job when all have ended, and its attempt's thread too."""
        self.engine.until_all_ended()
        assert self.engine.executor.close(LIMIT_S)
        assert self.engine.failures == []
        return self.engine.roster.of(job.id)

    def ran(self) -> list[str]:
        """The words Steps noted since this was last asked."""
        file = self.out / "ran"
        words = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return words

    def results(self) -> list[str]:
        """What stands in the destination."""
        return sorted(name for name in os.listdir(self.out) if name not in (".reelyard", "ran"))

    def scratch_of(self, job: Job) -> Path:
        """A job's Workspace."""
        return Path(Workspace.of(job).folder)

    def left(self, job: Job) -> tuple[int, int, int, int]:
        """How many recorded Steps, intents, reserved names and Steps in hand the store has of a job."""

        def work(c: Any) -> tuple[int, int, int, int]:
            found = (steps_of(c, job.id), intents_of(c, job.id), names_of(c, job.id), in_hand(c, job.id))
            return len(found[0]), len(found[1]), len(found[2]), len(found[3])

        return self.engine.writer.submit(work).result(LIMIT_S)


@contextmanager
def runner_in(folder: Path, script: Told = copies, **more: Told) -> Iterator[Bench]:
    """A Bench that is closed at the end."""
    bench = Bench(folder, script, **more)
    try:
        yield bench
    finally:
        bench.engine.close()


ENDED = (State.COMPLETED, State.FAILED, State.CANCELED, State.SKIPPED)
