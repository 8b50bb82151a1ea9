"""Says what is in a media file, without ever reading it in this process: a child worker does, and may hang or die."""

from __future__ import annotations

import base64
import errno
import os
import stat
import sys
import threading
from collections.abc import Sequence
from typing import Protocol

import msgspec

from pipeline.media.probe_answer import READY, Answer
from pipeline.media.worker import Worker
from pipeline.model import problem
from pipeline.model.problem import PipelineError, Problem
from pipeline.model.source import MediaInfo
from pipeline.model.stage import Canceled

WORKER = (sys.executable, "-m", "pipeline.media.probe_worker")
_START_LIMIT_S = 60.0


class ProbeCache(Protocol):
    """Remembers what was found. A file that changed has another size or time, and is not found."""

    def get(self, path: bytes, size: int, mtime_ns: int) -> MediaInfo | None:
        """What was found in this file, if it is as it was."""
        ...

    def put(self, path: bytes, size: int, mtime_ns: int, info: MediaInfo) -> None:
        """Keeps what was found."""
        ...


class Prober:
    """Looks into files. Any thread may call any of these; as many look at once as there are workers.

    Workers start when they are needed, live until `close`, and are replaced when they hang or die.
    """

    def __init__(
        self,
        workers: int = 1,
        limit_s: float = 5.0,
        cache: ProbeCache | None = None,
        *,
        mark: str = "",
        worker: Sequence[str] = WORKER,
    ) -> None:
        """Starts nothing yet.

        Args:
            workers: how many files are looked into at once.
            limit_s: how long one file may take.
            cache: asked first, told afterwards; called from the thread that asks.
            mark: by which `process.sweep` finds a worker that outlived us.
            worker: the command of a worker.
        """
        self._limit_s = limit_s
        self._cache = cache
        self._mark = mark
        self._command = worker
        self._places = threading.Semaphore(workers)
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._is_closed = False

    def info(self, path: str) -> MediaInfo:
        """What is in this file.

        Raises:
            PipelineError: it cannot be read, is no media file, or the worker did not survive it.
            Canceled: the Prober was closed.
        """
        path = os.path.abspath(path)
        size, mtime_ns = regular_file(path)
        key = os.fsencode(path)
        if self._cache is not None and (known := self._cache.get(key, size, mtime_ns)) is not None:
            return known
        info = self._look(path)
        if self._cache is not None:
            self._cache.put(key, size, mtime_ns, info)
        return info

    def close(self) -> None:
        """Ends the workers; who waits for one gets Canceled. May be called again."""
        with self._lock:
            self._is_closed = True
            ended, self._all = list(self._all), set()
            self._idle.clear()
        for worker in ended:
            worker.kill()
        for worker in ended:
            worker.join()

    def _look(self, path: str) -> MediaInfo:
        with self._places:
            worker = self._take()
            try:
                answer = worker.ask(path, self._limit_s)
            except BaseException:
                self._drop(worker)
                if self._is_closed:
                    raise Canceled from None
                raise
            with self._lock:
                if not self._is_closed:
                    self._idle.append(worker)
        if answer.info is not None:
            return answer.info
        if answer.fault:
            raise RuntimeError(f"The probe worker failed:\n{answer.fault}")
        raise PipelineError(_problem(path, answer))

    def _take(self) -> _Worker:
        with self._lock:
            if self._is_closed:
                raise Canceled
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive():
                    return worker
                self._all.discard(worker)
            worker = _Worker(self._command, self._mark)
            self._all.add(worker)
            return worker

    def _drop(self, worker: _Worker) -> None:
        worker.kill()
        with self._lock:
            self._all.discard(worker)


class _Worker(Worker):
    """One child that looks into files."""

    def __init__(self, command: Sequence[str], mark: str) -> None:
        super().__init__(command, mark)
        self._is_ready = False

    def ask(self, path: str, limit_s: float) -> Answer:
        """One question, one answer.

        Raises:
            PipelineError: it took too long, or the child died of it. Do not ask this worker again.
        """
        if not self._is_ready:
            self._is_ready = self.next(_START_LIMIT_S) == READY
            if not self._is_ready:
                raise RuntimeError(f"The probe worker does not start:\n{self.last_words()}")
        self.send(base64.b64encode(os.fsencode(path)))
        line = self.next(limit_s)
        if line is None:
            raise PipelineError(problem.probe_stuck(path, limit_s))
        if not line.endswith(b"\n"):
            raise PipelineError(problem.probe_died(path, self.last_words()))
        return msgspec.json.decode(line, type=Answer)


def regular_file(path: str) -> tuple[int, int]:
    """Size and time of change of a file that can be read; nothing is opened that could block or have an effect.

    Raises:
        PipelineError: it is missing, a folder, a broken link, no regular file, unreadable or empty.
    """
    try:
        status = os.stat(path)
        _check_kind(path, status)
        # Only opening tells whether it may be read: rights have more sources than the mode bits.
        os.close(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)))
    except ValueError:  # a NUL in the name
        raise PipelineError(problem.source_missing(path)) from None
    except OSError as error:
        raise PipelineError(_no_access(path, error)) from error
    if status.st_size == 0:
        raise PipelineError(problem.source_empty(path))
    return status.st_size, status.st_mtime_ns


def _check_kind(path: str, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise PipelineError(problem.source_is_folder(path))
    if not stat.S_ISREG(status.st_mode):
        raise PipelineError(problem.not_a_file(path))


def _no_access(path: str, error: OSError) -> Problem:
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR | errno.ENAMETOOLONG:
            return problem.broken_link(path) if os.path.islink(path) else problem.source_missing(path)
        case errno.ELOOP:
            return problem.broken_link(path)
        case errno.EACCES | errno.EPERM:
            return problem.source_unreadable(path)
        case _:
            return problem.source_unreachable(path, os.strerror(error.errno or 0))


def _problem(path: str, answer: Answer) -> Problem:
    match answer.trouble:
        case "missing":
            return problem.source_missing(path)
        case "unreadable":
            return problem.source_unreadable(path)
        case "truncated":
            return problem.source_truncated(path, answer.detail)
        case _:
            return problem.not_media(path, answer.detail)
