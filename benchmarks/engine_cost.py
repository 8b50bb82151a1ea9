"""What the engine itself costs while jobs run: `python -m benchmarks.engine_cost [FILE] [--jobs N] [--seconds S]`.

CPU and memory are those of the one engine process; its ffmpegs and its child workers are shown apart.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import threading
import time
from pathlib import Path

import psutil

from benchmarks.clips import fetch, listed
from benchmarks.measure import print_machine, print_row
from tests.support import child
from tests.support.wait import until

_EVERY_S = 0.25


def main() -> None:
    """Prints the share of one core, the memory, and what belongs to children."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", nargs="?", type=Path, help="a film long enough; without it a real clip is fetched")
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--preset", default="web-1080p")
    given = parser.parse_args()
    clip = given.clip or fetch([c for c in listed(large=True) if c.name == "vtest.avi"])["vtest.avi"]
    with tempfile.TemporaryDirectory(prefix="reelyard-bench-") as folder:
        _measure(clip, Path(folder), given.jobs, given.seconds, given.preset)


def _measure(clip: Path, folder: Path, jobs: int, seconds: float, preset: str) -> None:
    sources = [Path(shutil.copyfile(clip, folder / f"{number}{clip.suffix}")) for number in range(jobs)]
    said = folder / "said.txt"
    words = child.command(
        "run", "convert", *sources, "--preset", preset, "--jobs", str(jobs),
        "-o", folder / "out", "--home", folder / "home", "--json",
    )  # fmt: skip
    app = child.start(words, out=said)
    engine = psutil.Process(app.pid)
    try:
        until(lambda: said.read_text().count('"job.progress"') > 4 * jobs or app.poll() is not None, "all jobs to run")
        before, began = engine.cpu_times(), time.monotonic()
        memory, workers, tools = [], [], []
        pause = threading.Event()
        while time.monotonic() - began < seconds and app.poll() is None:
            pause.wait(_EVERY_S)
            memory.append(engine.memory_info().rss / 2**20)
            found = [(each.name(), each.memory_info().rss / 2**20) for each in engine.children(recursive=True)]
            tools.append(sum(size for name, size in found if name.startswith("ffmpeg")))
            workers.append(sum(size for name, size in found if not name.startswith("ffmpeg")))
        took_s, after = time.monotonic() - began, engine.cpu_times()
    finally:
        app.kill()
        app.wait()
    used_s = after.user + after.system - before.user - before.system
    print(f"The engine's own cost while {jobs} jobs run, over {took_s:.1f} s; to reach: 2 % of one core, 120 MB")
    print_machine()
    print_row("CPU of the engine process", [100 * used_s / took_s], "% of one core", 2)
    print_row("memory (RSS) of the engine process", memory, "MiB")
    print_row("its child workers, all together", workers, "MiB")
    print_row("its ffmpegs, all together", tools, "MiB")


if __name__ == "__main__":
    main()
