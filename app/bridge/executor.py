"""Jobs and the window's own waiting work on Qt's pool threads, started at once. It is no queue."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QRunnable, QThreadPool

T = TypeVar("T")

THREADS = 256
# A parent-death signal fires when the thread that started the child ends: Qt's 30 s for idle threads would then
# kill whatever such a thread had left running. Waiting threads cost 32 KB each, so they simply stay.
NEVER_EXPIRE = -1

_LOG = logging.getLogger(__name__)


class PoolExecutor:
    """Implements the engine's Executor on a QThreadPool of its own. Any thread may start work."""

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(threads)
        self._pool.setExpiryTimeout(NEVER_EXPIRE)

    def start(self, work: Callable[[], None]) -> None:
        """Starts `work` in a thread at once, also when all are busy: one more is made for it then."""
        runnable = _Work(work)
        if not self._pool.tryStart(runnable):
            self._pool.setMaxThreadCount(self._pool.maxThreadCount() + 32)
            self._pool.start(runnable)

    def close(self, timeout_s: float) -> bool:
        """Waits for all work to end; False if some of it did not in time."""
        return self._pool.waitForDone(round(timeout_s * 1000))

    async def ask(self, work: Callable[[], T]) -> T:
        """Runs `work` in a thread and returns or raises what it does, in the running loop."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def settle(value: T | None, error: BaseException | None) -> None:
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(value)  # type: ignore[arg-type]

        def run() -> None:
            value: T | None = None
            error: BaseException | None = None
            try:
                value = work()
            except BaseException as caught:
                error = caught
            try:
                loop.call_soon_threadsafe(settle, value, error)
            except RuntimeError:
                _LOG.debug("the loop was closed before its answer came")

        self.start(run)
        return await answer


class _Work(QRunnable):
    """One piece of work. What it raises is logged: an exception in a pool thread is else printed and lost, and
    `SystemExit` there would end the process."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        try:
            self._work()
        except BaseException:
            _LOG.exception("work in a pool thread failed")
