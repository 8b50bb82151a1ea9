"""What `reelyard forecast` says against what then happens: `python -m benchmarks.forecast [--preset P] [--out FILE]`.

Every real clip with pictures is forecast and then made, one after the other, in one home, so that later forecasts also
know what earlier jobs took. To reach: the size within 10 %, the CPU seconds of the job's Steps within 15 % for 80 % of
the clips; the wall time in its range for 80 %. CPU and wall time are those of the Stages: the program's start is left
out, and of CPU time the engine's own.
Nothing else may run meanwhile: the forecast is of a job alone. About 4 minutes on two quiet cores.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.clips import fetch, listed
from benchmarks.command import Given, parser, save
from benchmarks.measure import print_machine, print_row
from benchmarks.spent import finished, reelyard
from tests.support import child

SIZE_WITHIN, CPU_WITHIN, SHARE = 0.10, 0.15, 0.80


class Asked(Given):
    """What was asked for."""

    preset: str


def main() -> None:
    """Prints every clip's forecast beside what happened, and how many were right."""
    made = parser(__doc__)
    made.add_argument("--preset", default="web-1080p")
    given = made.parse_args(namespace=Asked())
    print_machine()
    clips = fetch([clip for clip in listed(large=not given.quick) if clip.has_pictures])
    with tempfile.TemporaryDirectory(prefix="reelyard-bench-") as place:
        chosen = list(clips.items())[: 3 if given.quick else None]
        rows = [row for name, clip in chosen if (row := _row(name, clip, given.preset, Path(place)))]
    _say("size", [row["bytes_off"] for row in rows], SIZE_WITHIN)
    _say("CPU", [row["cpu_off"] for row in rows], CPU_WITHIN)
    inside = sum(row["wall_inside"] for row in rows)
    print(f"  wall time in its range: {inside} of {len(rows)}; to reach: {SHARE:.0%}")
    print_row("high end of the range / low end", [row["forecast"]["wall_s"]["high"] / row["forecast"]["wall_s"]["low"]
                                                  for row in rows], "", 2)  # fmt: skip
    print_row("the forecast itself took", [row["asked_s"] for row in rows], "s", 2)
    save(given, "forecast", rows, preset=given.preset)


def _row(name: str, clip: Path, preset: str, folder: Path) -> dict[str, Any] | None:
    words = ["convert", str(clip), "--preset", preset, "--home", str(folder / "home")]
    began = time.perf_counter()
    told = child.reelyard("forecast", *words, "--json", limit_s=600)
    asked_s = time.perf_counter() - began
    forecast = json.loads(told.out)["forecast"] if told.out.strip() else None
    if forecast is None:
        print(f"    {name:<22} no forecast: {told.err.strip()[-200:]}")
        return None
    ended = finished(reelyard("run", *words, "-o", folder / "out", "--jobs", "1"))
    artifacts = ended.summary()["jobs"][0]["artifacts"]
    size = sum(artifact["bytes"] for artifact in artifacts if artifact["kind"] == "result")
    shutil.rmtree(folder / "out")
    cpu_s = sum(used.tools_cpu_s for used in ended.stages.values())
    wall_s = sum(used.wall_s for used in ended.stages.values())
    row = {
        "clip": name, "forecast": forecast, "bytes": size, "cpu_s": cpu_s, "wall_s": wall_s, "asked_s": asked_s,
        "bytes_off": forecast["bytes"]["likely"] / size - 1,
        "cpu_off": forecast["cpu_s"]["likely"] / cpu_s - 1,
        "wall_inside": forecast["wall_s"]["low"] <= wall_s <= forecast["wall_s"]["high"],
    }  # fmt: skip
    wall = forecast["wall_s"]
    print(
        f"    {name:<22} size {row['bytes_off']:+7.1%}  CPU {row['cpu_off']:+7.1%} of {cpu_s:6.2f} s  "
        f"wall {wall['low']:.1f}-{wall['high']:.1f} s, was {wall_s:.1f} s{'' if row['wall_inside'] else '  OUTSIDE'}",
        flush=True,
    )
    return row


def _say(what: str, off: list[float], within: float) -> None:
    right = sum(abs(each) <= within for each in off)
    print(f"  {what} within {within:.0%}: {right} of {len(off)}; to reach: {SHARE:.0%}")
    print_row(f"{what}, off by", [100 * abs(each) for each in off], "%")


if __name__ == "__main__":
    main()
