"""`demo`: makes a short clip and does the main job on it, saying what was made, checked and measured."""

from __future__ import annotations

import os
import sys
import tempfile

from app import text
from app.cli.arguments import Arguments
from app.cli.parts import Bootstrap
from app.cli.report import PlainLines, worked_s
from app.cli.run import do
from app.cli.session import presets_of, settings_of
from app.home import find_home
from pipeline.engine.cancel import Cancel
from pipeline.media.process import run
from pipeline.media.toolchain import Toolchain
from pipeline.model.destination import Destination
from pipeline.model.event import StepStarted, Told
from pipeline.model.job import Artifact, Job
from pipeline.model.problem import PipelineError, tool_failed
from pipeline.model.source import shown
from pipeline.model.stage import Command
from pipeline.model.state import State

_CLIP = "reelyard-demo.mkv"
_CLIP_S = 4
_RECIPE, _PRESET = "convert", "web-1080p"


def demo(arguments: Arguments, bootstrap: Bootstrap) -> int:
    """Does the verb and returns the exit code.

    Raises:
        PipelineError: there is no usable ffmpeg, home or folder.
    """
    home = find_home(arguments.home)
    settings = settings_of(home)
    flow = presets_of(bootstrap, home).flow(_RECIPE, _PRESET)
    folder = os.path.abspath(arguments.output) if arguments.output else tempfile.mkdtemp(prefix="reelyard-demo-")
    clip = make_clip(bootstrap.open_toolchain(home, settings), folder)
    print(f"Made a clip of {_CLIP_S} s: {clip} ({text.size(os.path.getsize(clip))}).")
    print(f"Converting it with the preset {_PRESET}.")
    sys.stdout.flush()
    destination = Destination(os.fsencode(folder), "rename")
    return do(home, settings, bootstrap, DemoLines(), [clip], flow, destination)


def make_clip(toolchain: Toolchain, folder: str) -> str:
    """A moving test picture with a tone, lossless as from a camera; returns its path.

    Raises:
        PipelineError: ffmpeg cannot make it.
    """
    os.makedirs(folder, exist_ok=True)
    argv = (
        *("ffmpeg", "-hide_banner", "-nostdin", "-y", "-loglevel", "level+warning", "-progress", "pipe:1"),
        *("-f", "lavfi", "-i", f"testsrc2=size=1280x720:rate=30:duration={_CLIP_S}"),
        *("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={_CLIP_S}"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p", "-c:a", "flac", _CLIP),
    )
    command = Command(argv, expect_s=_CLIP_S)
    exit = run(toolchain.resolve(argv), command, folder=folder, cancel=Cancel(), on_tick=lambda tick: None)
    if exit.code != 0:
        raise PipelineError(tool_failed("ffmpeg", exit.code, "\n".join(exit.lines)))
    return os.path.join(folder, _CLIP)


class DemoLines(PlainLines):
    """Says each step as it begins, and what became of the clip."""

    def __init__(self) -> None:
        super().__init__(sys.stdout, sys.stderr)

    def told(self, told: Told) -> None:
        match told.event:
            case StepStarted(label=label):
                self._say(f"  {label} …")
            case _:
                super().told(told)

    def ended(self, job: Job, number: int, total: int) -> None:
        if job.state is not State.COMPLETED:
            super().ended(job, number, total)
            return
        for artifact in job.artifacts:
            self._say(f"Made:     {shown(artifact.path)} ({text.size(artifact.size)})")
            self._say(f"Verified: {_verified(artifact)}")
        self._say(f"Measured: {_measured(job)}")
        for warning in job.warnings:
            self._say(f"Note:     {text.one_line(warning.message)}")


def _verified(artifact: Artifact) -> str:
    """What the check read back from the result; without frames counted, how long it is."""
    frames, duration_s = artifact.measures.get("frames"), artifact.measures.get("duration_s")
    found = [text.count(frames, "frame")] if frames else []
    found += [text.duration(duration_s)] if duration_s else []
    return f"decoded to its end, nothing missing ({', '.join(found)})" if found else "decoded to its end"


def _measured(job: Job) -> str:
    took_s = worked_s(job)
    parts = [f"took {text.duration(took_s)}"]
    if took_s > 0:
        parts.append(f"{text.speed(_CLIP_S / took_s)} real time")
    made = sum(artifact.size for artifact in job.artifacts)
    if job.source.size > 0:
        parts.append(f"{100 * made / job.source.size:.0f} % of the clip's size")
    return ", ".join(parts)
