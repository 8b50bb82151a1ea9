"""Gives results their final names: intent first, then the name, then the commit. Never replaces a stranger's file.

Where the source is to be replaced, it makes room first, and is put back where the results cannot take their places.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence, Set
from contextlib import suppress
from functools import partial
from sqlite3 import Connection

import msgspec

from pipeline.engine import noreplace, replace
from pipeline.engine.names import names_like
from pipeline.engine.patience import Patience
from pipeline.engine.workspace import Workspace, flush_folder, problem_of_write
from pipeline.model.job import Artifact, Job
from pipeline.model.problem import PipelineError, Warn, undo_name_taken
from pipeline.model.source import shown
from pipeline.model.stage import Canceled
from pipeline.store.kept import Kept, forget_kept, kept_of, save_kept
from pipeline.store.publishing import (
    Intent,
    clear_intents,
    intents_of,
    release_names,
    reserve_name,
    save_intents,
)

Published = tuple[tuple[Artifact, ...], tuple[Warn, ...]]


class Publisher:
    """Publishes one job's artifacts, and settles what a crash left between intent and commit."""

    def __init__(
        self, store: Patience, job: Job, workspace: Workspace, is_source: Callable[[bytes], bool] = lambda path: False
    ) -> None:
        """`is_source` says of a path whether another open job still has to read it; such a file is never replaced."""
        self._store = store
        self._job = job
        self._workspace = workspace
        self._is_source = is_source

    def is_source_away(self) -> bool:
        """Whether the source has made room already, so that there is nothing to look at in its place."""
        return (kept := self._store.do(lambda c: kept_of(c, self._job.id))) is not None and replace.is_aside(kept)

    def settled(self) -> Published | None:
        """The published artifacts, if an earlier attempt came so far that every one of them can be; None otherwise.

        Called before any Script runs again. A final file with the intended inode and size *is* published. Where they
        cannot be, the source is in its place again.

        Raises:
            PipelineError: the destination cannot be written.
        """
        intents, kept = self._store.do(lambda c: (intents_of(c, self._job.id), kept_of(c, self._job.id)))
        if not intents:
            return None
        is_whole = all(is_published(intent) or _is_as_intended(intent) for intent in intents)
        if is_whole and not (kept is not None and replace.was_changed(kept)):
            return self._carry_out(intents, kept)
        try:
            take_back(intents, kept)
        except FileExistsError as error:
            raise PipelineError(undo_name_taken(self._job.source.path)) from error
        except OSError as error:
            raise PipelineError(problem_of_write(error, self._job.destination_folder)) from error
        self.forget()
        return None

    def publish(self, artifacts: Sequence[Artifact]) -> Published:
        """Names and puts each result. Blocks until the intents are committed.

        Raises:
            PipelineError: the destination cannot be written, or the source that is to be replaced has changed.
        """
        self.forget()
        results = [artifact for artifact in artifacts if artifact.kind != "scratch"]
        kept, warnings = self._planned(results)
        intents: list[Intent] = []
        try:
            for artifact in results:
                intents.append(self._intent(artifact, intents, kept.place if kept else b""))
        except OSError as error:
            raise PipelineError(problem_of_write(error, self._job.destination_folder)) from error

        def save(connection: Connection) -> None:
            save_intents(connection, intents)
            if kept is not None:
                save_kept(connection, kept)

        self._store.do(save)
        published, told = self._carry_out(intents, kept)
        return published, (*warnings, *told)

    def _planned(self, artifacts: Sequence[Artifact]) -> tuple[Kept | None, tuple[Warn, ...]]:
        """Where the source is to go, if it is to make room for a result and may."""
        is_wanted = self._job.destination.replace_source and any(each.kind == "result" for each in artifacts)
        if not is_wanted:
            return None, ()
        if self._is_source(self._job.source.path):
            why = "The source was not replaced, because another job still has to read it; the result is beside it."
            return None, (Warn("source_still_read", why),)
        return replace.planned(self._job), ()

    def _carry_out(self, intents: Sequence[Intent], kept: Kept | None) -> Published:
        try:
            if kept is not None:
                replace.move_aside(kept)
            put = [self._put(intent) for intent in intents]
        except Exception:
            if kept is not None:
                self._retreat(kept)
            raise
        artifacts = tuple(artifact for artifact, _ in put)
        return _replacing(artifacts, kept), tuple(warn for _, warns in put for warn in warns)

    def _retreat(self, kept: Kept) -> None:
        """Takes back what was done, so that the source is where it was. What cannot be is left to who settles it."""
        with suppress(OSError, Canceled):
            take_back(self._store.do(lambda c: intents_of(c, self._job.id)), kept)
            self.forget()

    def _intent(self, artifact: Artifact, taken: Sequence[Intent], leaving: bytes = b"") -> Intent:
        scratch = self._workspace.path(artifact.file)
        found = os.stat(scratch)
        is_folder = os.path.isdir(scratch)
        final = self._free_name(os.fsdecode(artifact.name), is_folder, {intent.final for intent in taken}, leaving)
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

    def _free_name(self, name: str, is_folder: bool, taken: Set[bytes], leaving: bytes) -> str:
        """The first name that nothing has on the drive and no job has in the store. Looks in the job's own thread.

        What is `leaving` will have made room by then.
        """
        for candidate in names_like(os.path.join(self._job.destination_folder, name)):
            final = os.fsencode(candidate)
            is_free = not os.path.lexists(candidate) or _is_name_of(candidate, leaving)
            if final in taken or not (is_free or self._may_replace(candidate, is_folder)):
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
            while not is_published(intent):
                try:
                    _give_name(intent)
                except FileExistsError:
                    intent, taken = self._intend_next(intent), intent.final
                    warnings = (*warnings, name_taken(taken, intent.final))
            artifact = msgspec.json.decode(intent.artifact, type=Artifact)
            warnings = (*warnings, *_dated(intent, artifact))
            flush_folder(folder)
        except OSError as error:
            raise PipelineError(problem_of_write(error, folder)) from error
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
            forget_kept(connection, self._job.id)

        self._store.do(work)


def is_published(intent: Intent) -> bool:
    """Whether the intended file has its final name."""
    try:
        found = os.stat(intent.final)
    except OSError:
        return False
    return found.st_ino == intent.inode and (intent.is_folder or found.st_size == intent.size)


def take_back(intents: Sequence[Intent], kept: Kept | None) -> None:
    """Makes scratch of what was published, but for what replaced an older file, and puts the source back. Repeatable.

    Raises:
        OSError: the drive does not let us; what was taken back until then stays so.
    """
    if kept is None:
        # Nothing depends on it: results that have their names keep them, as they always did.
        return
    for intent in reversed(intents):
        if is_published(intent) and not intent.overwrite:
            scratch = os.fsdecode(intent.scratch)
            replace.swap(os.fsdecode(intent.final), scratch)
            # Its time of change is its identity: a Step whose file looks as it was recorded is not run again.
            os.utime(scratch, ns=(intent.mtime_ns, intent.mtime_ns))
    replace.move_back(kept)


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


def _is_as_intended(intent: Intent) -> bool:
    try:
        found = os.stat(intent.scratch)
    except OSError:
        return False
    # Where it is a second name of what was published, it has got the date of that.
    dates = (intent.mtime_ns, msgspec.json.decode(intent.artifact, type=Artifact).modified_ns)
    return found.st_ino == intent.inode and found.st_mtime_ns in dates


def _dated(intent: Intent, artifact: Artifact) -> tuple[Warn, ...]:
    """Gives a published file the date it is to show. Not before: until then its date is how the journal knows it."""
    if not artifact.modified_ns:
        return ()
    try:
        os.utime(intent.final, ns=(artifact.modified_ns, artifact.modified_ns))
    except OSError as error:
        name = shown(os.path.basename(intent.final))
        return (Warn("date_not_kept", f"The date of the source could not be given to {name}: {error.strerror}."),)
    return ()


def _is_name_of(candidate: str, leaving: bytes) -> bool:
    """Whether a name is that of the file that makes room, which some drives take for the same in another case."""
    if not leaving or os.path.basename(candidate).casefold() != os.path.basename(os.fsdecode(leaving)).casefold():
        return False
    with suppress(OSError):
        return os.path.samefile(candidate, leaving)
    return False


def _replacing(artifacts: tuple[Artifact, ...], kept: Kept | None) -> tuple[Artifact, ...]:
    """The artifacts, the first result bearing the size of the source that made room for it."""
    result = next((artifact for artifact in artifacts if artifact.kind == "result"), None)
    if kept is None or result is None or not replace.is_aside(kept):
        return artifacts
    told = msgspec.structs.replace(result, measures={**result.measures, "replaced_bytes": kept.size})
    return tuple(told if artifact is result else artifact for artifact in artifacts)


def _size_of(path: str) -> int:
    if not os.path.isdir(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(path) for name in names)
