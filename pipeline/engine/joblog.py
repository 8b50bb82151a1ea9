"""A job's own log file: every line its tools said, bounded, kept as long as the job."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from contextlib import suppress
from io import FileIO
from types import TracebackType

LIMIT_BYTES = 1024 * 1024
_FULL = "… the log is longer than it may be and ends here\n".encode()


class JobLog:
    """Writes lines to `<folder>/<job id>.log`. A log that cannot be written never fails a job."""

    def __init__(self, folder: str, job_id: str, attempt: int) -> None:
        self._path = path_of(folder, job_id)
        self._attempt = attempt
        self._lock = threading.Lock()
        self._file: FileIO | None = None
        self._left = LIMIT_BYTES

    def __enter__(self) -> JobLog:
        try:
            _make_room(self._path)
            self._file = FileIO(self._path, "a")
            self._left = LIMIT_BYTES - self._file.tell()
        except OSError:
            self._file = None
        self.write("info", f"attempt {self._attempt}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def write(self, level: str, line: str) -> None:
        """Adds one line, with the time of day before it, until the limit is reached."""
        text = f"{time.strftime('%H:%M:%S')} {level:<7} {line}\n".encode("utf-8", "replace")
        with self._lock:
            if self._file is None or self._left <= 0:
                return
            self._left -= len(text)
            with suppress(OSError):
                self._file.write(text if self._left > 0 else _FULL)


def path_of(folder: str, job_id: str) -> str:
    """Where a job's log is."""
    return os.path.join(folder, f"{job_id}.log")


def tail(folder: str, job_id: str, limit: int) -> tuple[str, ...]:
    """The last lines of a job's log; none where there is no log."""
    try:
        with open(path_of(folder, job_id), encoding="utf-8", errors="replace") as file:
            return tuple(line.rstrip("\n") for line in deque(file, maxlen=limit))
    except OSError:
        return ()


def _make_room(path: str) -> None:
    """Leaves half of the limit to the next attempt: of what earlier ones said, the newest lines stay."""
    with suppress(FileNotFoundError), open(path, "rb+") as file:
        kept = LIMIT_BYTES // 2
        if os.fstat(file.fileno()).st_size > kept:
            file.seek(-kept, os.SEEK_END)
            newest = file.read().partition(b"\n")[2]
            file.seek(0)
            file.write(newest)
            file.truncate()
