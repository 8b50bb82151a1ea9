"""Logs of scores, as libvmaf writes them, and what is said of the whole film."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.acts.scores import Pooled, PoolScores
from pipeline.engine.cancel import Cancel
from pipeline.model.problem import PipelineError
from pipeline.model.stage import Canceled, Tick

# Cut short: libvmaf 86da14d tells fifteen numbers of every frame.
_FRAME = """    {
      "frameNum": %d,
      "metrics": {
        "integer_adm2": 0.989475,
        "integer_motion2": 0.000000,
        "vmaf": %s
      }
    }"""
_LOG = """{
  "version": "86da14d",
  "fps": 131.22,
  "frames": [
%s
  ],
  "pooled_metrics": {
    "vmaf": {
      "min": 1.0,
      "max": 2.0,
      "mean": 3.0,
      "harmonic_mean": 4.0
    }
  },
  "aggregate_metrics": {
  }
}
"""


def log(scores: Sequence[float | str]) -> str:
    """A log with these scores, and with nonsense where it pools them itself."""
    return _LOG % ",\n".join(_FRAME % (at, score) for at, score in enumerate(scores))


def pooled(folder: Path, *logs: str) -> tuple[Pooled, ...]:
    """What is said of these logs."""
    names = tuple(f"{at}.json" for at in range(len(logs)))
    for name, text in zip(names, logs, strict=True):
        (folder / name).write_text(text)
    return PoolScores(names).run(Cancel(), lambda tick: None, str(folder))


def test_a_film_is_as_good_as_its_frames(tmp_path: Path) -> None:
    (one,) = pooled(tmp_path, log(["90.0", "80.000000", "100.0", "70.5"]))
    assert (one.mean, one.min, one.min_frame, one.frames) == (85.125, 70.5, 3, 4)
    assert one.harmonic_mean == pytest.approx(4 / (1 / 91 + 1 / 81 + 1 / 101 + 1 / 71.5) - 1, abs=0.001)
    assert one.harmonic_mean < one.mean


def test_one_frame_of_a_hundred_is_worse_than_the_first_percentile(tmp_path: Path) -> None:
    (one,) = pooled(tmp_path, log([10.0, 20.0, *(50.0 + at / 10 for at in range(198))]))
    assert one.p1 == 50.0
    assert one.min == 10.0


def test_a_log_longer_than_what_is_read_at_once_loses_no_frame(tmp_path: Path) -> None:
    scores = [at % 100 + 0.25 for at in range(30_000)]
    text = log(scores)
    assert len(text) > 3 << 20
    (one,) = pooled(tmp_path, text)
    assert (one.frames, one.mean) == (30_000, 49.75)


def test_each_log_has_its_own_scores_and_running_twice_does_no_harm(tmp_path: Path) -> None:
    logs = log([10.0]), log([90.0, 92.0])
    first = pooled(tmp_path, *logs)
    assert [each.mean for each in first] == [10.0, 91.0]
    assert pooled(tmp_path, *logs) == first


def test_frames_without_anything_in_them_count_as_the_same(tmp_path: Path) -> None:
    (one,) = pooled(tmp_path, log(["nan", "-nan", 90.0]))
    assert one.mean == pytest.approx(96.6667)


def test_a_log_without_scores_is_not_to_be_trusted(tmp_path: Path) -> None:
    with pytest.raises(PipelineError) as raised:
        pooled(tmp_path, log([]))
    assert raised.value.problem.condemns == ("0.json",)


def test_it_says_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(log([90.0]))
    ticks: list[Tick] = []
    act = PoolScores(("a.json", "a.json"))
    act.run(Cancel(), ticks.append, str(tmp_path))
    assert [tick.fraction for tick in ticks] == [0.5, 1.0]
    stopped = Cancel()
    stopped.set()
    with pytest.raises(Canceled):
        act.run(stopped, ticks.append, str(tmp_path))
