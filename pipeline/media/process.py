"""Runs one child process: starts it, listens to it, suspends, ends and reaps it, and all it started with it.

Nothing else in the product starts, signals or waits for a tool.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, assert_never

from pipeline.media.mark import environment, sweep
from pipeline.media.progress import Ear, Heard, Line, Value
from pipeline.media.tree import Tree, close, could_not_start
from pipeline.model.problem import PipelineError, destination_missing, out_of_memory, tool_missing
from pipeline.model.stage import Canceled, CancelSignal, Command, Tick

__all__ = ["Exit", "Running", "close", "run", "sweep"]

_LINES = 200
_LINES_BYTES = 16 * 1024
_COMPLAINTS = 20


@dataclass(frozen=True)
class Exit:
    """How a process ended.

    `code` is its exit code; negative: the signal that ended it. `active_s` is wall time without the suspended time.
    `lines` are the last log lines (at most 200, 16 KiB in all), `complaints` the first 20 errors, each with the
    output time they were seen at. `value` is what one of our own children returned. `stalled_s` above 0: we killed
    it because it had been quiet for so long. `cpu_s` is its processor time, 0 where the system does not say.
    """

    code: int
    active_s: float
    lines: tuple[str, ...]
    complaints: tuple[tuple[float, str], ...]
    last_tick: Tick | None
    value: Any = None
    stalled_s: float = 0.0
    cpu_s: float = 0.0


class Running:
    """A process while it runs. Any thread may call any of these; all are safe after the end, none blocks."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._lock = threading.Lock()
        self._started_at = time.monotonic()
        self._ended_at: float | None = None
        self._suspended_at: float | None = None
        self._suspended_s = 0.0
        self._heard_at_s = 0.0
        self._stalled_s = 0.0

    @property
    def pid(self) -> int:
        """Its process id, which is also its session's and its group's."""
        return self._tree.pid

    def suspend(self) -> None:
        """Stops the whole tree where it stands, until it is resumed or killed."""
        with self._lock:
            if self._suspended_at is None and self._ended_at is None:
                self._suspended_at = time.monotonic()
                self._tree.suspend()

    def resume(self) -> None:
        """Lets a suspended tree go on."""
        with self._lock:
            if self._suspended_at is not None:
                self._suspended_s += self._now() - self._suspended_at
                self._suspended_at = None
                self._tree.resume()

    def kill(self, stalled_s: float = 0.0) -> None:
        """Ends the whole tree at once, suspended or not. `stalled_s`: because it was quiet for so long."""
        with self._lock:
            if self._ended_at is None:
                self._stalled_s = stalled_s
                self._tree.kill()

    def quiet_s(self) -> float:
        """Seconds since a tick last moved, or, for a tool that has no ticks, since it printed; suspension left out.

        0 once it has ended.
        """
        with self._lock:
            return self._active_s() - self._heard_at_s if self._ended_at is None else 0.0

    def _heard(self) -> None:
        with self._lock:
            self._heard_at_s = self._active_s()

    def _end(self) -> tuple[float, float]:
        """Marks it as ended; returns `active_s` and `stalled_s`."""
        with self._lock:
            self._ended_at = time.monotonic()
            return self._active_s(), self._stalled_s

    def _now(self) -> float:
        return time.monotonic() if self._ended_at is None else self._ended_at

    def _active_s(self) -> float:
        now = self._now()
        suspended_s = self._suspended_s + (now - self._suspended_at if self._suspended_at is not None else 0.0)
        return now - self._started_at - suspended_s


def run(
    argv: Sequence[str],
    command: Command,
    *,
    folder: str,
    cancel: CancelSignal,
    on_tick: Callable[[Tick], None],
    on_start: Callable[[Running], None] = lambda running: None,
    on_line: Callable[[str, str], None] = lambda level, line: None,
    mark: str = "",
    low_priority: bool = False,
) -> Exit:
    """Runs a process and blocks until it has ended, and its whole group with it.

    Args:
        argv: what to run, resolved: the program is an absolute path.
        command: what was asked for; says how the progress is read and what is expected.
        folder: the working folder.
        cancel: when set, the tree is killed; a polite command is asked first and given its grace.
        on_tick: called in this thread with every sign of progress.
        on_start: called in this thread with what can suspend and kill it.
        on_line: called in this thread with level and text of every log line.
        mark: by which `sweep` finds what a dead owner left behind.
        low_priority: other programs go first.

    Raises:
        Canceled: `cancel` was set; nothing of the tree is left.
        PipelineError: it cannot be started.
    """
    if cancel.is_set():
        raise Canceled
    tree = _start(argv, command, folder, mark, low_priority)
    running = Running(tree)
    record = _Record(command, running, on_tick, on_line)
    ending = _Ending(command, tree, cancel)
    try:
        on_start(running)
        with closing(tree.output()) as output:
            for chunk in output:
                record.hear(chunk)
        record.end()
    except BaseException:
        tree.kill()
        raise
    finally:
        code = tree.reap()  # a tool may close its output and go on, so a cancel is listened to until here
        active_s, stalled_s = running._end()
        ending.close()
    if cancel.is_set():
        raise Canceled
    if could_not_start(code, record.lines):
        raise PipelineError(tool_missing(command.tool))
    return Exit(
        code=code,
        active_s=active_s,
        lines=tuple(record.lines),
        complaints=tuple(record.complaints),
        last_tick=record.last_tick,
        value=record.value,
        stalled_s=stalled_s if code != 0 else 0.0,
        cpu_s=tree.cpu_s,
    )


class _Ending:
    """What a set cancel does to the tree: kills it, or for a polite command asks it first and kills it later."""

    def __init__(self, command: Command, tree: Tree, cancel: CancelSignal) -> None:
        self._command = command
        self._tree = tree
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._is_closed = False
        self._take_off = cancel.on_set(self._begin)

    def close(self) -> None:
        """Does nothing any more; the tree has ended."""
        self._take_off()
        with self._lock:
            self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()

    def _begin(self) -> None:
        if not self._command.polite:
            self._tree.kill()
            return
        self._tree.ask_to_end()
        with self._lock:
            if not self._is_closed:
                self._timer = threading.Timer(self._command.grace_s, self._tree.kill)
                self._timer.daemon = True
                self._timer.start()


class _Record:
    """What was heard of one process, bounded."""

    def __init__(
        self, command: Command, running: Running, on_tick: Callable[[Tick], None], on_line: Callable[[str, str], None]
    ) -> None:
        self.lines: deque[str] = deque()
        self.complaints: list[tuple[float, str]] = []
        self.last_tick: Tick | None = None
        self.value: Any = None
        self._ear = Ear(command)
        self._has_ticks = command.speaks != "nothing"
        self._running = running
        self._on_tick = on_tick
        self._on_line = on_line
        self._bytes = 0

    def hear(self, chunk: bytes) -> None:
        if not self._has_ticks:
            self._running._heard()
        for heard in self._ear.hear(chunk):
            self._take(heard)

    def end(self) -> None:
        for heard in self._ear.end():
            self._take(heard)

    def _take(self, heard: Heard) -> None:
        match heard:
            case Tick():
                if self.last_tick is None or _moved(heard) != _moved(self.last_tick):
                    self._running._heard()
                self.last_tick = heard
                self._on_tick(heard)
            case Line():
                self._keep(heard)
                self._on_line(heard.level, heard.text)
            case Value():
                self.value = heard.value
            case _:
                assert_never(heard)

    def _keep(self, line: Line) -> None:
        if line.level == "error" and len(self.complaints) < _COMPLAINTS:
            self.complaints.append((line.out_time_s, line.text))
        self.lines.append(line.text)
        self._bytes += len(line.text.encode())
        while len(self.lines) > _LINES or self._bytes > _LINES_BYTES:
            self._bytes -= len(self.lines.popleft().encode())


def _moved(tick: Tick) -> tuple[float, int, float, int, str]:
    """What moves only when work is done: a tool that hangs goes on printing, with a falling speed."""
    return tick.done, tick.frame, tick.out_time_s, tick.out_bytes, tick.message


def _start(argv: Sequence[str], command: Command, folder: str, mark: str, low_priority: bool) -> Tree:
    if not os.path.isdir(folder):
        raise PipelineError(destination_missing(folder))
    if not os.path.isfile(argv[0]) or not os.access(argv[0], os.X_OK):
        raise PipelineError(tool_missing(command.tool))
    try:
        return Tree(
            argv, folder=folder, env=environment(argv[0], mark), dies_with_thread=True, low_priority=low_priority
        )
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.ENOMEM):
            raise PipelineError(out_of_memory(command.tool, str(error))) from error
        if error.errno in (errno.ENOENT, errno.EACCES, errno.ENOEXEC):
            raise PipelineError(tool_missing(command.tool)) from error
        raise
