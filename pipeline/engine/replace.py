"""Moves a source out of the way of its result, and back. It renames; it never copies and never deletes content.

Every move may be said again: what was done already is found done.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterable

from pipeline.engine import noreplace
from pipeline.engine.names import names_like
from pipeline.engine.workspace import PARENT, flush_folder, make_folder
from pipeline.model.job import Artifact, Job
from pipeline.model.problem import PipelineError, source_changed, source_is_link, source_not_movable
from pipeline.store.kept import Kept, Placed

FOLDER = "replaced"
_UNDONE = "undone"


def refuse_link(job: Job) -> None:
    """Raises PipelineError where a job is to replace what is only a link to a source."""
    if job.destination.replace_source and os.path.islink(job.source.file):
        raise PipelineError(source_is_link(job.source.path))


def planned(job: Job) -> Kept | None:
    """Where the source will be kept; None where it is gone already, and so in nobody's way.

    Raises:
        PipelineError: it is not the content the result was made from.
    """
    file = job.source.file
    # Its folder is this job's own; still, what a person may have put there is not run over.
    asides = names_like(os.path.join(_folder_of(job), os.path.basename(file)))
    kept = Kept(
        job_id=job.id,
        place=job.source.path,
        aside=os.fsencode(next(name for name in asides if not os.path.lexists(name))),
        size=job.source.size,
        mtime_ns=job.source.mtime_ns,
        at_ms=time.time_ns() // 1_000_000,
    )
    if not os.path.lexists(file):
        return None
    if not _is(kept.place, kept):
        raise PipelineError(source_changed(job.source.path))
    return kept


def is_aside(kept: Kept) -> bool:
    """Whether the source has made room."""
    return _is(kept.aside, kept) and not is_one_file(kept.place, kept.aside)


def was_changed(kept: Kept) -> bool:
    """Whether other content stands in the source's place, and the source did not make room for it."""
    return not _is(kept.aside, kept) and not _is(kept.place, kept) and os.path.lexists(kept.place)


def move_aside(kept: Kept) -> None:
    """Makes room. Does nothing where that is done, or the source is gone.

    Raises:
        PipelineError: the drive does not let us; the source is where it was.
    """
    place, aside = os.fsdecode(kept.place), os.fsdecode(kept.aside)
    if is_aside(kept) or not _is(kept.place, kept):
        return
    try:
        make_folder(os.path.dirname(aside))
        if _is(kept.aside, kept):
            # A way back was interrupted between giving the one name and taking the other: both are one file.
            os.unlink(place)
        elif os.path.lexists(aside):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), aside)
        else:
            os.rename(place, aside)
        flush_folder(os.path.dirname(aside))
        flush_folder(os.path.dirname(place))
    except OSError as error:
        raise PipelineError(source_not_movable(kept.place, error.strerror or str(error))) from error


def move_back(kept: Kept) -> None:
    """Puts the source back in its place, with the date it had. Does nothing where it is there.

    Raises:
        FileExistsError: something else has the name; the source stays where it is kept.
        OSError: the drive does not let us.
    """
    if os.path.lexists(kept.aside):
        swap(os.fsdecode(kept.aside), os.fsdecode(kept.place))
    remove_folders(kept)


def swap(file: str, place: str) -> None:
    """Gives a file its other name, where nothing has that. Repeatable: both names of one file count as half the way.

    Raises:
        FileExistsError: something else has the name.
        OSError: the drive does not let us.
    """
    make_folder(os.path.dirname(place))
    if not is_one_file(file, place):
        noreplace.put(file, place)
        flush_folder(os.path.dirname(place))
    if os.path.lexists(file):
        os.unlink(file)
    flush_folder(os.path.dirname(file))


def placed(job: Job, published: Iterable[Artifact]) -> tuple[Placed, ...]:
    """What an undo has to take away, as it stands now. What is gone again already is left out."""
    folder = os.path.join(_folder_of(job), _UNDONE)
    found = []
    for artifact in published:
        try:
            now = os.lstat(artifact.file)
        except OSError:
            continue
        aside = os.path.join(folder, os.path.basename(artifact.file))
        found.append(Placed(artifact.path, os.fsencode(aside), now.st_size, now.st_mtime_ns))
    return tuple(found)


def remove_folders(kept: Kept) -> None:
    """Takes the folders it was kept in away, as far as they are empty."""
    folder = os.path.dirname(os.fsdecode(kept.aside))
    for each in (
        os.path.join(folder, _UNDONE),
        folder,
        os.path.dirname(folder),
        os.path.dirname(os.path.dirname(folder)),
    ):
        try:
            os.rmdir(each)
        except FileNotFoundError:
            continue
        except OSError:
            return


def is_as(file: bytes, size: int, mtime_ns: int) -> bool:
    """Whether a file is there with this size and time of change. Links are not followed."""
    try:
        found = os.lstat(file)
    except OSError:
        return False
    return (found.st_size, found.st_mtime_ns) == (size, mtime_ns)


def is_one_file(one: str | bytes, other: str | bytes) -> bool:
    """Whether both are names of one file. A link to it is none of its names."""
    try:
        return os.path.samestat(os.lstat(one), os.lstat(other))
    except OSError:
        return False


def _folder_of(job: Job) -> str:
    """Where a job's source is kept: on its own volume, beside it, and in a folder that is never walked for media."""
    return os.path.join(os.path.dirname(job.source.file), PARENT, FOLDER, job.id)


def _is(file: bytes, kept: Kept) -> bool:
    return is_as(file, kept.size, kept.mtime_ns)
