"""Past-tense facts. Immutable; numbered once they are durable.

An event says what changed, not how things are: a reader that needs the job asks for its snapshot.
The tag is the type on the wire and in the journal.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from pipeline.model.job import Artifact, HeldBy, Progress, Waiting
from pipeline.model.problem import Problem, Warn
from pipeline.model.source import Source
from pipeline.model.state import State

Level = Literal["info", "success", "warning", "error"]


class JobCreated(msgspec.Struct, frozen=True, omit_defaults=True, tag="job.created"):
    """A job was accepted and will survive a crash."""

    job_id: str
    name: str
    recipe: str
    num: int
    batch_id: str = ""


class JobChanged(msgspec.Struct, frozen=True, omit_defaults=True, tag="job.state"):
    """A job moved from one state to another, or into a new attempt."""

    job_id: str
    state: State
    prior_state: State
    attempt: int
    reason: str = ""
    held_by: HeldBy = ""
    problem: Problem | None = None


class StepStarted(msgspec.Struct, frozen=True, omit_defaults=True, tag="job.step"):
    """A job came to a Stage it was not in before."""

    job_id: str
    attempt: int
    stage: str
    label: str


class JobUpdated(msgspec.Struct, frozen=True, omit_defaults=True, tag="job.updated"):
    """Something about a job changed that is not its state: its order, hold, wait or what is known of its source."""

    job_id: str
    priority: int = 0
    place: float = 0.0
    held_by: HeldBy = ""
    waiting_for: Waiting = ""
    waiting_why: str = ""
    source: Source | None = None


class JobWarned(msgspec.Struct, frozen=True, omit_defaults=True, tag="job.warning"):
    """The result is kept, and there is something to know about it."""

    job_id: str
    attempt: int
    warning: Warn


class ArtifactMade(msgspec.Struct, frozen=True, omit_defaults=True, tag="job.artifact"):
    """A result stands under its final name."""

    job_id: str
    attempt: int
    artifact: Artifact


class JobRemoved(msgspec.Struct, frozen=True, omit_defaults=True, tag="job.removed"):
    """A job left the list; nothing of it is kept but its results."""

    job_id: str


class Noticed(msgspec.Struct, frozen=True, omit_defaults=True, tag="server.notice"):
    """Something that concerns all jobs: the store cannot be written, the history was salvaged."""

    level: Literal["info", "warning", "error"]
    problem: Problem


class JobProgressed(msgspec.Struct, frozen=True, omit_defaults=True, tag="job.progress"):
    """How far a job is. Volatile: the latest wins."""

    job_id: str
    attempt: int
    progress: Progress


class JobLogged(msgspec.Struct, frozen=True, omit_defaults=True, tag="job.log"):
    """A line of a job's log. Volatile; the log file has them all."""

    job_id: str
    attempt: int
    level: Level
    line: str


class Unknown(msgspec.Struct, frozen=True):
    """An event of a type this version does not know, kept as it was read."""

    type: str
    raw: Any


Durable = JobCreated | JobChanged | StepStarted | JobUpdated | JobWarned | ArtifactMade | JobRemoved | Noticed
Volatile = JobProgressed | JobLogged
Event = Durable | Volatile | Unknown

DURABLE: tuple[type[msgspec.Struct], ...] = (
    JobCreated, JobChanged, StepStarted, JobUpdated, JobWarned, ArtifactMade, JobRemoved, Noticed,
)  # fmt: skip
VOLATILE: tuple[type[msgspec.Struct], ...] = (JobProgressed, JobLogged)


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event as the Bus tells it.

    `seq` counts durable events; a volatile one has the `seq` of the last durable event and a `sub` above 0.
    `job_seq` counts a job's durable events without gaps; 0 on volatile ones and notices. `at_ms` is Unix time, UTC.
    """

    event: Event
    seq: int
    sub: int
    job_seq: int
    at_ms: int
    epoch: str


def job_of(event: Event) -> str:
    """The id of the job an event is about; empty for those that concern all."""
    return getattr(event, "job_id", "")


def type_of(event: Event) -> str:
    """The event's type as it stands on the wire."""
    if isinstance(event, Unknown):
        return event.type
    return str(type(event).__struct_config__.tag)
