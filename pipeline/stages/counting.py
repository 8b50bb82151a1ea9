"""Asks what is in a file, packet by packet, and reads the answer."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.acts.count import CountPackets
from pipeline.model.source import Source, StreamKind
from pipeline.model.stage import Call, Outcome, Talk


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


class Unreadable(Exception):
    """A file could not be read to its end; says why."""


def counted(source: Source | None, result: str, label: str) -> Talk[tuple[Content, ...]]:
    """What a result holds, and after it the source, where one is given.

    Raises:
        Unreadable: one of them cannot be read.
    """
    return (yield from counted_files((result,) if source is None else (result, source.file), label))


def counted_files(names: tuple[str, ...], label: str) -> Talk[tuple[Content, ...]]:
    """What several files hold; scratch files by their names there.

    Raises:
        Unreadable: one of them cannot be read.
    """
    return (yield from _answered(names, 0.0, label))


def counted_moments(source: Source, every_s: float) -> Talk[tuple[Count, ...] | None]:
    """What the streams of a source hold from moment to moment; None where it cannot be read to its end."""
    try:
        return (yield from _answered((source.file,), every_s, "Find where it is dense"))[0].streams
    except Unreadable:
        return None


def counted_source(source: Source) -> Talk[tuple[Count, ...] | None]:
    """What the streams of a source hold; None where it cannot be read to its end."""
    try:
        return (yield from _answered((source.file,), 0.0, "Count what is in the source"))[0].streams
    except Unreadable:
        return None


def extent_s(counts: Iterable[Count], from_s: float = -math.inf) -> float:
    """From the first packet of all these streams, or from `from_s` if that is later, to the end of the last."""
    timed = [(each.first_pts_s, each.last_end_s) for each in counts]
    starts = [start for start, _ in timed if start is not None]
    ends = [end for _, end in timed if end is not None]
    return max(ends) - max(from_s, min(starts)) if starts and ends else 0.0


def _answered(names: tuple[str, ...], every_s: float, label: str) -> Talk[tuple[Content, ...]]:
    act = CountPackets(tuple(os.fsencode(name) for name in names), every_s)
    reads = tuple(name for name in names if not os.path.isabs(name))
    outcome: Outcome = yield Call(act, lane="light", reads=reads, label=label)
    if "error" in outcome.value:
        raise Unreadable(outcome.value["error"])
    return tuple(_content(file) for file in outcome.value["value"])


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
