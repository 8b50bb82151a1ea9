"""What a recipe says and what it is told: Stages, Steps, Acts, Outcomes, and the Script that binds them.

Values only. Nothing here starts a process, waits or reads a file.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Protocol, TypeVar, cast

import msgspec

from pipeline.model.job import Artifact
from pipeline.model.machine import UNKNOWN, Machine
from pipeline.model.problem import PipelineError, Problem

Lane = Literal["cpu", "gpu", "net", "light"]

OUTCOME_LIMIT = 64 * 1024


class CancelSignal(Protocol):
    """A flag one can ask, and hang a callback on. Any thread may call any of these."""

    def is_set(self) -> bool:
        """Whether the work is no longer wanted."""
        ...

    def wait(self, timeout_s: float | None = None) -> bool:
        """Blocks until set or until the time is over; returns whether it is set."""
        ...

    def on_set(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls back once when set, at once if it is set already. Returns what takes the callback off again."""
        ...


class Canceled(Exception):
    """The work is no longer wanted. Cancelling is not failing."""


class Tick(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sign of life from a running Step.

    `done` and `total` count in `unit`; `total` is 0 where it is not known. `speed` is in multiples of real time.
    """

    done: float = 0.0
    total: float = 0.0
    unit: Literal["s", "frames", "bytes", "items"] = "s"
    out_time_s: float = 0.0
    frame: int = 0
    fps: float = 0.0
    speed: float = 0.0
    bit_rate: float = 0.0
    out_bytes: int = 0
    message: str = ""

    @property
    def fraction(self) -> float | None:
        """How much of the Step is done, 0 to 1; None where the total is not known."""
        return min(1.0, self.done / self.total) if self.total > 0 else None


@dataclass(frozen=True)
class Command:
    """One process to run. `argv[0]` is a tool's name, resolved by the Toolchain when it runs.

    It runs with the Workspace as its working folder, so scratch files are bare relative names in `argv`.
    `expect_s` is how many seconds of media it will put out (0: unknown), `expect_frames` how many frames.
    `speaks` says how its progress is read: ffmpeg's `-progress pipe:1` blocks, our own JSON lines, or nothing.
    A `polite` command is asked to end and given `grace_s` before it is killed.
    """

    argv: tuple[str, ...]
    expect_s: float = 0.0
    expect_frames: int = 0
    speaks: Literal["ffmpeg", "json", "nothing"] = "ffmpeg"
    polite: bool = False
    grace_s: float = 3.0

    @property
    def tool(self) -> str:
        """The tool's name."""
        return self.argv[0]


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one Step ended. At most 64 KiB when encoded; larger things stay files.

    `active_s` leaves out the time it was suspended. `value` is what an Act or a JSON-speaking tool returned.
    `lines` are the log's last lines, `complaints` its first errors, each with the output time they were seen at.
    `stalled_s` above 0: it was killed because it made no progress for so long. `cpu_s` is the processor time it used,
    0 where the system does not say.
    """

    exit_code: int = 0
    active_s: float = 0.0
    value: Any = None
    last_tick: Tick | None = None
    lines: tuple[str, ...] = ()
    complaints: tuple[tuple[float, str], ...] = ()
    stalled_s: float = 0.0
    cpu_s: float = 0.0
    members: tuple[Outcome, ...] = ()


class StepFailed(PipelineError):
    """Raised in the Script where a Run ended with an exit code other than 0.

    A Script that catches it goes on, and the Outcome is recorded; otherwise the attempt fails with the Problem.
    `key` and `stage` say which Step it was.
    """

    def __init__(self, problem: Problem, outcome: Outcome, key: str = "", stage: str = "") -> None:
        super().__init__(problem)
        self.outcome = outcome
        self.key = key
        self.stage = stage


class Skip(Exception):
    """Raised by a Script: a rule's verdict that the result is not wanted after all. The Problem says which, and why.

    The job ends as skipped. What it has made is kept as for a failed one, so a retry finds its Steps recorded.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Act(msgspec.Struct, frozen=True, tag=True):
    """IO that is no process. Its type, version and fields are its key.

    It runs at least once, so it must be repeatable: running it again after it ran must do no harm.
    """

    version: ClassVar[int] = 1

    def run(self, cancel: CancelSignal, tick: Callable[[Tick], None], folder: str) -> Any:
        """Does it, with the Workspace's absolute folder, and returns a value msgspec can encode.

        Raises:
            PipelineError: the world's fault.
            Canceled: `cancel` was set.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Run:
    """Run one process. `reads` and `makes` are the scratch files, by relative name.

    `part` is which of how many equal parts of its Stage this Step is; see `between` for unequal ones.
    """

    command: Command
    lane: Lane = "cpu"
    reads: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    part: tuple[float, float] = (1, 1)
    label: str = ""
    stage: str = ""


@dataclass(frozen=True)
class Call:
    """Run one Act in the job's own thread."""

    act: Act
    lane: Lane = "light"
    reads: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    part: tuple[float, float] = (1, 1)
    label: str = ""
    stage: str = ""


@dataclass(frozen=True)
class Together:
    """Run several Steps side by side. It takes no lane itself; no member may need another one to run."""

    steps: tuple[Run | Call, ...]
    label: str = ""
    stage: str = ""


Step = Run | Call | Together
T = TypeVar("T")
Talk = Generator[Step, Outcome, T]
Script = Talk[tuple[Artifact, ...]]


@dataclass(frozen=True)
class Stage:
    """What the user sees happening. `id` is the code on the wire; `weight` its share of the bar."""

    id: str
    label: str
    weight: int = 10

    def does(self, script: Talk[T]) -> Talk[T]:
        """Runs a Script, or a part of one, under this Stage's name: every Step it yields is marked with its id."""
        return (yield from relayed(script, lambda step: _marked(step, self.id)))


def taking(start: float, end: float, script: Talk[T]) -> Talk[T]:
    """Runs a part of a Script as one that takes its Stage from one share to another, each from 0 to 1."""
    return (yield from relayed(script, lambda step: _spread(step, start, end)))


def relayed(
    script: Talk[T], change: Callable[[Step], Step], hear: Callable[[Outcome], None] = lambda outcome: None
) -> Talk[T]:
    """Runs a part of a Script with every Step it yields changed, and every Outcome it is sent heard first."""
    reply: Outcome | None = None
    failure: BaseException | None = None
    while True:
        try:
            step = script.throw(failure) if failure else script.send(reply)  # type: ignore[arg-type]
        except StopIteration as done:
            return cast(T, done.value)
        reply, failure = None, None
        try:
            reply = yield change(step)
            hear(reply)
        except GeneratorExit:
            script.close()
            raise
        except StepFailed as error:
            hear(error.outcome)
            failure = error
        except Exception as error:
            failure = error


def _marked(step: Step, stage: str) -> Step:
    if isinstance(step, Together):
        return replace(step, stage=stage, steps=tuple(replace(member, stage=stage) for member in step.steps))
    return replace(step, stage=stage)


@dataclass(frozen=True)
class Scratch:
    """Names for files in a job's Workspace, and what is known of the computer it lies on.

    Each recipe of a Flow has a folder of its own there.
    """

    prefix: str = ""
    machine: Machine = UNKNOWN

    def path(self, name: str) -> str:
        """The relative name of one scratch file."""
        return f"{self.prefix}/{name}" if self.prefix else name


def between(start: float, end: float) -> tuple[float, float]:
    """The `part` of a Step that takes its Stage from one share to another, each from 0 to 1."""
    count = 1.0 / (end - start)
    return end * count, count


def _spread(step: Step, start: float, end: float) -> Step:
    if isinstance(step, Together):
        return replace(step, steps=tuple(cast(Run | Call, _spread(each, start, end)) for each in step.steps))
    number, count = step.part
    scale = (end - start) / count
    return replace(step, part=between(start + (number - 1) * scale, start + number * scale))


def members_of(step: Step) -> Iterable[Run | Call]:
    """The Steps that run: the Together's members, or the Step itself."""
    return step.steps if isinstance(step, Together) else (step,)
