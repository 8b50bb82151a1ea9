"""A child process and all it starts in its group: suspended, ended and reaped as one. Linux and macOS."""

from __future__ import annotations

import functools
import os
import selectors
import shutil
import signal
import subprocess  # noqa: TID251 - the part of process.py that differs by system
import sys
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import IO, Literal

import psutil

from pipeline.media.leash import LEASH

assert sys.platform != "win32"

CHUNK = 64 * 1024
_DRAIN_S = 0.5
_POLL_S = 0.1  # only where the system cannot wake us when a child ends


class Tree:
    """A child that leads its own session, so that a signal reaches all it started.

    Any thread may call anything but `output` and `reap`; all are safe after the end. Signals are sent, and the child
    is reaped, under one lock, so that a number the system has given to someone else is never signalled.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        folder: str | None = None,
        env: Mapping[str, str] | None = None,
        pipes: Literal["merged", "apart"] = "merged",
        dies_with_thread: bool = False,
        low_priority: bool = False,
    ) -> None:
        """Starts it.

        Args:
            argv: the program by absolute path, and its arguments.
            folder: its working folder.
            env: its environment; ours where None.
            pipes: `merged` – no input, errors and output in one pipe; `apart` – three pipes.
            dies_with_thread: the system kills it when the thread that starts it ends (Linux). Only for a thread
                that stays and waits.
            low_priority: others go first.

        Raises:
            OSError: it cannot be started.
        """
        merged = pipes == "merged"
        self._popen: subprocess.Popen[bytes] = subprocess.Popen(
            [*_wrapping(dies_with_thread, low_priority), *argv],
            stdin=subprocess.DEVNULL if merged else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if merged else subprocess.PIPE,
            cwd=folder,
            env=env,
            start_new_session=True,
            bufsize=0 if merged else -1,
        )
        self.pid = self._popen.pid
        self._lock = threading.Lock()
        self._is_reaped = False
        self.cpu_s = 0.0
        LEASH.hold(self.pid)

    @property
    def stdin(self) -> IO[bytes]:
        """Its input, where the pipes are apart."""
        assert self._popen.stdin is not None
        return self._popen.stdin

    @property
    def stdout(self) -> IO[bytes]:
        """Its output."""
        assert self._popen.stdout is not None
        return self._popen.stdout

    @property
    def stderr(self) -> IO[bytes]:
        """Its errors, where the pipes are apart."""
        assert self._popen.stderr is not None
        return self._popen.stderr

    def suspend(self) -> None:
        """Stops the whole group where it stands."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Lets the group go on."""
        self._signal(signal.SIGCONT)

    def ask_to_end(self) -> None:
        """Asks the group to end by itself. A suspended one would not hear it, so it is let go on."""
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """Ends the whole group at once, suspended or not."""
        self._signal(signal.SIGKILL)

    def output(self) -> Generator[bytes, None, None]:
        """Yields what it prints until it has ended and nothing more comes. For one thread, once.

        When the leader has ended, the rest of its group is killed. A grandchild that left the group may hold the
        pipe for ever; it is not waited for.
        """
        pipe = self.stdout.fileno()
        exit_fd = _exit_fd(self.pid)
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(pipe, selectors.EVENT_READ)
                if exit_fd is not None:
                    selector.register(exit_fd, selectors.EVENT_READ)
                while not self._has_ended_or_waits(selector, pipe, exit_fd):
                    chunk = os.read(pipe, CHUNK)
                    if not chunk:
                        return
                    yield chunk
        finally:
            if exit_fd is not None:
                os.close(exit_fd)
        self.kill()
        yield from _rest_of(pipe)

    def reap(self) -> int:
        """Waits for the leader's end, kills what it left in its group, and returns its exit code.

        A negative code is the signal that ended it. May be called again.
        """
        if sys.platform == "linux":
            with suppress(ChildProcessError):
                os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        never = threading.Event()
        while not self._take():
            never.wait(_POLL_S)
        for pipe in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        assert self._popen.returncode is not None
        return self._popen.returncode

    def _signal(self, number: int) -> None:
        with self._lock:
            if not self._is_reaped:
                # macOS refuses to signal a group that is dead and not yet reaped.
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.pid, number)

    def _has_ended_or_waits(self, selector: selectors.BaseSelector, pipe: int, exit_fd: int | None) -> bool:
        """Blocks until there is something to read (False) or the leader has ended (True)."""
        while True:
            ready = {key.fd for key, _ in selector.select(_POLL_S if exit_fd is None else None)}
            if (exit_fd is None or exit_fd in ready) and self._has_ended():
                return True
            if pipe in ready:
                return False

    def _has_ended(self) -> bool:
        with self._lock:
            if self._is_reaped:
                return True
            return self._look()

    def _look(self) -> bool:
        """Whether the leader has ended, without reaping it where the system can look without taking."""
        if sys.platform == "linux":
            with suppress(ChildProcessError):
                return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
        return self._popen.poll() is not None

    def _take(self) -> bool:
        """Reaps the leader if it has ended."""
        with self._lock:
            if self._is_reaped:
                return True
            if not self._look():
                return False
            # As long as the leader is not reaped, its group's number is its own.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            LEASH.release(self.pid)
            self.cpu_s = _cpu_s(self.pid)
            self._popen.wait()
            self._is_reaped = True
            return True


def _rest_of(pipe: int) -> Iterator[bytes]:
    until = time.monotonic() + _DRAIN_S
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while (left_s := until - time.monotonic()) > 0 and selector.select(left_s):
            chunk = os.read(pipe, CHUNK)
            if not chunk:
                return
            yield chunk


def _exit_fd(pid: int) -> int | None:
    """A descriptor that can be read when the process has ended; None where the system has no such thing."""
    if sys.platform == "linux":
        with suppress(OSError):
            return os.pidfd_open(pid)
    return None


def _wrapping(dies_with_thread: bool, low_priority: bool) -> list[str]:
    """Programs that set something up and then become the child, so that it is so from its first instruction."""
    wrapping: list[str] = []
    if dies_with_thread and sys.platform == "linux":
        # It looks for its parent before it goes on; one that died in between is not missed.
        wrapping += _usable("setpriv", "--pdeathsig", "KILL", "--")
    if low_priority:
        wrapping += _usable("nice", "-n", "10")
    if low_priority and sys.platform == "linux":
        wrapping += _usable("ionice", "-c", "3")
    return wrapping


@functools.cache
def _usable(tool: str, *words: str) -> tuple[str, ...]:
    """How the tool is called, if it works here: some know fewer options, and some containers forbid what it does."""
    program = shutil.which(tool)
    if program is None:
        return ()
    nothing = [program, *words, "/bin/sh", "-c", ":"]
    try:
        tried = subprocess.run(nothing, stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return (program, *words) if tried.returncode == 0 else ()


def could_not_start(code: int, lines: Sequence[str]) -> bool:
    """Whether it was not the child that ended so, but a program of its wrapping that could not become the child."""
    return code in (126, 127) and any(line.startswith(_WRAPPERS) for line in lines)


def session_of(pid: int) -> int:
    """The session a process belongs to.

    Raises:
        OSError: it is gone.
    """
    return os.getsid(pid)


def close() -> None:
    """Ends what watches over the children. Call it last; a child that still runs is killed."""
    LEASH.close()


_WRAPPERS = ("setpriv: ", "nice: ", "ionice: ")


def _cpu_s(pid: int) -> float:
    """The processor time of a leader that has ended and is not yet reaped, with that of what it waited for."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:  # macOS tells nothing of those that have ended
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
