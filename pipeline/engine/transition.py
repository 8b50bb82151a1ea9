"""What a move from one state to another does to a Job's snapshot, and which events tell it. Pure functions."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Any

import msgspec

from pipeline.model.event import ArtifactMade, Durable, JobChanged, JobWarned
from pipeline.model.job import Artifact, Job, Progress
from pipeline.model.problem import Problem, Warn
from pipeline.model.state import State, Trigger

Work = Callable[[Connection], None]


@dataclass(frozen=True)
class Verdict:
    """How an attempt ended, as the Runner found it: one of the Triggers that end one.

    `work` is done in the same transaction as the ending.
    """

    trigger: Trigger
    problem: Problem | None = None
    artifacts: tuple[Artifact, ...] = ()
    warnings: tuple[Warn, ...] = ()
    work: Work | None = None


def effects(job: Job, state: State, trigger: Trigger, verdict: Verdict | None) -> dict[str, Any]:
    """What else changes in the snapshot when a job moves to `state`."""
    now_ms = time.time_ns() // 1_000_000
    changes: dict[str, Any] = {"waiting_for": "", "waiting_why": ""}
    if trigger is Trigger.START:
        changes |= {"started_ms": now_ms, "ended_ms": None, "held_by": "", "problem": None, "progress": Progress()}
    elif trigger is Trigger.RETRY:
        changes |= {
            "attempt": job.attempt + 1, "ended_ms": None, "held_by": "", "problem": None, "progress": Progress(),
            "artifacts": (), "warnings": (), "interrupts": 0, "crash_steps": (),
            "without_skip_rules": job.state is State.SKIPPED,
        }  # fmt: skip
    elif trigger is Trigger.INTERRUPT and state is State.PENDING:
        changes |= {"held_by": "person" if job.state.is_paused else job.held_by, "progress": Progress()}
    if state.is_terminal:
        changes["ended_ms"] = now_ms
    if verdict is not None and state is State.COMPLETED:
        changes |= {
            "artifacts": verdict.artifacts,
            "warnings": verdict.warnings,
            "progress": msgspec.structs.replace(job.progress, percent=100.0, eta_ms=None),
            "interrupts": 0,
        }
    elif verdict is not None and state in (State.FAILED, State.SKIPPED):
        changes["problem"] = verdict.problem
    return changes


def events(job: Job, new: Job, trigger: Trigger) -> list[Durable]:
    """What is told of the move, in order."""
    told: list[Durable] = []
    if new.state is State.COMPLETED:
        told += [ArtifactMade(new.id, new.attempt, artifact) for artifact in new.artifacts]
        told += [JobWarned(new.id, new.attempt, warning) for warning in new.warnings]
    told.append(JobChanged(new.id, new.state, job.state, new.attempt, trigger.value, new.held_by, new.problem))
    return told
