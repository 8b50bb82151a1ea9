"""How a run is told: as plain lines, or as one JSON envelope a line. The bars of a terminal are in `bars`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import BinaryIO, Protocol, TextIO

from app import text
from pipeline.engine.estimate import Eta
from pipeline.model import wire
from pipeline.model.event import JobUpdated, Noticed, Told
from pipeline.model.job import Job
from pipeline.model.problem import Problem
from pipeline.model.source import shown
from pipeline.model.state import State


class Report(Protocol):
    """What a run tells, in this order: begin, then told and ended as it goes, with pulses between, then finish."""

    pulse_s: float

    def begin(self, jobs: Sequence[Job]) -> None:
        """These jobs are accepted."""
        ...

    def told(self, told: Told) -> None:
        """An event of one of them, or one that concerns all."""
        ...

    def ended(self, job: Job, number: int, total: int) -> None:
        """A job has ended, as the `number`th of all."""
        ...

    def pulse(self, queue_eta: Callable[[], Eta | None]) -> None:
        """At least `pulse_s` apart, whether anything happened or not."""
        ...

    def finish(self, jobs: Sequence[Job]) -> None:
        """The run is over; not all jobs need have ended."""
        ...

    def abandon(self) -> None:
        """The run ends by an exception; nothing more is said."""
        ...


class PlainLines:
    """A line for each job that ends; what went wrong goes to the error output."""

    pulse_s = 1.0

    def __init__(self, out: TextIO, errors: TextIO) -> None:
        self._out = out
        self._errors = errors
        self._names: dict[str, str] = {}
        self._began_s = time.monotonic()

    def begin(self, jobs: Sequence[Job]) -> None:
        self._names = {job.id: text.one_line(job.name) for job in jobs}

    def told(self, told: Told) -> None:
        match told.event:
            case JobUpdated(job_id=job_id, waiting_for=waiting, waiting_why=why) if waiting not in ("", "lane"):
                self._say(f"{self._names.get(job_id, '')}: waiting. {text.one_line(why)}")
            case Noticed(problem=problem):
                self._complain_of(problem)
            case _:
                pass

    def ended(self, job: Job, number: int, total: int) -> None:
        self._say(f"[{number}/{total}] {ending(job)}")
        for warning in job.warnings:
            self._say(f"      {text.one_line(warning.message)}")
        if job.state is State.FAILED and job.problem:
            self._complain_of(job.problem)

    def pulse(self, queue_eta: Callable[[], Eta | None]) -> None:
        """Nothing: a log needs no heartbeat."""

    def finish(self, jobs: Sequence[Job]) -> None:
        took_s = time.monotonic() - self._began_s
        if len(jobs) > 1 or any(not job.state.is_terminal for job in jobs):
            self._say(f"{text.summary(jobs)} in {text.duration(took_s)}")
        if any(not job.state.is_terminal for job in jobs):
            self._say("“reelyard resume” finishes what is left.")

    def abandon(self) -> None:
        """Nothing: what was said is flushed."""

    def _complain_of(self, problem: Problem) -> None:
        self._complain(f"reelyard: {text.sentence(problem)}")
        for line in text.details(problem):
            self._complain(f"    {line}")

    def _say(self, line: str) -> None:
        print(line, file=self._out, flush=True)

    def _complain(self, line: str) -> None:
        print(line, file=self._errors, flush=True)


class JsonLines:
    """One envelope a line, and `run.finished` as the last."""

    pulse_s = 1.0

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def begin(self, jobs: Sequence[Job]) -> None:
        """Nothing: each `job.created` says it."""

    def told(self, told: Told) -> None:
        self._write(wire.line(wire.envelope(told)))

    def ended(self, job: Job, number: int, total: int) -> None:
        """Nothing: `job.state` said it."""

    def pulse(self, queue_eta: Callable[[], Eta | None]) -> None:
        """Nothing: events carry their own times."""

    def finish(self, jobs: Sequence[Job]) -> None:
        now_ms = time.time_ns() // 1_000_000
        self._write(wire.line(wire.control("run.finished", wire.finished(jobs), now_ms)))

    def abandon(self) -> None:
        """Nothing: a stream without its last line was cut off, and its reader can tell."""

    def _write(self, line: bytes) -> None:
        self._out.write(line + b"\n")
        self._out.flush()


def ending(job: Job) -> str:
    """`clip.mov: completed, 12.4 MB (clip.mp4), in place of 40.1 MB, 3 s`; for a skipped job why it was."""
    parts = [job.state.value]
    results = [artifact for artifact in job.artifacts if artifact.kind == "result"]
    if job.state is State.COMPLETED and results:
        made = text.size(sum(artifact.size for artifact in results))
        name = text.one_line(shown(os.path.basename(results[0].path)))
        parts.append(f"{made} ({name})" if len(results) == 1 else f"{text.count(len(results), 'file')}, {made}")
        if replaced := sum(artifact.measures.get("replaced_bytes", 0) for artifact in results):
            parts.append(f"in place of {text.size(replaced)}")
        if any(warning.code == "undone" for warning in job.warnings):
            parts.append("undone since")
    if job.state is State.SKIPPED and job.problem:
        return f"{text.one_line(job.name)}: skipped. {text.one_line(job.problem.message)}"
    if job.started_ms is not None:
        parts.append(text.duration(worked_s(job)))
    return f"{text.one_line(job.name)}: {', '.join(parts)}"


def worked_s(job: Job) -> float:
    """How long it was worked on, in seconds, pauses left out."""
    return job.active_ms / 1000
