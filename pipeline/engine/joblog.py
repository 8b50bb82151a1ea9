"""A job's own log file: every line its tools said, bounded, kept as long as the job."""

from __future__ import annotations

import os
import threading
import time
from types import TracebackType
from typing import TextIO

LIMIT_BYTES = 1024 * 1024


class JobLog:
    """Writes lines to `<folder>/<job id>.log`. A log that cannot be written never fails a job."""

    def __init__(self, folder: str, job_id: str, attempt: int) -> None:
        self._path = path_of(folder, job_id)
        self._attempt = attempt
        self._lock = threading.Lock()
        self._file: TextIO | None = None
        self._left = LIMIT_BYTES

    def __enter__(self) -> JobLog:
        try:
            self._file = open(self._path, "a", encoding="utf-8", errors="replace", buffering=1)
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
        text = f"{time.strftime('%H:%M:%S')} {level:<7} {line}\n"
        with self._lock:
            if self._file is None or self._left <= 0:
                return
            self._left -= len(text)
            try:
                self._file.write(text if self._left > 0 else "… the log is longer than it may be and ends here\n")
            except OSError:
                self._left = 0


def path_of(folder: str, job_id: str) -> str:
    """Where a job's log is."""
    return os.path.join(folder, f"{job_id}.log")


def tail(folder: str, job_id: str, limit: int) -> tuple[str, ...]:
    """The last lines of a job's log; none where there is no log."""
    try:
        with open(path_of(folder, job_id), encoding="utf-8", errors="replace") as file:
            return tuple(line.rstrip("\n") for line in file.readlines()[-limit:])
    except OSError:
        return ()
