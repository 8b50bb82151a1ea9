"""Jobs to store, and somebody who listens to a Writer."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pipeline.model.destination import Destination
from pipeline.model.event import Event, JobCreated, JobProgressed, Told
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.job import Job, Progress
from pipeline.model.problem import Problem
from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.store.writer import Writer

LIMIT_S = 20.0

INFO = MediaInfo("mov,mp4", 12.5, (MediaStream(0, "video", "h264", width=1920, height=1080, frame_rate=25.0),))


def a_job(num: int, name: str = "", *, recipe: str = "convert", **fields: Any) -> Job:
    """A job with an id made of its number."""
    path = f"/videos/{name or f'clip {num}.mp4'}".encode()
    source = Source(path, size=1_000 + num, mtime_ns=num, info=INFO)
    return Job(f"job-{num}", num, source, Flow((FlowStep(recipe),)), Destination(b"/out"), **fields)


def created(job: Job) -> JobCreated:
    return JobCreated(job.id, job.name, job.flow.title, job.num)


def progressed(job_id: str, percent: float) -> JobProgressed:
    return JobProgressed(job_id, 1, Progress(percent=percent))


class Heard:
    """What a Writer said, in order."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.troubles: list[Problem | None] = []

    def tell(self, told: Sequence[Told]) -> None:
        self.told.extend(told)

    def trouble(self, problem: Problem | None) -> None:
        self.troubles.append(problem)

    @property
    def events(self) -> list[Event]:
        return [told.event for told in self.told]


@contextmanager
def held_up(writer: Writer) -> Iterator[None]:
    """While inside, the writer is busy, so that all which is handed in becomes one group."""
    busy, go_on = threading.Event(), threading.Event()

    def wait(_: object) -> None:
        busy.set()
        assert go_on.wait(LIMIT_S)

    writer.submit(wait)
    assert busy.wait(LIMIT_S)
    try:
        yield
    finally:
        go_on.set()


def settle(writer: Writer) -> None:
    """Returns when all that was handed in before has been told."""
    writer.submit(lambda c: None).result(LIMIT_S)
