"""What the tests of this folder share: running a fake tool, and asking whether a process is gone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import psutil

from pipeline.engine.cancel import Cancel
from pipeline.media import process
from pipeline.media.process import Exit, Running
from pipeline.model.stage import CancelSignal, Command, Tick
from tests.support import fake_tool, wait

FFMPEG = str(imageio_ffmpeg.get_ffmpeg_exe())
QUIET = ("-hide_banner", "-nostdin", "-y", "-nostats", "-loglevel", "level+warning")
HEARD = (*QUIET, "-progress", "pipe:1", "-stats_period", "0.1")
ENDLESS = ("-re", "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=10", "-f", "null", "-")

LINUX = sys.platform == "linux"


@dataclass
class Heard:
    """Everything one run said while it ran."""

    ticks: list[Tick] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)
    exit: Exit | None = None

    @property
    def ended(self) -> Exit:
        """How it ended."""
        assert self.exit is not None
        return self.exit


def run(
    argv: Sequence[str],
    folder: Path,
    *,
    cancel: CancelSignal | None = None,
    on_start: Callable[[Running], None] = lambda running: None,
    mark: str = "",
    low_priority: bool = False,
    heard: Heard | None = None,
    **command: Any,
) -> Heard:
    """Runs a process to its end and keeps what it said. More arguments are those of a Command."""
    heard = heard or Heard()
    heard.exit = process.run(
        argv,
        Command(("tool", *argv[1:]), **command),
        folder=str(folder),
        cancel=cancel or Cancel(),
        on_tick=heard.ticks.append,
        on_start=on_start,
        on_line=lambda level, line: heard.lines.append((level, line)),
        mark=mark,
        low_priority=low_priority,
    )
    return heard


def play(personality: str, folder: Path, *words: str, **more: Any) -> Heard:
    """Runs a fake tool to its end."""
    return run(fake_tool.argv(personality, *words), folder, **more)


def is_gone(pid: int) -> bool:
    """Whether a process has ended. In containers an orphan may stay a zombie for ever, which is ended too."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def until_gone(*pids: int) -> None:
    """Waits for processes to end."""
    wait.until(lambda: all(map(is_gone, pids)), f"processes {pids} to end")


def status_of(pid: int) -> str:
    """A process's state, in psutil's words."""
    return str(psutil.Process(pid).status())
