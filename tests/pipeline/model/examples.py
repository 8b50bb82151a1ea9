"""An event of every kind, with every field filled with something that is hard to carry."""

from __future__ import annotations

from pipeline.model.event import (
    ArtifactMade,
    Event,
    JobChanged,
    JobCreated,
    JobLogged,
    JobProgressed,
    JobRemoved,
    JobUpdated,
    JobWarned,
    Noticed,
    StepStarted,
    Unknown,
)
from pipeline.model.job import Artifact, Progress
from pipeline.model.problem import Problem, Remedy, Warn
from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.model.state import State

JOB = "01890000-0000-7000-8000-000000000001"
ODD_PATH = b'/out/caf\xe9 \xff "quoted"\n.mp4'
INFO = MediaInfo("mov,mp4", None, (MediaStream(0, "video", "h264", width=1920, frame_rate=29.97, title="日本"),))
PROBLEM = Problem(
    "disk_full", "The disk is full: /out.", "It did not fit.", Remedy("Free some space.", "free_space"),
    "No space left\non device", True, ("result.mp4",),
)  # fmt: skip

EVENTS: tuple[Event, ...] = (
    JobCreated(JOB, "clip \ufffd.mov", "convert + stream", 7, "a-batch"),
    JobChanged(JOB, State.FAILED, State.RUNNING, 2, "fail", "crash", PROBLEM),
    StepStarted(JOB, 2, "2.encode", "Convert: Encode"),
    JobUpdated(JOB, -1, -1024.5, "person", "retry", "No answer.", Source(ODD_PATH, size=5, mtime_ns=-1, info=INFO)),
    JobWarned(JOB, 1, Warn("damaged", "Damaged 3.2 s into it.", 3.2)),
    ArtifactMade(JOB, 1, Artifact(ODD_PATH, "sidecar", b"n\xff", 2**40, {"vmaf": 95.25, "frames": 180})),
    JobRemoved(JOB),
    Noticed("error", PROBLEM),
    JobProgressed(JOB, 3, Progress(47.52, "encode", 12.34, "pass 1", 3.0, 10.0, 1.8, 25.0, 3e5, 2.5, 9000, 240_000)),
    JobLogged(JOB, 1, "warning", "corrupt decoded frame \ufffd"),
    Unknown("job.sung", {"song": "la", "notes": [1, 2.5, None]}),
)
