"""What a start does with the jobs a dead owner left open. Decides with the state table; each attempt ends once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from sqlite3 import Connection
from typing import Any

import msgspec

from pipeline.model.event import Durable, JobChanged
from pipeline.model.job import Job, Progress
from pipeline.model.problem import crash_loop
from pipeline.model.state import State, Trigger, after
from pipeline.store.jobs import load_jobs, save_jobs
from pipeline.store.journal import in_hand, lay_down
from pipeline.store.writer import Writer

CRASHES = 3


def settle(writer: Writer, *, release: bool) -> tuple[Job, ...]:
    """Brings every open job to a state one can go on from; blocks until that is committed. Returns the open jobs.

    A job that was at work comes back pending, held by the crash unless `release`; what a person had paused stays
    theirs to release. One whose Step in hand was there at three crashes fails instead.
    """
    jobs, hands = writer.submit(_open_jobs).result()
    settled = [_settled(job, hands.get(job.id, {}), release) for job in jobs]
    changed = [new for new, old in zip(settled, jobs, strict=True) if new is not old]
    events: list[Durable] = [
        JobChanged(new.id, new.state, old.state, new.attempt, _reason(new).value, new.held_by, new.problem)
        for new, old in zip(settled, jobs, strict=True)
        if new is not old
    ]

    def save(connection: Connection) -> None:
        save_jobs(connection, changed)
        for job in changed:
            lay_down(connection, job.id)

    writer.submit(save, events).result()
    return tuple(settled)


def _open_jobs(connection: Connection) -> tuple[Sequence[Job], dict[str, dict[str, str]]]:
    jobs = load_jobs(connection, open_only=True)
    return jobs, {job.id: in_hand(connection, job.id) for job in jobs if job.state.is_started}


def _reason(new: Job) -> Trigger:
    return Trigger.FAIL if new.state is State.FAILED else Trigger.INTERRUPT


def _settled(job: Job, hand: dict[str, str], release: bool) -> Job:
    if not job.state.is_started:
        return job
    again = [key for key in job.crash_steps if key in hand]
    crashes = job.interrupts + 1 if again else 1
    common: dict[str, Any] = {"waiting_for": "", "waiting_why": "", "progress": Progress()}
    now_ms = time.time_ns() // 1_000_000
    if crashes >= CRASHES and job.state is not State.CANCELING:
        state = after(job.state, Trigger.FAIL)
        return msgspec.structs.replace(job, state=state, problem=crash_loop(hand[again[0]]), ended_ms=now_ms, **common)
    state = after(job.state, Trigger.INTERRUPT)
    if state.is_terminal:
        return msgspec.structs.replace(job, state=state, ended_ms=now_ms, **common)
    held_by = "person" if job.state.is_paused else "" if release else "crash"
    return msgspec.structs.replace(
        job, state=state, held_by=held_by, interrupts=crashes if hand else 0, crash_steps=tuple(again or hand), **common
    )
