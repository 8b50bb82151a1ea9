"""Converts with a real engine, and looks into what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.media.packets import Packets, count
from pipeline.model.job import Job
from pipeline.model.source import MediaInfo, MediaStream
from pipeline.model.state import State
from tests.support import builders, child
from tests.support.engine import Engine


@dataclass(frozen=True)
class Made:
    """A job that has ended, and what is in its result."""

    job: Job
    info: MediaInfo | None

    @property
    def file(self) -> Path:
        (artifact,) = self.job.artifacts
        return Path(artifact.file)

    @property
    def result(self) -> MediaInfo:
        assert self.info is not None, self.job.problem
        return self.info

    @property
    def video(self) -> MediaStream:
        video = self.result.video
        assert video is not None
        return video

    @property
    def source(self) -> MediaInfo:
        assert self.job.source.info is not None
        return self.job.source.info

    @property
    def warnings(self) -> list[str]:
        return [warning.code for warning in self.job.warnings]


def ended(engine: Engine, job: Job) -> Made:
    """Waits until a job has ended, and looks into its result."""
    job = engine.wait_for(job.id, *(state for state in State if state.is_terminal))
    return Made(job, engine.core.prober.info(job.artifacts[0].file) if job.artifacts else None)


def converted(engine: Engine, file: Path, **sets: Any) -> Made:
    """One file with options of its own."""
    (job,) = engine.add(file, **{"speed": "ultrafast", **sets})
    made = ended(engine, job)
    assert made.job.state is State.COMPLETED, made.job.problem
    return made


def held(file: Path) -> list[Packets]:
    """What the streams of a file hold; chapters, which MP4 keeps as a track of data, left out."""
    return [each for each in count(f"file:{file}") if each.kind != "data"]


def tags(file: Path) -> str:
    """The tags of a file as ffmpeg writes them."""
    return child.run([builders.ffmpeg(), "-v", "error", "-i", f"file:{file}", "-f", "ffmetadata", "-"]).out


def frames(file: Path) -> str:
    """What ffmpeg tells of every frame."""
    words = ("-hide_banner", "-i", f"file:{file}", "-map", "0:v:0", "-vf", "showinfo", "-f", "null", "-")
    return child.run([builders.ffmpeg(), *words]).err


def boxes(file: Path) -> list[bytes]:
    """The outermost boxes of an MP4, in order."""
    content = file.read_bytes()
    found, at = [], 0
    while at < len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        size = int.from_bytes(content[at + 8 : at + 16], "big") if size == 1 else size or len(content) - at
        found.append(content[at + 4 : at + 8])
        at += size
    return found


def starts_s(file: Path, kind: str) -> float:
    """When the first picture is shown, or the first sound heard after the silence an encoder begins with."""
    look = {"v": "showinfo", "a": "ashowinfo,silencedetect=noise=-40dB:d=0.005"}[kind]
    words = ("-hide_banner", "-copyts", "-i", f"file:{file}", "-map", f"0:{kind}:0", f"-{kind}f", look, "-f", "null")
    said = child.run([builders.ffmpeg(), *words, "-"]).err
    first = re.search(r"pts_time:(-?[\d.]+)", said)
    assert first is not None
    silence = re.search(r"silence_start: (-?[\d.]+)[\s\S]*?silence_end: ([\d.]+)", said)
    is_silent = silence is not None and float(silence[1]) <= float(first[1]) + 0.001
    return float(silence[2]) if silence is not None and is_silent else float(first[1])
