"""The product's window on an engine of its own, for benchmarks: shown offscreen unless a screen is asked for."""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import qasync
from PySide6.QtWidgets import QApplication

from app.bootstrap import Core, open_core
from app.bridge.executor import PoolExecutor
from app.home import find_home
from app.settings import Settings
from app.ui import theme
from app.ui.window import Window
from pipeline.model.destination import Destination


def in_window(work: Callable[[Window, Core, Path], Awaitable[None]], **settings: Any) -> None:
    """Opens a window with an empty home, runs `work` in its loop, and closes everything in order."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication(["reelyard"])
    # As in the product: the loop ends when all is put away, not when the last window is.
    app.setQuitOnLastWindowClosed(False)
    theme.install(app, "light")
    executor = PoolExecutor()
    with tempfile.TemporaryDirectory(prefix="reelyard-bench-") as place:
        folder = Path(place)
        core = open_core(find_home(str(folder / "home")), Settings(**settings), executor, scope="all")
        loop = qasync.QEventLoop(app)
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(_shown(work, core, executor, folder))
        finally:
            core.close()
            executor.close(10.0)
            loop.close()


async def _shown(
    work: Callable[[Window, Core, Path], Awaitable[None]], core: Core, executor: PoolExecutor, folder: Path
) -> None:
    window = Window(core, executor, Destination(os.fsencode(folder / "out")))
    window.frame.resize(1200, 800)
    window.frame.show()
    await asyncio.sleep(0.2)
    gc.freeze()  # as the product does once its window stands
    try:
        await work(window, core, folder)
    finally:
        await window.close()
