"""One ended job as the history shows it."""

from __future__ import annotations

import datetime as dt
from enum import IntEnum
from typing import NamedTuple

from app import text
from app.models.job_row import gain, result_bytes, speed_of
from app.models.marks import Mark, mark_of
from app.models.naming import Naming
from pipeline.model.job import Job
from pipeline.model.state import State


class HistoryColumn(IntEnum):
    """The columns of the history, in order."""

    NAME = 0
    RESULT = 1
    SPEED = 2
    TOOK = 3
    OUTPUT = 4
    STATUS = 5


HEADINGS = {
    HistoryColumn.NAME: "Name",
    HistoryColumn.RESULT: "Result",
    HistoryColumn.SPEED: "Speed",
    HistoryColumn.TOOK: "Took",
    HistoryColumn.OUTPUT: "Output",
    HistoryColumn.STATUS: "Status",
}
TO_THE_RIGHT = (HistoryColumn.SPEED, HistoryColumn.TOOK, HistoryColumn.OUTPUT)


class HistoryCells(NamedTuple):
    """What a row of the history shows."""

    name: str
    second: str
    second_tone: str
    result: str
    speed: str
    took: str
    output: str
    word: str
    mark: Mark


class HistoryRow:
    """An ended job and its texts, made when it is looked at."""

    __slots__ = ("_cells", "_naming", "job")

    def __init__(self, job: Job, naming: Naming) -> None:
        self.job = job
        self._naming = naming
        self._cells: HistoryCells | None = None

    @property
    def cells(self) -> HistoryCells:
        """The texts of its cells."""
        if self._cells is None:
            self._cells = _cells_of(self.job, self._naming)
        return self._cells

    def plain(self, column: HistoryColumn) -> str:
        """The text of one cell."""
        cells = self.cells
        match column:
            case HistoryColumn.NAME:
                return cells.name
            case HistoryColumn.RESULT:
                return cells.result
            case HistoryColumn.SPEED:
                return cells.speed
            case HistoryColumn.TOOK:
                return cells.took
            case HistoryColumn.OUTPUT:
                return cells.output
            case HistoryColumn.STATUS:
                return cells.word

    def spoken(self) -> str:
        """The row as a screen reader says it."""
        cells = self.cells
        return ", ".join(part for part in (cells.name, cells.second, cells.word, cells.result) if part != text.UNKNOWN)


def _cells_of(job: Job, naming: Naming) -> HistoryCells:
    is_failed = job.state is State.FAILED and job.problem is not None
    title, ended = naming.title(job.flow), when(job.ended_ms)
    second = job.problem.message if is_failed and job.problem else " · ".join(part for part in (title, ended) if part)
    made = result_bytes(job)
    return HistoryCells(
        name=text.one_line(job.name),
        second=text.one_line(second),
        second_tone="err" if is_failed else "quiet",
        result=_result(job),
        speed=speed_of(job),
        took=text.duration(job.active_ms / 1000) if job.active_ms else text.UNKNOWN,
        output=text.size(made) if made else text.UNKNOWN,
        word=text.state_word(job),
        mark=mark_of(job),
    )


def _result(job: Job) -> str:
    match job.state:
        case State.COMPLETED if job.warnings:
            return text.one_line(job.warnings[0].message)
        case State.COMPLETED:
            return gain(job) or text.UNKNOWN
        case State.SKIPPED if job.problem:
            return text.one_line(job.problem.message)
        case State.CANCELED if job.progress.percent > 0:
            return f"cancelled at {text.percent(job.progress.percent)}"
        case _:
            return text.UNKNOWN


def when(ms: int | None, now: dt.datetime | None = None) -> str:
    """`Today 09:41`, `Yesterday 18:20`, `Fri 20 Nov`, `20 Nov 2025`; local time, empty when unknown."""
    if ms is None:
        return ""
    moment = dt.datetime.fromtimestamp(ms / 1000).astimezone()
    today = (now or dt.datetime.now()).astimezone().date()
    days = (today - moment.date()).days
    if days == 0:
        return f"Today {moment:%H:%M}"
    if days == 1:
        return f"Yesterday {moment:%H:%M}"
    if moment.year == today.year:
        return f"{moment:%a} {moment.day} {moment:%b}"
    return f"{moment.day} {moment:%b %Y}"
