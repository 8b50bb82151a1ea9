"""One job as a row: its snapshot and the texts its cells show, made once a snapshot when someone looks."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from app import text
from app.models.marks import Mark, mark_of
from app.models.naming import Naming
from pipeline.model.job import Job
from pipeline.model.stage import Stage
from pipeline.model.state import State

_HEADER_BYTES = 4096


class Column(IntEnum):
    """The columns of the queue, in order."""

    NAME = 0
    PROGRESS = 1
    SPEED = 2
    TIME_LEFT = 3
    SIZE = 4
    STATUS = 5


HEADINGS = {
    Column.NAME: "Name",
    Column.PROGRESS: "Progress",
    Column.SPEED: "Speed",
    Column.TIME_LEFT: "Time left",
    Column.SIZE: "Size",
    Column.STATUS: "Status",
}
TO_THE_RIGHT = (Column.SPEED, Column.TIME_LEFT, Column.SIZE)


class Cells(NamedTuple):
    """What a row shows. `segments` are the shares done of each Stage, 0 to 1, in steps a bar can show."""

    name: str
    second: str
    second_tone: str
    segments: tuple[float, ...]
    percent: str
    speed: str
    time_left: str
    size: str
    word: str
    mark: Mark


class JobRow:
    """A job in the list. `at` is its place among the shown rows, -1 while it is filtered out."""

    __slots__ = ("_cells", "_haystack", "_naming", "_shown_eta_ms", "_stages", "at", "job")

    def __init__(self, job: Job, naming: Naming) -> None:
        self.job = job
        self.at = -1
        self._naming = naming
        self._cells: Cells | None = None
        self._stages: tuple[Stage, ...] | None = None
        self._haystack = ""
        self._shown_eta_ms = job.progress.eta_ms

    @property
    def cells(self) -> Cells:
        """The texts of the snapshot in hand."""
        if self._cells is None:
            self._cells = cells_of(self.job, self._naming, self.stages, self._shown_eta_ms)
        return self._cells

    @property
    def haystack(self) -> str:
        """What search looks in: name and recipe, folded."""
        if not self._haystack:
            self._haystack = f"{self.job.name} {self._naming.title(self.job.flow)}".casefold()
        return self._haystack

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The job's Stages, in order. Asked once for a source and a flow: the answer costs the options' decoding."""
        if self._stages is None:
            self._stages = self._naming.stages(self.job)
        return self._stages

    @property
    def recipe(self) -> str:
        """`Convert · Web 1080p`."""
        return self._naming.title(self.job.flow)

    def take(self, job: Job) -> None:
        """The next snapshot. Texts are forgotten, and made again when someone looks."""
        if job.source is not self.job.source or job.flow is not self.job.flow:
            self._stages = None
        self.job = job
        self._cells = None
        self._shown_eta_ms = text.held_steady(self._shown_eta_ms, job.progress.eta_ms)

    def renew(self, job: Job) -> tuple[Column, ...]:
        """Takes the next snapshot and tells which columns look different now, in order."""
        old = self._cells
        self.take(job)
        if old is None:
            return tuple(Column)
        new = self.cells
        return tuple(column for column in Column if _seen(old, column) != _seen(new, column))

    def plain(self, column: Column) -> str:
        """The text of one cell."""
        cells = self.cells
        match column:
            case Column.NAME:
                return cells.name
            case Column.PROGRESS:
                return cells.percent
            case Column.SPEED:
                return cells.speed
            case Column.TIME_LEFT:
                return cells.time_left
            case Column.SIZE:
                return cells.size
            case Column.STATUS:
                return cells.word

    def spoken(self) -> str:
        """The row as a screen reader says it."""
        cells = self.cells
        parts = [cells.name, self._naming.title(self.job.flow), cells.word]
        if self.job.state.is_started:
            parts += [cells.percent, cells.time_left if cells.time_left != text.UNKNOWN else "time left unknown"]
        if cells.second_tone != "quiet":
            parts.append(cells.second)
        return ", ".join(parts)


def cells_of(job: Job, naming: Naming, stages: tuple[Stage, ...], eta_ms: int | None) -> Cells:
    """The texts of one snapshot."""
    second, tone = _second_line(job, naming, stages)
    is_running = job.state in (State.RUNNING, State.COMPLETING)
    return Cells(
        name=text.one_line(job.name),
        second=text.one_line(second),
        second_tone=tone,
        segments=segments_of(job, stages),
        percent=text.percent(100.0 if job.state is State.COMPLETED else job.progress.percent),
        speed=speed_of(job),
        time_left=text.time_left(eta_ms) if is_running else text.UNKNOWN,
        size=_size(job),
        word=text.state_word(job),
        mark=mark_of(job),
    )


def segments_of(job: Job, stages: tuple[Stage, ...]) -> tuple[float, ...]:
    """How much of each Stage is done. One segment stands for all while the Stages are not known."""
    if job.state is State.COMPLETED:
        return (1.0,) * max(1, len(stages))
    places = [stage.id for stage in stages]
    if job.progress.stage not in places:
        return (_step(job.progress.percent / 100),) if not places else (0.0,) * len(places)
    current = places.index(job.progress.stage)
    share = (job.progress.stage_percent or 0.0) / 100
    return tuple(1.0 if n < current else _step(share) if n == current else 0.0 for n in range(len(places)))


def _step(share: float) -> float:
    # A segment is at most some 100 pixels long: finer steps would repaint what looks the same.
    return round(min(1.0, max(0.0, share)) * 128) / 128


def speed_of(job: Job) -> str:
    """Multiples of real time or frames a second: now while it runs, on the whole once it is done."""
    if job.state is State.COMPLETED and job.active_ms and job.source.info and job.source.info.duration_s:
        return text.speed(job.source.info.duration_s * 1000 / job.active_ms)
    if job.state is not State.RUNNING:
        return text.UNKNOWN
    if job.progress.speed > 0:
        return text.speed(job.progress.speed)
    return f"{job.progress.fps:.0f} fps" if job.progress.fps > 0 else text.UNKNOWN


def result_bytes(job: Job) -> int:
    """The size of what a job made, without what lay beside it."""
    return sum(artifact.size for artifact in job.artifacts if artifact.kind == "result")


def output_bytes(job: Job) -> int:
    """How much has been written; 0 while that is no more than a header, which can be so for seconds."""
    made = result_bytes(job) or job.progress.out_bytes
    return made if made >= _HEADER_BYTES or job.state is State.COMPLETED else 0


def gain(job: Job) -> str:
    """`41 % smaller`, `3 % larger`; empty where sizes are not known."""
    made, source = result_bytes(job), job.source.size
    if made <= 0 or source <= 0:
        return ""
    change = round((made / source - 1) * 100)
    if change == 0:
        return "same size"
    return f"{-change} % smaller" if change < 0 else f"{change:,} % larger"


def _second_line(job: Job, naming: Naming, stages: tuple[Stage, ...]) -> tuple[str, str]:
    if job.state is State.FAILED and job.problem:
        return job.problem.message, "err"
    if job.state is State.COMPLETED and job.warnings:
        return job.warnings[0].message, "warn"
    title = naming.title(job.flow)
    stage = next((stage.label for stage in stages if stage.id == job.progress.stage), "")
    match job.state:
        case State.PENDING if job.held_by == "crash":
            fact = "interrupted, goes on with Start now"
        case State.PENDING if job.held_by:
            fact = "held by you"
        case State.PENDING | State.RUNNING if job.waiting_why and job.waiting_for != "lane":
            fact = job.waiting_why
        case State.RUNNING:
            fact = f"{stage} {job.progress.message}".strip()
        case State.COMPLETING:
            fact = "putting the result in place"
        case State.PAUSED | State.PAUSING if stage:
            fact = f"paused by you at “{stage}”"
        case State.CANCELING:
            fact = "stopping, keeping nothing"
        case State.COMPLETED:
            fact = gain(job)
        case State.SKIPPED if job.problem:
            fact = job.problem.message
        case _:
            fact = ""
    return " · ".join(part for part in (title, fact) if part), "quiet"


def _size(job: Job) -> str:
    if job.state is State.COMPLETED:
        return text.size(result_bytes(job)) if job.artifacts else text.UNKNOWN
    if job.state.is_started and (made := output_bytes(job)):
        return text.size(made)
    return text.size(job.source.size) if job.source.size >= 0 else text.UNKNOWN


def _seen(cells: Cells, column: Column) -> tuple[object, ...]:
    match column:
        case Column.NAME:
            return cells.name, cells.second, cells.second_tone, cells.mark
        case Column.PROGRESS:
            return cells.segments, cells.percent, cells.mark.tone
        case Column.SPEED:
            return (cells.speed,)
        case Column.TIME_LEFT:
            return (cells.time_left,)
        case Column.SIZE:
            return (cells.size,)
        case Column.STATUS:
            return cells.word, cells.mark
