"""Whether a source is still the file it was: its size and time of change, looked at before, between and after."""

from __future__ import annotations

import os
from collections.abc import Callable

import msgspec

from pipeline.engine.companions import companions_of
from pipeline.model.problem import (
    PipelineError,
    Problem,
    Warn,
    source_changed,
    source_growing,
    source_missing,
)
from pipeline.model.source import MediaInfo, Source


def looked_at(source: Source, probe: Callable[[str], MediaInfo]) -> Source:
    """The source with its identity, what is in it and what lies beside it. Probed again if it is not what it was.

    Raises:
        PipelineError: it is not there, or no media.
    """
    info = probe(source.file)
    try:
        found = os.stat(source.file)
    except OSError:
        raise PipelineError(source_missing(source.path)) from None
    beside = companions_of(source.file)
    identity = {"size": found.st_size, "mtime_ns": found.st_mtime_ns}
    return msgspec.structs.replace(source, info=info, companions=beside, **identity)


def still_there(source: Source) -> tuple[Warn, ...]:
    """Looks at the source once more. One that changed spoils the result; one that is gone does not.

    Raises:
        PipelineError: the content is not what it was when work began.
    """
    problem = changed(source)
    if problem is None:
        return ()
    if problem.code == "source_missing":
        why = "The source was moved or deleted while it was read; the result is complete and was checked."
        return (Warn("source_vanished", why),)
    raise PipelineError(problem)


def changed(source: Source) -> Problem | None:
    """What became of the source since it was looked at; None where it is as it was."""
    try:
        found = os.stat(source.file)
    except OSError:
        return source_missing(source.path)
    if found.st_size > source.size:
        return source_growing(source.path)
    if (found.st_size, found.st_mtime_ns) != (source.size, source.mtime_ns):
        return source_changed(source.path)
    return None
