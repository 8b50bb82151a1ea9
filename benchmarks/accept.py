"""How long it takes until the jobs of one drop are committed: `python -m benchmarks.accept [--rounds N]`.

Each round is a home of its own on the disk of `--folder`; the jobs are held, so nothing but accepting is measured.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from app.bootstrap import open_core
from app.home import find_home
from app.settings import Settings
from benchmarks.measure import print_machine, print_row
from pipeline.engine.executor import Threads
from pipeline.model.destination import Destination
from pipeline.model.source import Source

SIZES = {1_000: 0.1, 10_000: 0.5}


def main() -> None:
    """Prints the seconds from `Control.add` to the commit, and to the listing, for drops of two sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="the disk to measure")
    given = parser.parse_args()
    print("One drop accepted durably (synchronous=FULL)")
    print_machine()
    for count, reach_s in SIZES.items():
        rounds = [_round(given.folder, count) for _ in range(given.rounds)]
        print(f"{count} jobs; to reach: {reach_s} s")
        print_row("listed", [listed_s for listed_s, _ in rounds], "s", 3)
        print_row("committed", [committed_s for _, committed_s in rounds], "s", 3)


def _round(folder: Path, count: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(prefix="reelyard-bench-", dir=folder) as place:
        home = find_home(os.path.join(place, "home"))
        core = open_core(home, Settings(), Threads(), scope="all")
        try:
            sources = [
                Source(path=os.fsencode(os.path.join(place, f"never there {number}.mp4")), size=1, mtime_ns=number)
                for number in range(count)
            ]
            flow = core.presets.flow("convert")
            began = time.perf_counter()
            accepted = core.control.add(sources, flow, Destination(os.fsencode(place)), held=True)
            listed_s = time.perf_counter() - began
            jobs = accepted.result()
            committed_s = time.perf_counter() - began
            assert len(jobs) == count
            return listed_s, committed_s
        finally:
            core.close()


if __name__ == "__main__":
    main()
