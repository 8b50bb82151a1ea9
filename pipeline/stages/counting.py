"""Asks the child that counts packets what is in a file, and reads its answer."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.model.source import Source, StreamKind
from pipeline.model.stage import Command, Outcome, Run, StepFailed, Talk


@dataclass(frozen=True)
class Count:
    """What one stream holds. Times are in seconds, None where no packet has one; bytes are those of its packets.

    `sizes` are the bytes from moment to moment, from time 0 on, where that was asked for.
    """

    index: int
    kind: StreamKind
    packets: int
    first_pts_s: float | None
    last_end_s: float | None
    bytes: int = 0
    keyframes: int = 0
    key_bytes: int = 0
    sizes: tuple[int, ...] = ()

    @property
    def length_s(self) -> float:
        """From its first packet to the end of its last; 0 where it has none."""
        if self.first_pts_s is None or self.last_end_s is None:
            return 0.0
        return self.last_end_s - self.first_pts_s


@dataclass(frozen=True)
class Content:
    """What a file holds: its size, and its streams in order."""

    bytes: int
    streams: tuple[Count, ...]


def counted(source: Source | None, result: str, label: str) -> Talk[tuple[Content, ...]]:
    """What a result holds, and after it the source, where one is given.

    Raises:
        StepFailed: one of them cannot be read.
    """
    files = (f"file:{result}",) if source is None else (f"file:{result}", f"file:{source.file}")
    reads = (result, source.file) if source is not None and source.is_scratch else (result,)
    outcome: Outcome = yield _step(files, reads, label)
    return tuple(_content(file) for file in outcome.value)


def counted_files(names: tuple[str, ...], label: str) -> Talk[tuple[tuple[Content, ...], Outcome]]:
    """What several files hold, and how the Step ended that looked.

    Raises:
        StepFailed: one of them cannot be read.
    """
    outcome: Outcome = yield _step(tuple(f"file:{name}" for name in names), names, label)
    return tuple(_content(file) for file in outcome.value), outcome


def counted_moments(source: Source, every_s: float) -> Talk[tuple[tuple[Count, ...] | None, Outcome]]:
    """What the streams of a source hold from moment to moment, and how the Step ended; None if it cannot be read."""
    reads = (source.file,) if source.is_scratch else ()
    try:
        outcome: Outcome = yield _step((f"every:{every_s:g}", f"file:{source.file}"), reads, "Find where it is dense")
    except StepFailed as failed:
        if failed.problem.is_transient:
            raise
        return None, failed.outcome
    return _content(outcome.value[0]).streams, outcome


def counted_source(source: Source) -> Talk[tuple[Count, ...] | None]:
    """What the streams of a source hold; None where it cannot be read to its end."""
    reads = (source.file,) if source.is_scratch else ()
    try:
        outcome: Outcome = yield _step((f"file:{source.file}",), reads, "Count what is in the source")
    except StepFailed as failed:
        if failed.problem.is_transient:
            raise
        return None
    return _content(outcome.value[0]).streams if outcome.value else None


def extent_s(counts: Iterable[Count], from_s: float = -math.inf) -> float:
    """From the first packet of all these streams, or from `from_s` if that is later, to the end of the last."""
    timed = [(each.first_pts_s, each.last_end_s) for each in counts]
    starts = [start for start, _ in timed if start is not None]
    ends = [end for _, end in timed if end is not None]
    return max(ends) - max(from_s, min(starts)) if starts and ends else 0.0


def _step(files: tuple[str, ...], reads: tuple[str, ...], label: str) -> Run:
    argv = ("python", "-m", "pipeline.media.packets", *files)
    return Run(Command(argv, speaks="json"), lane="light", reads=reads, label=label)


def _content(file: dict[str, Any]) -> Content:
    return Content(
        file["bytes"],
        tuple(
            Count(
                each["index"],
                each["kind"],
                each["packets"],
                each["first_pts_s"],
                each["last_end_s"],
                each["bytes"],
                each["keyframes"],
                each["key_bytes"],
                tuple(each["sizes"]),
            )
            for each in file["streams"]
        ),
    )
