from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks.command import Given, pairs_as_rows, parser, save
from benchmarks.measure import Pair, Sample, interleaved
from tests.support import child

COMMANDS = ("handbrake", "many_outputs", "many_files", "target_vmaf", "target_size", "forecast", "traps")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="benchmarks need what POSIX knows of processes")


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_benchmark_says_what_it_measures_and_how_long_that_takes(name: str) -> None:
    said = child.run([sys.executable, "-m", f"benchmarks.{name}", "--help"])
    assert said.code == 0, said.err
    assert "minutes" in said.out
    for option in ("--rounds", "--quick", "--out"):
        assert option in said.out


def test_sides_are_run_in_turn_and_who_begins_changes() -> None:
    order: list[str] = []

    def side(name: str) -> float:
        order.append(name)
        return 2.0 if name == "ours" else 4.0

    pairs = interleaved(lambda: side("ours"), lambda: side("theirs"), 3)
    assert order == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert [pair.ratio for pair in pairs] == [0.5, 0.5, 0.5]


def test_every_number_is_written(tmp_path: Path) -> None:
    file = tmp_path / "new" / "numbers.json"
    given = parser("What it is.").parse_args(["--out", str(file)], namespace=Given())
    save(given, "example", pairs_as_rows("clip", [Pair(Sample(1.0, 0.1), Sample(2.0, 0.2))]), goal=95)
    told = json.loads(file.read_text())
    assert (told["benchmark"], told["goal"]) == ("example", 95)
    assert told["rows"][0]["ours"]["wall_s"] == 1.0
    assert told["machine"]["cores"]
