"""A flag one can ask, wait for, and hang a callback on."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable


class Cancel:
    """Set once, never cleared. Any thread may call any method; callbacks run in the thread that sets it."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._numbers = itertools.count()

    def is_set(self) -> bool:
        """Whether the work is no longer wanted."""
        return self._event.is_set()

    def set(self) -> None:
        """Says that the work is no longer wanted. A second call does nothing."""
        with self._lock:
            if self._event.is_set():
                return
            self._event.set()
            callbacks, self._callbacks = list(self._callbacks.values()), {}
        for callback in callbacks:
            callback()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Blocks until set or until the time is over; returns whether it is set."""
        return self._event.wait(timeout_s)

    def on_set(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls back once when set, at once if it is set already. Returns what takes the callback off again."""
        with self._lock:
            if not self._event.is_set():
                number = next(self._numbers)
                self._callbacks[number] = callback
                return lambda: self._forget(number)
        callback()
        return lambda: None

    def _forget(self, number: int) -> None:
        with self._lock:
            self._callbacks.pop(number, None)
