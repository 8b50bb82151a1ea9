"""A job through `reelyard run` against the same Steps by hand: `python -m benchmarks.overhead [FILE] [--rounds N]`.

Both sides run the same ffmpeg arguments and the same check. The engine's start is left out of the wall time (it is
taken from the events: from `running` to `completed`) and shown apart, with what it costs in CPU.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from app.bootstrap import open_presets
from app.home import find_home
from benchmarks.by_hand import by_hand
from benchmarks.clips import fetch, listed
from benchmarks.measure import interleaved, print_machine, print_pairs, print_row
from pipeline.media.probe import Prober
from pipeline.media.toolchain import Toolchain
from pipeline.model.source import Source
from pipeline.model.stage import Scratch
from pipeline.recipes.convert import Convert
from tests.support import child
from tests.support.builders import Media, ffmpeg

# Notes who started it and what that had used by then, then becomes ffmpeg. Only Steps run in a Workspace.
_NOTING = """#!/bin/sh
case "$PWD" in */.reelyard/*) [ -e '{log}' ] || cat /proc/$PPID/stat /proc/[0-9]*/stat > '{log}' 2>/dev/null ;; esac
exec '{ffmpeg}' "$@"
"""


def main() -> None:
    """Prints the ratio of the wall times, and what the start costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", nargs="?", type=Path, help="a film of 10 s work or more; without it, one is fetched")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--preset", default="web-1080p")
    parser.add_argument(
        "--speed", default="slow", help="the encoder's; the default makes more than 10 s work of the clip"
    )
    given = parser.parse_args()
    clip = given.clip or fetch([c for c in listed(large=True) if c.name == "vtest.avi"])["vtest.avi"]
    print_machine()
    with tempfile.TemporaryDirectory(prefix="reelyard-bench-") as folder:
        source = Path(shutil.copyfile(clip, Path(folder) / clip.name))
        _wall(source, Path(folder), given.preset, given.speed, given.rounds)
        _starts(Media(Path(folder)).clip("h264_aac.mp4"), Path(folder), given.preset)


def _wall(source: Path, folder: Path, preset: str, speed: str, rounds: int) -> None:
    def ours() -> float:
        out = folder / "ours"
        ended = child.reelyard(
            "run", "convert", source, "--preset", preset, "--set", f"speed={speed}", "-o", out,
            "--home", folder / "home", "--jobs", "1", "--json", limit_s=3600,
        )  # fmt: skip
        assert ended.code == 0, ended.err
        shutil.rmtree(out)
        return _worked_s(ended.events)

    steps = _Steps(source, folder, preset, speed)
    pairs = interleaved(ours, steps.run, rounds)
    print_pairs(
        f"convert {preset} {speed}: a job of {source.name} against the same Steps by hand; to reach: ratio 1.03", pairs
    )


class _Steps:
    """The other side: the recipe's Steps for this source, done one after the other."""

    def __init__(self, source: Path, folder: Path, preset: str, speed: str) -> None:
        self._folder = folder
        prober = Prober()
        found = source.stat()
        self._source = Source(
            path=os.fsencode(source), size=found.st_size, mtime_ns=found.st_mtime_ns, info=prober.info(str(source))
        )
        prober.close()
        flow = open_presets(find_home(str(folder / "home"))).flow("convert", preset, {"speed": speed})
        self._options = Convert().decode(flow.steps[0].options)
        self._toolchain = Toolchain()

    def run(self) -> None:
        scratch = self._folder / "theirs"
        scratch.mkdir()
        by_hand(Convert().script(self._source, self._options, Scratch()), scratch, self._toolchain)
        shutil.rmtree(scratch)


def _starts(source: Path, folder: Path, preset: str) -> None:
    program = Path(sys.executable).with_name("reelyard")
    words = [str(program)] if program.exists() else [sys.executable, "-m", "app"]
    child.run([*words, "--version"])
    print_row("--version, to reach: 0.15", [_timed([*words, "--version"]) for _ in range(20)], "s", 3)
    if sys.platform == "linux":
        spent = [_cpu_to_ffmpeg(source, folder / f"start{number}", preset) for number in range(10)]
        print_row("CPU to the first ffmpeg Step, to reach: 0.6", spent, "s", 3)


def _timed(words: list[str]) -> float:
    began = time.perf_counter()
    assert child.run(words).code == 0
    return time.perf_counter() - began


def _cpu_to_ffmpeg(source: Path, folder: Path, preset: str) -> float:
    """CPU of the engine process and its children, those that have ended included, as the first Step's ffmpeg starts."""
    folder.mkdir()
    log, tool = folder / "stat", folder / "ffmpeg"
    tool.write_text(_NOTING.format(log=log, ffmpeg=ffmpeg()))
    tool.chmod(0o755)
    ended = child.reelyard(
        "run", "convert", source, "--preset", preset, "-o", folder / "out", "--home", folder / "home",
        env={"REELYARD_FFMPEG": str(tool)}, limit_s=3600,
    )  # fmt: skip
    assert ended.code == 0, ended.err
    engine, *others = log.read_text().splitlines()
    ticks = _ticks(engine)
    for line in set(others):
        if _fields(line)[1] == engine.split(" ", 1)[0]:
            ticks += _ticks(line)
    return ticks / os.sysconf("SC_CLK_TCK")


def _fields(line: str) -> list[str]:
    """The fields of a /proc stat line behind the name, which may hold spaces: state first, then the parent."""
    return line.rpartition(")")[2].split()


def _ticks(line: str) -> int:
    return sum(int(value) for value in _fields(line)[11:15])


def _worked_s(events: list[dict[str, Any]]) -> float:
    """Seconds from the job's start to its end, by the times of its events."""
    at = {
        event["data"]["state"]: dt.datetime.fromisoformat(event["ts"])
        for event in events
        if event["type"] == "job.state"
    }
    return (at["completed"] - at["running"]).total_seconds()


if __name__ == "__main__":
    main()
