"""Progress on a terminal: a bar for each running job and one for all, with the lines of ended jobs above."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from app import text
from app.cli.report import PlainLines
from pipeline.engine.estimate import Eta
from pipeline.model import job as jobs_
from pipeline.model.event import JobChanged, JobProgressed, StepStarted, Told
from pipeline.model.job import Job

_ETA_EVERY_S = 1.0
_NAME_WIDTH = 32


class Bars(PlainLines):
    """Plain lines with bars under them."""

    pulse_s = 0.2

    def __init__(self, console: Console | None = None) -> None:
        super().__init__(sys.stdout, sys.stderr)
        self._console = console or Console()
        # No thread of its own: it is drawn by the pulses of the run.
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[said]}", markup=False),
            console=self._console,
            auto_refresh=False,
            transient=True,
        )
        self._rows: dict[str, TaskID] = {}
        self._labels: dict[str, str] = {}
        self._shown_ms: dict[str, int | None] = {}
        self._shown_at: dict[str, float] = {}
        self._overall: TaskID | None = None
        self._fractions: dict[str, float] = {}
        self._eta: Eta | None = None
        self._eta_at = 0.0
        self._drawn_at = 0.0

    def begin(self, jobs: Sequence[Job]) -> None:
        super().begin(jobs)
        self._fractions = {job.id: 0.0 for job in jobs}
        self._progress.start()
        if self._overall is not None:
            self._progress.remove_task(self._overall)
            self._overall = None
        if len(jobs) > 1:
            self._overall = self._progress.add_task(text.count(len(jobs), "job"), total=100 * len(jobs), said="")

    def told(self, told: Told) -> None:
        match told.event:
            case StepStarted(job_id=job_id, label=label):
                self._labels[job_id] = label
                self._row(job_id)
            case JobProgressed(job_id=job_id, progress=progress):
                self._fractions[job_id] = progress.percent
                self._progress.update(self._row(job_id), completed=progress.percent, said=self._said(job_id, progress))
            case JobChanged(job_id=job_id, state=state) if state.is_terminal or not state.is_started:
                self._drop(job_id)
            case _:
                super().told(told)

    def ended(self, job: Job, number: int, total: int) -> None:
        self._fractions[job.id] = 100.0
        super().ended(job, number, total)

    def pulse(self, queue_eta: Callable[[], Eta | None]) -> None:
        now = time.monotonic()
        if now - self._drawn_at < self.pulse_s:
            return
        self._drawn_at = now
        if self._overall is not None:
            if now - self._eta_at >= _ETA_EVERY_S:
                self._eta, self._eta_at = queue_eta(), now
            left = text.time_left_between(self._eta.low_ms, self._eta.high_ms) if self._eta else ""
            self._progress.update(self._overall, completed=sum(self._fractions.values()), said=left)
        self._progress.refresh()

    def finish(self, jobs: Sequence[Job]) -> None:
        self._progress.stop()
        super().finish(jobs)

    def abandon(self) -> None:
        """Gives the terminal its cursor back."""
        self._progress.stop()

    def _row(self, job_id: str) -> TaskID:
        if job_id not in self._rows:
            name = _shortened(self._names.get(job_id, ""))
            self._rows[job_id] = self._progress.add_task(name, total=100, said="")
        return self._rows[job_id]

    def _drop(self, job_id: str) -> None:
        if (row := self._rows.pop(job_id, None)) is not None:
            self._progress.remove_task(row)

    def _said(self, job_id: str, progress: jobs_.Progress) -> str:
        now = time.monotonic()
        if now - self._shown_at.get(job_id, -_ETA_EVERY_S) >= _ETA_EVERY_S:
            self._shown_ms[job_id] = text.held_steady(self._shown_ms.get(job_id), progress.eta_ms)
            self._shown_at[job_id] = now
        parts = [text.percent(progress.percent), self._labels.get(job_id, ""), text.time_left(self._shown_ms[job_id])]
        if progress.speed:
            parts.append(text.speed(progress.speed))
        return " · ".join(part for part in parts if part and part != text.UNKNOWN)

    def _say(self, line: str) -> None:
        self._print(line, "")

    def _complain(self, line: str) -> None:
        self._print(line, "red")

    def _print(self, line: str, style: str) -> None:
        # A file may be named “[bold]:smile:.mov”: what looks like markup is a name.
        self._console.print(line, style=style, markup=False, emoji=False, highlight=False, soft_wrap=True)


def _shortened(name: str) -> str:
    if len(name) <= _NAME_WIDTH:
        return name.ljust(_NAME_WIDTH)
    half = (_NAME_WIDTH - 1) // 2
    return f"{name[:half]}…{name[-half:]}".ljust(_NAME_WIDTH)
