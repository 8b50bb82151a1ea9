"""What the main thread of a run waits for: told events from the Bus, and the signals of whoever wants it to end."""

from __future__ import annotations

import os
import queue
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from enum import Enum
from types import FrameType
from typing import Any

from app.cli.out import CANCELED
from pipeline.model.event import Told

_SHOW_CURSOR = b"\x1b[?25h\r\n"


class Wish(Enum):
    """How a run is to end before its jobs have."""

    CANCEL = "cancel"  # Ctrl+C: the jobs are no longer wanted
    LEAVE = "leave"  # SIGTERM, or the terminal is gone: the jobs are kept for `resume`


class Inbox:
    """Filled from any thread and from signal handlers, emptied by the main thread.

    A signal handler runs between two instructions of the main thread, whatever lock that holds. So it only notes
    the wish and wakes the main thread, by a queue that allows it; what follows from the wish is done there.
    """

    def __init__(self) -> None:
        self.wish: Wish | None = None
        self._queue: queue.SimpleQueue[Sequence[Told]] = queue.SimpleQueue()
        self._kept: deque[Sequence[Told]] = deque()

    def put(self, told: Sequence[Told]) -> None:
        """Hands over events; a reader of the Bus."""
        self._queue.put(told)

    def take(self, timeout_s: float) -> Sequence[Told]:
        """The next events; empty when the time is over or a wish has come."""
        if self._kept:
            return self._kept.popleft()
        try:
            return self._queue.get(timeout=timeout_s)
        except queue.Empty:
            return ()

    def wait(self, future: Future[Any]) -> bool:
        """Waits until the future is done, or until a wish has come; says whether it is done. Keeps all events."""
        future.add_done_callback(lambda _: self._queue.put(()))
        while not future.done() and self.wish is None:
            self._kept.append(self._queue.get())
        return future.done()

    @contextmanager
    def hearing_signals(self) -> Iterator[None]:
        """Within, Ctrl+C cancels and a second one kills; SIGTERM and SIGHUP leave. Main thread only."""
        wishes = {signal.SIGINT: Wish.CANCEL, signal.SIGTERM: Wish.LEAVE}
        if sys.platform != "win32":
            wishes[signal.SIGHUP] = Wish.LEAVE
        before = {number: signal.signal(number, self._hears(wish)) for number, wish in wishes.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _hears(self, wish: Wish) -> Callable[[int, FrameType | None], None]:
        def hear(number: int, frame: FrameType | None) -> None:
            if self.wish is Wish.CANCEL and wish is Wish.CANCEL:
                # Asked twice: nothing orderly is wanted. The leash kills every tool once this process is gone.
                if sys.stdout.isatty():
                    os.write(sys.stdout.fileno(), _SHOW_CURSOR)
                os._exit(CANCELED)
            self.wish = wish
            self._queue.put(())

        return hear
