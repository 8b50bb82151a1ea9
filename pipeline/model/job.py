"""A job as a frozen snapshot. Only the Scheduler makes the next one."""

from __future__ import annotations

import os
import secrets
import time
from typing import Any, Literal

import msgspec

from pipeline.model.destination import Destination
from pipeline.model.flow import Flow
from pipeline.model.problem import Problem, Warn
from pipeline.model.source import Source
from pipeline.model.state import State

ArtifactKind = Literal["result", "sidecar", "scratch"]
HeldBy = Literal["", "person", "crash"]
Waiting = Literal["", "lane", "disk", "network", "retry", "hours", "stalled", "store"]
PRIORITIES: dict[str, int] = {"low": -1, "normal": 0, "high": 1}


class Artifact(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file or package folder made.

    In a Script `path` is the scratch name and `name` the wished-for file name without folder; once published,
    `path` is the final absolute path as `os.fsencode` bytes. `measures` are numbers such as `vmaf` or `duration_s`.
    `modified_ns` is the time of change the published file is to show, in Unix nanoseconds; 0 leaves it as it is.
    """

    path: bytes
    kind: ArtifactKind = "result"
    name: bytes = b""
    size: int = 0
    measures: dict[str, Any] = {}
    warnings: tuple[Warn, ...] = ()
    modified_ns: int = 0

    @property
    def file(self) -> str:
        """The path as Python's file functions take it."""
        return os.fsdecode(self.path)


class Progress(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far a started job is. `percent` never goes back within an attempt. `eta_ms` is None when unknown."""

    percent: float = 0.0
    stage: str = ""
    stage_percent: float | None = None
    message: str = ""
    current: float = 0.0
    total: float = 0.0
    speed: float = 0.0
    fps: float = 0.0
    bit_rate: float = 0.0
    out_time_s: float = 0.0
    out_bytes: int = 0
    eta_ms: int | None = None


class Job(msgspec.Struct, frozen=True, omit_defaults=True):
    """Source + Flow + Destination, and how it goes.

    Times are Unix milliseconds, UTC. `active_ms` is work without pauses, all attempts. `place` orders pending jobs
    of one priority. `interrupts` counts ends by crash with the same Step in hand, of those in `crash_steps`.
    """

    id: str
    num: int
    source: Source
    flow: Flow
    destination: Destination
    batch_id: str = ""
    state: State = State.PENDING
    attempt: int = 1
    priority: int = 0
    place: float = 0.0
    held_by: HeldBy = ""
    waiting_for: Waiting = ""
    waiting_why: str = ""
    progress: Progress = Progress()
    artifacts: tuple[Artifact, ...] = ()
    warnings: tuple[Warn, ...] = ()
    problem: Problem | None = None
    created_ms: int = 0
    started_ms: int | None = None
    ended_ms: int | None = None
    active_ms: int = 0
    interrupts: int = 0
    crash_steps: tuple[str, ...] = ()
    without_skip_rules: bool = False

    @property
    def name(self) -> str:
        """What a person calls it: the source's name."""
        return self.source.name

    @property
    def destination_folder(self) -> str:
        """The absolute folder its results go to."""
        return self.destination.folder_for(self.source.file, self.source.subfolder)


_LAST_ID_MS = 0
_ID_COUNTER = 0


def new_id() -> str:
    """A UUIDv7 (RFC 9562): Unix milliseconds, a 12-bit counter within one millisecond, 62 random bits."""
    global _LAST_ID_MS, _ID_COUNTER
    now_ms = time.time_ns() // 1_000_000
    if now_ms <= _LAST_ID_MS and _ID_COUNTER < 0xFFF:
        now_ms, _ID_COUNTER = _LAST_ID_MS, _ID_COUNTER + 1
    else:
        _LAST_ID_MS, _ID_COUNTER = max(now_ms, _LAST_ID_MS + 1), 0
        now_ms = _LAST_ID_MS
    value = (now_ms << 80) | (0x7 << 76) | (_ID_COUNTER << 64) | (0b10 << 62) | secrets.randbits(62)
    # Ten thousand of these are made for one drop; uuid.UUID would take three times as long for each.
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
