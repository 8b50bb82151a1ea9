"""The live windows that are open: one for a job, so many at most, each fed with its job's news."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.bridge.events import News
from app.models.jobs import JobsModel
from app.ui.job_verbs import JobVerbs
from app.ui.live_window import LiveWindow

MOST = 12

ReadLog = Callable[[str], Awaitable[tuple[str, ...]]]


class LiveWindows(QObject):
    """Opens, feeds and closes them. `remedy_chosen` tells a job's id and its Remedy's action."""

    remedy_chosen = Signal(str, str)

    def __init__(self, model: JobsModel, verbs: JobVerbs, read_log: ReadLog, owner: QWidget) -> None:
        super().__init__(owner)
        self._model = model
        self._verbs = verbs
        self._read_log = read_log
        self._owner = owner
        self._windows: dict[str, LiveWindow] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        model.renewed.connect(self._on_renewed)
        model.gone.connect(self._on_gone)
        verbs.live_asked.connect(self.show)

    def window_of(self, job_id: str) -> LiveWindow | None:
        """The open window of a job."""
        return self._windows.get(job_id)

    @Slot(str, bool)
    def show(self, job_id: str, with_log: bool = False) -> None:
        """Opens a job's window, or brings it to the front."""
        row = self._model.row(job_id)
        if row is None:
            return
        window = self._windows.get(job_id)
        if window is None:
            if len(self._windows) >= MOST:
                next(iter(self._windows.values())).close()
            window = self._windows[job_id] = LiveWindow(row, self._verbs, self._owner)
            window.closed.connect(self._on_closed)
            window.log_wanted.connect(self._on_log_wanted)
            window.remedy_chosen.connect(self.remedy_chosen)
            window.show()
        window.raise_()
        if with_log and not window.has_log:
            window.unfold_log(is_open=True)

    def close_all(self) -> None:
        """Closes them, before the end."""
        for window in list(self._windows.values()):
            window.close()
        for task in self._tasks:
            task.cancel()

    @Slot(object)
    def take(self, news: News) -> None:
        """Hands log lines to the windows that show them."""
        for job_id, lines in news.logs.items():
            window = self._windows.get(job_id)
            if window is not None and window.has_log:
                window.say([line.line for line in lines])

    @Slot(object)
    def _on_renewed(self, ids: frozenset[str]) -> None:
        for job_id in ids & self._windows.keys():
            row = self._model.row(job_id)
            if row is not None:
                self._windows[job_id].show_row(row)

    @Slot(object)
    def _on_gone(self, ids: frozenset[str]) -> None:
        for job_id in ids & self._windows.keys():
            self._windows[job_id].close()

    @Slot(str)
    def _on_closed(self, job_id: str) -> None:
        self._windows.pop(job_id, None)

    @Slot(str)
    def _on_log_wanted(self, job_id: str) -> None:
        task = asyncio.get_running_loop().create_task(self._fill_log(job_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _fill_log(self, job_id: str) -> None:
        lines = await self._read_log(job_id)
        if (window := self._windows.get(job_id)) is not None:
            window.say(lines)
