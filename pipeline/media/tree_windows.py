"""A child process and all it starts, suspended, ended and reaped as one. Windows.

A job object holds them; when our handle to it is closed, however we ended, the system kills what is in it.
"""

from __future__ import annotations

import ctypes
import os
import subprocess  # noqa: TID251 - the part of process.py that differs by system
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from ctypes import wintypes
from typing import IO, Literal

import psutil

assert sys.platform == "win32"

CHUNK = 64 * 1024
_KILL_ON_CLOSE = 0x2000
_EXTENDED_LIMITS = 9
_KILLED = 1


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", wintypes.DWORD),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", wintypes.DWORD),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", wintypes.DWORD),
        ("SchedulingClass", wintypes.DWORD),
    )


class _ExtendedLimits(ctypes.Structure):
    _fields_ = (
        ("BasicLimitInformation", _BasicLimits),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


_KERNEL = ctypes.WinDLL("kernel32", use_last_error=True)
_KERNEL.CreateJobObjectW.restype = wintypes.HANDLE
_KERNEL.CreateJobObjectW.argtypes = (ctypes.c_void_p, wintypes.LPCWSTR)
_KERNEL.SetInformationJobObject.argtypes = (wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD)
_KERNEL.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
_KERNEL.TerminateJobObject.argtypes = (wintypes.HANDLE, wintypes.UINT)
_KERNEL.CloseHandle.argtypes = (wintypes.HANDLE,)


class Tree:
    """A child in a job object of its own. Says and promises what its namesake for POSIX does."""

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
        """Starts it. `dies_with_thread` says nothing here: the job object does that for all."""
        merged = pipes == "merged"
        priority = subprocess.BELOW_NORMAL_PRIORITY_CLASS if low_priority else 0
        self._lock = threading.Lock()
        self.cpu_s = 0.0  # nobody asks the job object yet
        self._job: int | None = _job_object()
        self._popen: subprocess.Popen[bytes] = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL if merged else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if merged else subprocess.PIPE,
            cwd=folder,
            env=env,
            bufsize=0 if merged else -1,
            creationflags=subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP | priority,
        )
        self.pid = self._popen.pid
        # What it starts before this line is not in the job; ffmpeg starts nothing.
        _KERNEL.AssignProcessToJobObject(self._job, int(self._popen._handle))  # type: ignore[attr-defined]
        threading.Thread(target=self._kill_the_rest, name="tree-end", daemon=True).start()

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
        """Stops it and its children where they stand."""
        for each in self._living():
            with suppress(psutil.Error):
                each.suspend()

    def resume(self) -> None:
        """Lets them go on."""
        for each in self._living():
            with suppress(psutil.Error):
                each.resume()

    def ask_to_end(self) -> None:
        """Nothing: a child without a console hears no signal. It is killed when its grace is over."""

    def kill(self) -> None:
        """Ends all in the job at once, suspended or not."""
        with self._lock:
            if self._job is not None:
                _KERNEL.TerminateJobObject(self._job, _KILLED)

    def output(self) -> Generator[bytes, None, None]:
        """Yields what it prints until it has ended and nothing more comes. For one thread, once."""
        while chunk := os.read(self.stdout.fileno(), CHUNK):
            yield chunk

    def reap(self) -> int:
        """Waits for the end and returns the exit code. May be called again."""
        code = self._popen.wait()
        with self._lock:
            if self._job is not None:
                _KERNEL.TerminateJobObject(self._job, _KILLED)
                _KERNEL.CloseHandle(self._job)
                self._job = None
        for pipe in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        return code

    def _kill_the_rest(self) -> None:
        """What the leader left behind would hold the pipe open."""
        self._popen.wait()
        self.kill()

    def _living(self) -> list[psutil.Process]:
        try:
            leader = psutil.Process(self.pid)
            return [leader, *leader.children(recursive=True)]
        except psutil.Error:
            return []


def _job_object() -> int:
    job: int = _KERNEL.CreateJobObjectW(None, None)
    limits = _ExtendedLimits()
    limits.BasicLimitInformation.LimitFlags = _KILL_ON_CLOSE
    _KERNEL.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
    return job


def session_of(pid: int) -> int:
    """Windows has no sessions in this sense: every process is its own."""
    return pid


def could_not_start(code: int, lines: Sequence[str]) -> bool:
    """Never: nothing is wrapped around a child here, so the system itself says that it cannot start."""
    return False


def close() -> None:
    """Nothing: the system closes our handles when we end."""
