"""Opens the window and keeps it until it is closed: what is started here is stopped here, in the other order."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TYPE_CHECKING

import qasync
from PySide6.QtCore import QObject, QSocketNotifier, Slot
from PySide6.QtWidgets import QApplication, QMessageBox

from app.bridge.executor import PoolExecutor
from app.home import Home, claim
from app.settings import load_settings
from app.ui import theme
from app.ui.main_window import MainWindow
from pipeline.model.problem import PipelineError, Problem

if TYPE_CHECKING:
    from app.ui.parts import Bootstrap, Core

ENDED_WELL, FAILED = 0, 1
_STOP_S = 10.0


def open_window(files: Sequence[str], home: Home, bootstrap: Callable[[], Bootstrap]) -> int:
    """Opens the window with these files queued, and returns the exit code when it has been closed.

    `bootstrap` gives what opens the engine; it stands above the window, so it is handed in.
    """
    app = QApplication(["reelyard"])
    app.setApplicationName("Reelyard")
    # The loop ends when the story of the window ends, not when its last window is closed: work is still to be stopped.
    app.setQuitOnLastWindowClosed(False)
    settings = load_settings(home.settings_file).settings
    theme.install(app, settings.theme)
    try:
        owner = claim(home)
    except PipelineError as error:
        return _tell(error.problem)
    executor = PoolExecutor()
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    core: Core | None = None

    async def live() -> None:
        nonlocal core
        frame = MainWindow()
        await _first_paint(frame)
        # Loaded and opened now, that a window is seen: the engine takes longer than the frame.
        from app.ui.window import Window

        core = bootstrap().open_core(home, settings, executor, scope="all")
        window = Window(core, executor, settings.destination, frame=frame)
        # What the program itself is made of stays until the end: collecting garbage among it would hold the window up.
        gc.freeze()
        if files:
            window.add(list(files))
        await _until_left(frame)
        await window.close()

    with owner:
        try:
            loop.run_until_complete(live())
        except PipelineError as error:
            return _tell(error.problem)
        finally:
            # Work is stopped before the loop it reports to, and the QApplication outlives the pool.
            if core is not None:
                core.close()
            executor.close(_STOP_S)
            loop.close()
    return ENDED_WELL


async def _first_paint(frame: MainWindow) -> None:
    painted = asyncio.get_running_loop().create_future()
    frame.painted.connect(lambda: painted.set_result(None))
    frame.show()
    await painted


async def _until_left(frame: MainWindow) -> None:
    """Until the window is closed, or a signal asks for it."""
    left = asyncio.get_running_loop().create_future()
    frame.leaving.connect(lambda: None if left.done() else left.set_result(None))
    bell = _Bell(frame.leave)
    if not frame.isVisible():  # closed before there was anything in it
        left.set_result(None)
    await left
    bell.close()


def explain(problem: Problem) -> tuple[str, str]:
    """A Problem as the title and the text of a box, for when there is no window to show it in."""
    return problem.message, f"{problem.why} {problem.remedy.text}"


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
