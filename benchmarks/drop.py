"""Many files dropped on the window at once: `python -m benchmarks.drop [--files N] [--rounds N]`.

Measures from the drop until every file is a row, and the longest the window's loop did not turn meanwhile. The queue
is drained first, so that nothing starts; probing goes on in the background as it does for a person.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import time
from pathlib import Path

from app.bootstrap import Core
from app.ui.window import Window
from benchmarks.measure import print_machine, print_row
from benchmarks.window import in_window
from tests.support.builders import Media

_BEAT_S = 0.001
_AFTER_S = 1.0


class Pulse:
    """Beats every millisecond in the window's loop, and keeps the gaps between the beats."""

    def __init__(self) -> None:
        self.gaps_ms: list[float] = []
        self._task = asyncio.get_running_loop().create_task(self._beat())

    async def _beat(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(_BEAT_S)
            now = time.perf_counter()
            self.gaps_ms.append((now - last) * 1000)
            last = now

    async def stop(self) -> None:
        """Ends the beat."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def main() -> None:
    """Prints the time until all are listed and the gaps of the loop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    listed: list[float] = []
    idle: list[float] = []
    dropped: list[float] = []

    async def work(window: Window, core: Core, folder: Path) -> None:
        clip = Media(folder).clip("plain.mp3")
        core.control.drain(True)
        for number in range(given.rounds):
            idle.append(await _idle())
            took_s, gap_ms = await _drop(window, _filled(folder / f"drop{number}", clip, given.files))
            listed.append(took_s)
            dropped.append(gap_ms)
            core.control.cancel([job.id for job in core.control.jobs()])
            core.control.remove([job.id for job in core.control.jobs()])
            while window.jobs.rowCount():
                await asyncio.sleep(0.05)

    in_window(work)
    print(f"{given.files} files in one drop on the window; to reach: all listed in 0.25 s, no gap above 50 ms")
    print_machine()
    print_row("until all are rows", listed, "s", 3)
    print_row("longest gap of the loop", dropped, "ms")
    print_row("longest gap of the idle loop", idle, "ms")


def _filled(folder: Path, clip: Path, count: int) -> Path:
    folder.mkdir()
    # One file under many names, and another one for each drop: a file system counts the names of a file.
    first = Path(shutil.copyfile(clip, folder / "00000.mp3"))
    for number in range(1, count):
        os.link(first, folder / f"{number:05d}.mp3")
    return folder


async def _idle() -> float:
    pulse = Pulse()
    await asyncio.sleep(_AFTER_S)
    await pulse.stop()
    return max(pulse.gaps_ms)


async def _drop(window: Window, folder: Path) -> tuple[float, float]:
    wanted = window.jobs.rowCount() + sum(1 for _ in folder.iterdir())
    pulse = Pulse()
    await asyncio.sleep(0.1)
    began = time.perf_counter()
    window.add([str(folder)])
    while window.jobs.rowCount() < wanted:
        await asyncio.sleep(_BEAT_S)
    took_s = time.perf_counter() - began
    await asyncio.sleep(_AFTER_S)
    await pulse.stop()
    return took_s, max(pulse.gaps_ms)


if __name__ == "__main__":
    main()
