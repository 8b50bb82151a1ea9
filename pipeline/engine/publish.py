"""Gives results their final names: intent first, then the name, then the commit. Never replaces a stranger's file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence, Set
from functools import partial
from sqlite3 import Connection

import msgspec

from pipeline.engine import noreplace
from pipeline.engine.patience import Patience
from pipeline.engine.workspace import Workspace, flush_folder, problem_of_write
from pipeline.model.job import Artifact, Job
from pipeline.model.problem import PipelineError, Warn
from pipeline.model.source import shown
from pipeline.store.publishing import (
    Intent,
    clear_intents,
    intents_of,
    release_names,
    reserve_name,
    save_intents,
)

NAME_BYTES = 255


class Publisher:
    """Publishes one job's artifacts, and settles what a crash left between intent and commit."""

    def __init__(
        self, store: Patience, job: Job, workspace: Workspace, is_source: Callable[[bytes], bool] = lambda path: False
    ) -> None:
        """`is_source` says of a path whether an open job still has to read it; such a file is never replaced."""
        self._store = store
        self._job = job
        self._workspace = workspace
        self._is_source = is_source

    def settled(self) -> tuple[Artifact, ...] | None:
        """The published artifacts, if an earlier attempt came so far that every one of them can be; None otherwise.

        Called before any Script runs again. A final file with the intended inode and size *is* published.
        """
        intents = self._store.do(lambda c: intents_of(c, self._job.id))
        if not intents:
            return None
        if all(_is_published(intent) or _is_as_intended(intent) for intent in intents):
            return tuple(self._put(intent)[0] for intent in intents)
        self.forget()
        return None

    def publish(self, artifacts: Sequence[Artifact]) -> tuple[tuple[Artifact, ...], tuple[Warn, ...]]:
        """Names and puts each result. Blocks until the intents are committed.

        Raises:
            PipelineError: the destination cannot be written.
        """
        self.forget()
        intents: list[Intent] = []
        try:
            for artifact in artifacts:
                if artifact.kind != "scratch":
                    intents.append(self._intent(artifact, intents))
        except OSError as error:
            raise PipelineError(problem_of_write(error, self._job.destination_folder)) from error
        self._store.do(lambda c: save_intents(c, intents))
        put = [self._put(intent) for intent in intents]
        return tuple(artifact for artifact, _ in put), tuple(warn for _, warns in put for warn in warns)

    def _intent(self, artifact: Artifact, taken: Sequence[Intent]) -> Intent:
        scratch = self._workspace.path(artifact.file)
        found = os.stat(scratch)
        is_folder = os.path.isdir(scratch)
        final = self._free_name(os.fsdecode(artifact.name), is_folder, {intent.final for intent in taken})
        return Intent(
            job_id=self._job.id,
            scratch=os.fsencode(scratch),
            final=os.fsencode(final),
            inode=found.st_ino,
            size=found.st_size,
            mtime_ns=found.st_mtime_ns,
            is_folder=is_folder,
            overwrite=self._may_replace(final, is_folder),
            artifact=msgspec.json.encode(artifact),
        )

    def _free_name(self, name: str, is_folder: bool, taken: Set[bytes]) -> str:
        """The first name that nothing has on the drive and no job has in the store. Looks in the job's own thread."""
        for candidate in names_like(os.path.join(self._job.destination_folder, name)):
            final = os.fsencode(candidate)
            if final in taken or (os.path.lexists(candidate) and not self._may_replace(candidate, is_folder)):
                continue
            if self._store.do(partial(reserve_name, final=final, job_id=self._job.id)):
                return candidate
        raise AssertionError("names_like never ends")

    def _may_replace(self, final: str, is_folder: bool) -> bool:
        if self._job.destination.if_exists != "overwrite" or is_folder or os.path.isdir(final):
            return False
        try:
            is_own = os.path.samefile(final, self._job.source.file)
        except OSError:
            is_own = False
        return not is_own and not self._is_source(os.fsencode(final))

    def _put(self, intent: Intent) -> tuple[Artifact, tuple[Warn, ...]]:
        warnings: tuple[Warn, ...] = ()
        folder = os.path.dirname(os.fsdecode(intent.final))
        try:
            os.makedirs(folder, exist_ok=True)
            while not _is_published(intent):
                try:
                    _give_name(intent)
                except FileExistsError:
                    intent, taken = self._intend_next(intent), intent.final
                    warnings = (*warnings, name_taken(taken, intent.final))
            flush_folder(folder)
        except OSError as error:
            raise PipelineError(problem_of_write(error, folder)) from error
        artifact = msgspec.json.decode(intent.artifact, type=Artifact)
        published = msgspec.structs.replace(artifact, path=intent.final, size=_size_of(os.fsdecode(intent.final)))
        return published, warnings

    def _intend_next(self, intent: Intent) -> Intent:
        """The same with the next free name, which the drive has meanwhile not given to anybody."""
        intents = self._store.do(lambda c: intents_of(c, self._job.id))
        following = self._intent(msgspec.json.decode(intent.artifact, type=Artifact), intents)

        def work(connection: Connection) -> None:
            clear_intents(connection, self._job.id)
            save_intents(connection, [*(other for other in intents if other.final != intent.final), following])

        self._store.do(work)
        return following

    def forget(self) -> None:
        """Drops what an earlier attempt intended, and the names it had."""

        def work(connection: Connection) -> None:
            clear_intents(connection, self._job.id)
            release_names(connection, self._job.id)

        self._store.do(work)


def names_like(path: str) -> Iterator[str]:
    """`clip.mp4`, `clip (2).mp4`, `clip (3).mp4`…, each shortened so that the file system takes the name."""
    folder, name = os.path.split(path)
    stem, suffix = os.path.splitext(name)
    if len(os.fsencode(suffix)) > NAME_BYTES // 4:
        # What follows the last dot of a sentence is no suffix.
        stem, suffix = name, ""
    number = 1
    while True:
        tail = (f" ({number})" if number > 1 else "") + suffix
        yield os.path.join(folder, shortened(stem, NAME_BYTES - len(os.fsencode(tail))) + tail)
        number += 1


def shortened(name: str, limit: int) -> str:
    """The name cut to a number of bytes, never inside a character."""
    while name and len(os.fsencode(name)) > limit:
        name = name[:-1]
    return name


def name_taken(wanted: bytes, given: bytes) -> Warn:
    """Another program took the name while the job ran."""
    before, now = shown(os.path.basename(wanted)), shown(os.path.basename(given))
    return Warn("name_taken", f"The name {before} was taken meanwhile; the result is {now}.")


def _give_name(intent: Intent) -> None:
    scratch, final = os.fsdecode(intent.scratch), os.fsdecode(intent.final)
    if intent.overwrite:
        noreplace.replace(scratch, final)
    else:
        noreplace.put(scratch, final)


def _is_published(intent: Intent) -> bool:
    try:
        found = os.stat(intent.final)
    except OSError:
        return False
    return found.st_ino == intent.inode and (intent.is_folder or found.st_size == intent.size)


def _is_as_intended(intent: Intent) -> bool:
    try:
        found = os.stat(intent.scratch)
    except OSError:
        return False
    return (found.st_ino, found.st_mtime_ns) == (intent.inode, intent.mtime_ns)


def _size_of(path: str) -> int:
    if not os.path.isdir(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(path) for name in names)
