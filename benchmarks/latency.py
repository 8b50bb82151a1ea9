"""How soon the window shows what happened: `python -m benchmarks.latency [FILE] [--jobs N] [--cancels N]`.

From the moment ffmpeg's progress was read from its pipe to the moment the row has it, and from the verb *cancel* to
the row that says so, with the tool killed and reaped in between.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from app.bootstrap import Core
from app.models.jobs import ROW_ROLE
from app.ui.window import Window
from benchmarks.clips import fetch, listed
from benchmarks.measure import print_machine, print_row
from benchmarks.window import in_window
from pipeline.media import process
from pipeline.model.destination import Destination
from pipeline.model.source import Source
from pipeline.model.stage import Tick
from pipeline.model.state import State

_SECONDS = 30.0
_RUN = process.run


def main() -> None:
    """Prints both delays."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", nargs="?", type=Path, help="a film long enough; without it, one is fetched")
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--cancels", type=int, default=40)
    given = parser.parse_args()
    clip = given.clip or fetch([c for c in listed(large=True) if c.name == "vtest.avi"])["vtest.avi"]
    ticks = _Ticks()
    canceled: list[float] = []

    async def work(window: Window, core: Core, folder: Path) -> None:
        ticks.watch(window)
        jobs = await _add(core, clip, folder, given.jobs)
        await asyncio.sleep(_SECONDS)
        core.control.cancel(jobs)
        await _until(lambda: all(_has_ended(core, job) for job in jobs))
        for _ in range(given.cancels):
            canceled.append(await _cancel(window, core, clip, folder))

    with patch.object(process, "run", ticks.run):
        in_window(work, jobs_at_once=given.jobs)
    print(f"ffmpeg to row with {given.jobs} jobs; to reach: p99 of 10 ms; cancel to canceled: p95 of 100 ms")
    print_machine()
    print_row("progress read -> row has it", ticks.delays_ms, "ms", 2)
    print_row("cancel -> row says canceled", canceled, "ms", 1)


class _Ticks:
    """Notes when each progress was read, and when a row shows it."""

    def __init__(self) -> None:
        self.delays_ms: list[float] = []
        self._read: dict[tuple[str, float], float] = {}

    def run(self, *words: Any, folder: str, on_tick: Callable[[Tick], None], **more: Any) -> process.Exit:
        """Stands in for `process.run`, and notes each tick as it comes."""
        job_id = os.path.basename(folder)

        def noting(tick: Tick) -> None:
            self._read[job_id, tick.done] = time.perf_counter()
            on_tick(tick)

        return _RUN(*words, folder=folder, on_tick=noting, **more)

    def watch(self, window: Window) -> None:
        """Listens to the model the table shows."""
        window.jobs.dataChanged.connect(partial(self._on_changed, window))

    def _on_changed(self, window: Window, first: Any, last: Any, *more: Any) -> None:
        now = time.perf_counter()
        for row in range(first.row(), last.row() + 1):
            job = window.jobs.data(window.jobs.index(row, 0), ROW_ROLE).job
            at = self._read.pop((job.id, job.progress.current), None)
            if at is not None:
                self.delays_ms.append((now - at) * 1000)


async def _add(core: Core, clip: Path, folder: Path, count: int) -> list[str]:
    sources = [Source(path=os.fsencode(clip)) for _ in range(count)]
    destination = Destination(os.fsencode(folder / "out"))
    added = core.control.add(sources, core.presets.flow("convert", "web-1080p", {"speed": "slower"}), destination)
    return [job.id for job in await asyncio.wrap_future(added)]


async def _cancel(window: Window, core: Core, clip: Path, folder: Path) -> float:
    (job_id,) = await _add(core, clip, folder, 1)
    await _until(lambda: (job := core.control.job(job_id)) is not None and job.progress.out_time_s > 0)
    began = time.perf_counter()
    core.control.cancel([job_id])
    await _until(lambda: (row := window.jobs.row(job_id)) is not None and row.job.state is State.CANCELED)
    return (time.perf_counter() - began) * 1000


def _has_ended(core: Core, job_id: str) -> bool:
    job = core.control.job(job_id)
    return job is None or job.state.is_terminal


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.001)


if __name__ == "__main__":
    main()
