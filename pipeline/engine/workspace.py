"""A job's scratch folder, on the volume of its destination. Removes nothing it did not declare."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress

from pipeline.model.job import Job
from pipeline.model.problem import (
    PipelineError,
    Problem,
    destination_missing,
    destination_readonly,
    disk_full,
)
from pipeline.store.journal import MadeFile

PARENT = ".reelyard"
_TRIES = 20


class Workspace:
    """The folder `<destination>/.reelyard/<job id>`. A Step runs in it, so scratch files are relative names."""

    def __init__(self, destination: str, job_id: str) -> None:
        self.folder = os.path.join(destination, PARENT, job_id)

    @classmethod
    def of(cls, job: Job) -> Workspace:
        """The Workspace of a job, whether it is there or not."""
        is_beside = job.destination.is_beside_source
        root = os.path.dirname(job.source.file) if is_beside else os.fsdecode(job.destination.folder)
        return cls(root, job.id)

    def open(self) -> None:
        """Makes the folder, if it is not there. The destination itself must be there: it was made at accept.

        Raises:
            PipelineError: nothing can be written to the destination, or its drive is gone.
        """
        destination = os.path.dirname(os.path.dirname(self.folder))
        if not os.path.isdir(destination):
            raise PipelineError(_problem_of_missing(destination))
        try:
            make_folder(self.folder)
            # The folder can be there from before the drive became read-only, so one small write is tried.
            trial = os.path.join(self.folder, ".trial")
            with open(trial, "wb") as file:
                file.write(b"1")
            os.unlink(trial)
        except OSError as error:
            raise PipelineError(problem_of_write(error, destination)) from error

    def prepare(self, names: Iterable[str]) -> None:
        """Makes the folders scratch files lie in, and takes away what a Step that is run again left half-made.

        Raises:
            FileNotFoundError: the Workspace is gone, and its drive with it most likely; it is not made once more.
        """
        os.stat(self.folder)
        for name in names:
            path = self.path(name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            elif os.path.lexists(path):
                os.unlink(path)

    def path(self, name: str) -> str:
        """The absolute path of a scratch file."""
        return os.path.join(self.folder, name)

    def look_at(self, names: Iterable[str]) -> tuple[MadeFile, ...]:
        """What the made files are now, flushed to the disk first.

        Raises:
            FileNotFoundError: a declared file is not there.
        """
        return tuple(MadeFile(name, *_flushed(self.path(name))) for name in names)

    def still_has(self, made: Iterable[MadeFile]) -> bool:
        """Whether every file is there with its recorded size and time of change."""
        return all(self._is_as_recorded(file) for file in made)

    def remove(self) -> None:
        """Takes the whole folder away, and the shared parent when this was the last one in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with suppress(OSError):
            os.rmdir(os.path.dirname(self.folder))

    def _is_as_recorded(self, file: MadeFile) -> bool:
        try:
            size, mtime_ns, _ = _measured(self.path(file.name))
        except OSError:
            return False
        return (size, mtime_ns) == (file.size, file.mtime_ns)


def make_folder(folder: str) -> None:
    """Makes a folder in the shared parent, with what is missing above it."""
    for _ in range(_TRIES):
        # The last other job may take the shared parent away between the two folders being made.
        with suppress(FileNotFoundError):
            os.makedirs(folder, exist_ok=True)
            return
    os.makedirs(folder, exist_ok=True)


def problem_of_write(error: OSError, folder: str) -> Problem:
    """What an error while writing to a destination means to a person."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(folder, str(error))
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENXIO):
        return destination_missing(folder)
    return destination_readonly(folder)


def flush_folder(folder: str) -> None:
    """Makes the folder's entries durable. Windows has no such call; its rename is journalled."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _problem_of_missing(folder: str) -> Problem:
    ancestor = folder
    while not os.path.isdir(ancestor):
        ancestor = os.path.dirname(ancestor)
    return destination_missing(folder) if os.access(ancestor, os.W_OK) else destination_readonly(folder)


def _flushed(path: str) -> tuple[int, int, int]:
    """Size, time of change and inode, once all content is on the drive."""
    for file in _files_of(path):
        handle = os.open(file, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    return _measured(path)


def _measured(path: str) -> tuple[int, int, int]:
    """Size, time of change and inode. A package folder counts as the sum of its files and the newest of them."""
    found = os.stat(path)
    if not os.path.isdir(path):
        return found.st_size, found.st_mtime_ns, found.st_ino
    inside = [os.stat(file) for file in _files_of(path)]
    return sum(each.st_size for each in inside), max((each.st_mtime_ns for each in inside), default=0), found.st_ino


def _files_of(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    return [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
