"""Jobs for rows: values in any state, and an engine that only knows snapshots."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec

from app.bridge.events import News
from app.models.naming import Naming
from pipeline.model.destination import Destination
from pipeline.model.event import JobChanged, JobCreated, JobProgressed, JobRemoved, JobUpdated
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.job import Job, Progress
from pipeline.model.recipe import Preset
from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.model.stage import Stage
from pipeline.model.state import State

STAGES = (Stage("encode", "Encode", 80), Stage("finish", "Finish", 4), Stage("verify", "Verify", 16))
FILM = MediaInfo("mov", 100.0, (MediaStream(0, "video", "h264", width=1920, height=1080, frame_rate=25.0),))
PRESET = Preset("web-1080p", "convert", "Web 1080p", "", {})

_nums = itertools.count(1)


def naming() -> Naming:
    return Naming([("convert", "Convert")], [PRESET], lambda job: STAGES)


def job(name: str = "a.mp4", state: State = State.PENDING, **changes: Any) -> Job:
    num = next(_nums)
    values: dict[str, Any] = {
        "id": f"id-{num}",
        "num": num,
        "source": Source(path=f"/media/{name}".encode(), size=1_000_000, info=FILM),
        "flow": Flow((FlowStep("convert", "web-1080p"),)),
        "destination": Destination(),
        "state": state,
        "place": float(num),
    }
    return Job(**{**values, **changes})


class Snapshots:
    """Knows jobs, and makes the news that would come of a change."""

    def __init__(self, *jobs: Job) -> None:
        self.kept = {each.id: each for each in jobs}

    def job(self, job_id: str) -> Job | None:
        return self.kept.get(job_id)

    def jobs(self) -> tuple[Job, ...]:
        return tuple(self.kept.values())

    def add(self, *jobs: Job) -> News:
        self.kept.update((each.id, each) for each in jobs)
        return News(facts=[JobCreated(each.id, each.name, "convert", each.num) for each in jobs])

    def change(self, before: Job, **changes: Any) -> News:
        after = self.kept[before.id] = msgspec.structs.replace(self.kept[before.id], **changes)
        if "state" in changes:
            return News(facts=[JobChanged(after.id, after.state, before.state, after.attempt)])
        return News(facts=[JobUpdated(after.id)])

    def remove(self, *jobs: Job) -> News:
        for each in jobs:
            del self.kept[each.id]
        return News(facts=[JobRemoved(each.id) for each in jobs])


def ticks(*jobs: Job, percent: float, attempt: int = 1, **values: Any) -> News:
    """Progress of several jobs at once."""
    progress = Progress(percent=percent, stage="encode", stage_percent=percent, **values)
    return News(progress={each.id: JobProgressed(each.id, attempt, progress) for each in jobs})
