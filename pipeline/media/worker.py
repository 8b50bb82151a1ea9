"""A child of ours that lives on between questions: lines go in, lines come out, and it may hang or die."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress

from pipeline.media.mark import environment
from pipeline.media.tree import Tree

_ANSWER_LIMIT = 4 * 1024 * 1024
_TAIL_LINES = 20
_LINE_LIMIT = 500


class Worker:
    """One child, and two threads that listen to it. Only one thread may ask at a time; any may kill."""

    def __init__(self, command: Sequence[str], mark: str = "") -> None:
        """Starts it. `mark` is by which `mark.sweep` finds it if it outlives us."""
        self._tree = Tree(command, env=environment(command[0], mark), pipes="apart")
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self._listener = threading.Thread(target=self._listen, name="worker-answers", daemon=True)
        self._keeper = threading.Thread(target=self._keep, name="worker-errors", daemon=True)
        self._listener.start()
        self._keeper.start()

    def is_alive(self) -> bool:
        """Whether it may be asked. One that was killed while it was idle must not be blamed on the next file."""
        return self._listener.is_alive()

    def send(self, line: bytes) -> None:
        """Asks one thing. Of a dead worker the answer does not come."""
        with suppress(OSError, ValueError):  # its pipe is closed once it is reaped
            self._tree.stdin.write(line + b"\n")
            self._tree.stdin.flush()

    def next(self, limit_s: float) -> bytes | None:
        """The next line it says; empty or without its end where it died, None where none came in time."""
        try:
            return self._answers.get(timeout=limit_s)
        except queue.Empty:
            return None

    def last_words(self) -> str:
        """What it complained of last."""
        self._keeper.join(timeout=2)
        return "\n".join(self._tail)

    def kill(self) -> None:
        """Ends it at once. Its threads end by themselves."""
        self._tree.kill()

    def join(self) -> None:
        """Waits for the end of a killed worker, unless the system cannot end it: a drive may hold it for ever."""
        self._keeper.join(timeout=2)

    def _listen(self) -> None:
        while line := self._tree.stdout.readline(_ANSWER_LIMIT):
            self._answers.put(line)
        self._answers.put(b"")

    def _keep(self) -> None:
        """Takes what the libraries complain of, so that they never block, and at the end reaps the child."""
        while line := self._tree.stderr.readline(_LINE_LIMIT):
            self._tail.append(line.decode("utf-8", "replace").rstrip())
        self._listener.join()
        code = self._tree.reap()
        if code < 0:
            self._tail.append(f"Ended by signal {-code}.")
