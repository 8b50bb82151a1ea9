"""A window on a fake engine, and the means to act on it as a person does. Stories run inside the window's own loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import PySide6
import qasync
import shiboken6
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox, QWidget

from app.bridge.executor import PoolExecutor
from app.home import find_home
from app.ui.job_table import JobTable
from app.ui.main_window import MainWindow
from app.ui.window import Window
from pipeline.model.destination import Destination
from pipeline.model.job import Job
from pipeline.model.state import State
from tests.app.ui.fake_control import FakeControl, FakeCore, FakeFiles

LIMIT_S = 60.0

# Loops and pools hold Qt objects in circles of references. Collected as garbage they might die in an engine's thread
# of a later test, and Qt would complain; the program has one of each, and it lives until the end.
KEPT: list[object] = []


@dataclass
class Scene:
    """What a story acts on."""

    window: Window
    core: FakeCore
    files: FakeFiles
    folder: Path

    @property
    def frame(self) -> MainWindow:
        return self.window.frame

    @property
    def table(self) -> JobTable:
        return self.window.frame.queue.table

    @property
    def control(self) -> FakeControl:
        return self.core.control

    async def has_rows(self, count: int) -> None:
        await until(lambda: self.window.jobs.rowCount() == count, f"{count} rows")

    async def put(self, name: str, state: State = State.PENDING, **changes: object) -> Job:
        """A job of the engine's that is listed."""
        job = self.control.put(name, state, **changes)
        await until(lambda: self.window.jobs.row(job.id) is not None, f"{name} in the list")
        return job

    async def shows(self, job: Job, state: State) -> None:
        """Waits until the list has the job in a state."""

        def is_so() -> bool:
            row = self.window.jobs.row(job.id)
            return row is not None and row.job.state is state

        await until(is_so, f"{job.name} to be {state}")

    def select(self, *jobs: Job) -> None:
        self.table.clearSelection()
        for job in jobs:
            row = self.window.jobs.row(job.id)
            assert row is not None
            index = self.window.jobs.index(row.at, 0)
            flags = self.table.selectionModel().SelectionFlag
            self.table.selectionModel().setCurrentIndex(index, flags.Select | flags.Rows)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.table, key, modifier)


async def until(condition: Callable[[], object], what: str) -> None:
    """Waits inside the loop for a condition."""

    async def poll() -> None:
        while not condition():
            await asyncio.sleep(0.005)

    try:
        await asyncio.wait_for(poll(), LIMIT_S)
    except TimeoutError:
        raise AssertionError(f"waited in vain for {what}") from None


def play(
    app: QApplication,
    folder: Path,
    story: Callable[[Scene], Awaitable[None]],
    prepare: Callable[[FakeCore], object] = lambda core: None,
    past: Sequence[Job] = (),
) -> None:
    """Opens a window, runs a story in its loop, and closes all in order."""
    core, files, executor = FakeCore(find_home(str(folder / "home")), past), FakeFiles(), PoolExecutor()
    KEPT.append(executor)
    prepare(core)

    async def whole() -> None:
        window = Window(core.as_core(), executor, Destination(), files)
        window.frame.show()
        try:
            await story(Scene(window, core, files, folder))
        finally:
            window.frame.leave()
            await window.close()
            # Else every window of a run would live on, and hear of each change of style.
            await until(lambda: not shiboken6.isValid(window.frame), "the window to be gone")

    in_loop(app, whole)
    core.close()
    assert executor.close(10)


def in_loop(app: QApplication, story: Callable[[], Awaitable[None]]) -> None:
    """Runs a coroutine in a loop that is Qt's and asyncio's at once."""
    loop = qasync.QEventLoop(app)
    KEPT.append(loop)
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(asyncio.wait_for(story(), 2 * LIMIT_S))
    finally:
        loop.close()
        asyncio.set_event_loop(None)


def drag_enter(spot: QPoint, mime: QMimeData, modifiers: Qt.KeyboardModifier) -> QDragEnterEvent:
    """A drag that comes over a window. Qt 6.12 wants its place as QPointF; 6.11 knows QPoint only."""
    place: Any = QPointF(spot) if PySide6.__version_info__ >= (6, 12) else spot
    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    return QDragEnterEvent(place, actions, mime, Qt.MouseButton.LeftButton, modifiers)


def drop(
    target: QWidget,
    paths: Sequence[Path | str],
    at: QPoint | None = None,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    lets_go: bool = True,
) -> QDropEvent:
    """Drags files over a window and lets go; returns the last event, with the answer. A lone drop would be ignored."""
    mime = QMimeData()
    mime.setUrls([QUrl(path) if isinstance(path, str) else QUrl.fromLocalFile(str(path)) for path in paths])
    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    spot, button = at or QPoint(300, 200), Qt.MouseButton.LeftButton
    enter = drag_enter(spot, mime, modifiers)
    QApplication.sendEvent(target, enter)
    assert enter.isAccepted()
    assert enter.dropAction() is Qt.DropAction.CopyAction
    if not lets_go:
        QApplication.sendEvent(target, QDragLeaveEvent())
        return enter
    event = QDropEvent(QPointF(spot), actions, mime, button, modifiers)
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        event.setDropAction(Qt.DropAction.MoveAction)
    QApplication.sendEvent(target, event)
    return event


def open_menu() -> QMenu:
    """The menu that is open now."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def entry(menu: QMenu, id_: str) -> QAction:
    """A menu's line by its action's id."""
    return next(action for action in menu.actions() if action.objectName() == id_)


def question(parent: QWidget) -> QMessageBox | None:
    """The question that is open on a window."""
    return next((box for box in parent.findChildren(QMessageBox) if box.isVisible()), None)


def answer(parent: QWidget, label: str) -> None:
    """Presses a button of the open question."""
    box = question(parent)
    assert box is not None
    next(button for button in box.buttons() if button.text() == label).click()
