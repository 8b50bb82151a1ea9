"""What a person can do with jobs, as calls on Control and the desktop. Tells what came of it; shows nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from app import text
from app.ui import file_manager
from pipeline.engine.control import Control
from pipeline.model.job import Job
from pipeline.model.problem import Problem
from pipeline.model.source import shown

# Work of that much time is not thrown away without asking.
ASK_FROM_MS = 10 * 60 * 1000


class FileManager(Protocol):
    """The desktop's file manager."""

    def reveal(self, paths: Sequence[str]) -> None: ...


class JobVerbs(QObject):
    """Every verb takes the jobs it is for; those it does not fit are refused by the engine, with a reason."""

    said = Signal(str, str, object)  # a sentence, a button, and what the button does: for a toast
    live_asked = Signal(str, bool)  # show a job's live window, with its log unfolded
    cancel_asked = Signal(object)  # much work would be lost: ask about these jobs first

    def __init__(self, control: Control, files: FileManager = file_manager, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._control = control
        self._files = files

    def start(self, jobs: Sequence[Job]) -> None:
        self._do(self._control.start, jobs)

    def hold(self, jobs: Sequence[Job]) -> None:
        self._do(self._control.hold, jobs)

    def release(self, jobs: Sequence[Job]) -> None:
        self._control.release([job.id for job in jobs])

    def pause(self, jobs: Sequence[Job]) -> None:
        self._do(self._control.pause, jobs)

    def resume(self, jobs: Sequence[Job]) -> None:
        self._do(self._control.resume, jobs)

    def retry(self, jobs: Sequence[Job]) -> None:
        self._do(self._control.retry, jobs)

    def remove(self, jobs: Sequence[Job]) -> None:
        if self._do(self._control.remove, jobs):
            self.said.emit(f"{text.count(len(jobs), 'job')} removed from the list", "", None)

    def cancel(self, jobs: Sequence[Job]) -> None:
        """Cancels, and offers to take it back. Asks first where much work would be lost."""
        if any(job.active_ms >= ASK_FROM_MS for job in jobs):
            self.cancel_asked.emit(tuple(jobs))
        else:
            self.cancel_now(jobs)

    def cancel_now(self, jobs: Sequence[Job]) -> None:
        """Cancels without asking."""
        if self._do(self._control.cancel, jobs):
            what = text.one_line(jobs[0].name) if len(jobs) == 1 else text.count(len(jobs), "job")
            self.said.emit(f"{what} cancelled", "Undo", lambda: self.retry(jobs))

    def move_first(self, jobs: Sequence[Job]) -> None:
        self._move(jobs, "first")

    def move_last(self, jobs: Sequence[Job]) -> None:
        self._move(jobs, "last")

    def move_up(self, jobs: Sequence[Job]) -> None:
        self._move(jobs, "up")

    def move_down(self, jobs: Sequence[Job]) -> None:
        self._move(jobs, "down")

    def show_live(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self.live_asked.emit(job.id, False)

    def show_log(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self.live_asked.emit(job.id, True)

    def show_result(self, jobs: Sequence[Job]) -> None:
        self._files.reveal([path for job in jobs for path in result_paths(job)])

    def show_source(self, jobs: Sequence[Job]) -> None:
        self._files.reveal([job.source.file for job in jobs])

    def copy_source(self, jobs: Sequence[Job]) -> None:
        self._copy([shown(job.source.path) for job in jobs])

    def copy_result(self, jobs: Sequence[Job]) -> None:
        self._copy([shown(path) for job in jobs for path in result_paths(job)])

    def _do(self, verb: Callable[[Sequence[str]], Sequence[Problem]], jobs: Sequence[Job]) -> bool:
        refusals = verb([job.id for job in jobs])
        if refusals:
            self.said.emit(refusals[0].message, "", None)
        return not refusals

    def _move(self, jobs: Sequence[Job], where: Literal["first", "last", "up", "down"]) -> None:
        self._control.move([job.id for job in jobs], where)

    def _copy(self, paths: Sequence[str]) -> None:
        QGuiApplication.clipboard().setText("\n".join(paths))
        self.said.emit("Path copied" if len(paths) == 1 else f"{len(paths):,} paths copied", "", None)


def result_paths(job: Job) -> list[str]:
    """Where a job's results are."""
    return [artifact.file for artifact in job.artifacts if artifact.kind == "result"]
