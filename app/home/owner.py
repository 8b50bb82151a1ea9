"""One home, one owner: a file with pid and start time, held by a lock that ends with its process."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from types import TracebackType

from app.home.places import Home
from pipeline.model.problem import PipelineError, home_on_network, home_owned, unwritable_home
from pipeline.store.filesystem import is_network, kind_of

if sys.platform == "win32":
    from app.home.lock_windows import try_lock
else:
    from app.home.lock_posix import try_lock

# A process started this close to the noted time is the one that noted it: clocks are set, pids are reused.
_SAME_START_S = 5.0
_SIGNED_WITHIN_S = 0.5


class Owner:
    """Holds a home until closed, or until the process ends in any way."""

    def __init__(self, home: Home, descriptor: int) -> None:
        self.home = home
        self._descriptor = descriptor

    def close(self) -> None:
        """Gives the home up. Safe to call again."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            # The file stays: removing it would let two owners lock two files of one name.
            os.ftruncate(descriptor, 0)
            os.close(descriptor)

    def __enter__(self) -> Owner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def claim(home: Home, filesystem: Callable[[str], str] = kind_of) -> Owner:
    """Becomes the home's owner, making its folder if it is new.

    Args:
        home: what to own.
        filesystem: tells the kind of file system a folder is on.

    Raises:
        PipelineError: home_owned (another process has it), home_on_network, home_unwritable.
    """
    if is_network(filesystem(home.folder)):
        raise PipelineError(home_on_network(home.folder))
    try:
        os.makedirs(home.folder, exist_ok=True)
        descriptor = os.open(home.lock_file, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    except OSError as error:
        raise PipelineError(unwritable_home(home.folder, str(error))) from error
    try:
        if not try_lock(descriptor):
            raise PipelineError(home_owned(home.folder, _signed_by(home)))
        _sign(descriptor)
    except OSError as error:
        os.close(descriptor)
        raise PipelineError(unwritable_home(home.folder, str(error))) from error
    except PipelineError:
        os.close(descriptor)
        raise
    return Owner(home, descriptor)


def living_owner(home: Home) -> int | None:
    """The pid of the process that owns the home now, or None. Takes no lock, so it disturbs nobody."""
    pid, start_s = _signature(home)
    return pid if pid and _is_running(pid, start_s) else None


def _sign(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, f"{os.getpid()} {_start_of(os.getpid()):.2f}\n".encode())


def _signed_by(home: Home) -> int:
    """The pid in a locked file. Its owner may be between taking the lock and signing, so it is given a moment."""
    pause = threading.Event()
    for _ in range(20):
        if pid := _signature(home)[0]:
            return pid
        pause.wait(_SIGNED_WITHIN_S / 20)
    return 0


def _signature(home: Home) -> tuple[int, float]:
    try:
        with open(home.lock_file, "rb") as file:
            pid, start_s = file.read(100).split()
            return int(pid), float(start_s)
    except (OSError, ValueError):
        return 0, 0.0


def _is_running(pid: int, start_s: float) -> bool:
    import psutil  # 30 ms, and not every verb asks

    try:
        process = psutil.Process(pid)
        is_same = abs(float(process.create_time()) - start_s) < _SAME_START_S
        return is_same and str(process.status()) != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _start_of(pid: int) -> float:
    import psutil

    return float(psutil.Process(pid).create_time())
