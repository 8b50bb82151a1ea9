"""A time limit in the shape of a cancel signal, for questions to a tool that may hang."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType


class Limit:
    """Sets itself after `seconds`. Use it in a `with` block: leaving the block stops the clock."""

    def __init__(self, seconds: float) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        self._timer = threading.Timer(seconds, self._set)
        self._timer.daemon = True

    def __enter__(self) -> Limit:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timer.join()

    def is_set(self) -> bool:
        """Whether the time is over."""
        return self._event.is_set()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Blocks until the time is over, or this much of it; returns whether it is over."""
        return self._event.wait(timeout_s)

    def on_set(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls back once when the time is over, at once if it is. Returns what takes the callback off again."""
        with self._lock:
            if not self._event.is_set():
                self._callbacks.append(callback)
                return lambda: self._forget(callback)
        callback()
        return lambda: None

    def _forget(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

    def _set(self) -> None:
        with self._lock:
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()
