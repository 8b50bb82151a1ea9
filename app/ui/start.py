"""Opens the window and keeps it until it is closed: what is started here is stopped here, in the other order."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Sequence
from types import FrameType

import qasync
from PySide6.QtCore import QObject, QSocketNotifier, Slot
from PySide6.QtWidgets import QApplication, QMessageBox

from app.bridge.executor import PoolExecutor
from app.home import Home, claim
from app.settings import load_settings
from app.ui import theme
from app.ui.parts import Bootstrap
from app.ui.window import Window, explain
from pipeline.model.problem import PipelineError, Problem

ENDED_WELL, FAILED = 0, 1
_STOP_S = 10.0

_LOG = logging.getLogger(__name__)


def open_window(files: Sequence[str], home: Home, bootstrap: Callable[[], Bootstrap]) -> int:
    """Opens the window with these files queued, and returns the exit code when it has been closed.

    `bootstrap` gives what opens the engine; it stands above the window, so it is handed in.
    """
    app = QApplication(["reelyard"])
    app.setApplicationName("Reelyard")
    # The loop ends when the story of the window ends, not when its last window is closed: work is still to be stopped.
    app.setQuitOnLastWindowClosed(False)
    app.setDesktopFileName("reelyard")
    settings = load_settings(home.settings_file).settings
    theme.install(app, settings.theme)
    executor = PoolExecutor()
    try:
        owner = claim(home)
    except PipelineError as error:
        return _tell(error.problem)
    with owner:
        try:
            core = bootstrap().open_core(home, settings, executor, scope="all")
        except PipelineError as error:
            return _tell(error.problem)
        loop = qasync.QEventLoop(app)
        asyncio.set_event_loop(loop)
        try:
            window = Window(core, executor, settings.destination)
            loop.run_until_complete(_live(window, list(files)))
        finally:
            # Work is stopped before the loop it reports to, and the QApplication outlives the pool.
            core.close()
            executor.close(_STOP_S)
            loop.close()
    return ENDED_WELL


async def _live(window: Window, files: list[str]) -> None:
    closed = asyncio.get_running_loop().create_future()
    window.frame.leaving.connect(lambda: None if closed.done() else closed.set_result(None))
    bell = _Bell(window.frame.leave)
    window.frame.show()
    if files:
        window.add(files)
    await closed
    bell.close()
    await window.close()


def _tell(problem: Problem) -> int:
    title, sentence = explain(problem)
    box = QMessageBox(QMessageBox.Icon.Warning, "Reelyard", title)
    box.setInformativeText(sentence)
    box.exec()
    return FAILED


class _Bell(QObject):
    """Ends the window on Ctrl+C and on SIGTERM. Python runs a signal's handler only between its own instructions, of
    which there are none while Qt waits; so the signal rings at a socket that Qt listens to."""

    def __init__(self, on_signal: Callable[[], None]) -> None:
        super().__init__()
        self._on_signal = on_signal
        self._here, self._there = socket.socketpair()
        self._here.setblocking(False)
        self._there.setblocking(False)
        self._before = {number: signal.signal(number, _nothing) for number in (signal.SIGINT, signal.SIGTERM)}
        self._old_fd = signal.set_wakeup_fd(self._there.fileno())
        self._notifier = QSocketNotifier(self._here.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_rung)

    def close(self) -> None:
        """Gives the signals back."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._old_fd)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._here.close()
        self._there.close()

    @Slot()
    def _on_rung(self) -> None:
        self._here.recv(16)
        self._on_signal()


def _nothing(number: int, frame: FrameType | None) -> None:
    """The bell has rung already."""
