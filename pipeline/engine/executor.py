"""Where jobs run: a thread each, started at once. It is no queue; Scheduler and Lanes do the limiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol


class Executor(Protocol):
    """Starts work in a thread of its own."""

    def start(self, work: Callable[[], None]) -> None:
        """Starts it at once. `work` catches what it raises."""
        ...

    def close(self, timeout_s: float) -> bool:
        """Waits for all work to end; False if some of it did not in time."""
        ...


class Threads:
    """Plain threads, for the command line and for tests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._alive: set[threading.Thread] = set()

    def start(self, work: Callable[[], None]) -> None:
        """Starts `work` in a new thread."""

        def run() -> None:
            try:
                work()
            finally:
                with self._lock:
                    self._alive.discard(threading.current_thread())

        thread = threading.Thread(target=run, name="job")
        with self._lock:
            self._alive.add(thread)
        thread.start()

    def close(self, timeout_s: float) -> bool:
        """Joins every thread."""
        deadline = time.monotonic() + timeout_s
        with self._lock:
            alive = list(self._alive)
        for thread in alive:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in alive)
