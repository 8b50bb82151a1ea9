from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.store.connection import reader
from pipeline.store.jobs import load_jobs
from tests.pipeline.engine.support import Engine
from tests.pipeline.engine.test_control import Bench
from tests.pipeline.store.support import settle


@pytest.fixture
def bench(engine: Engine, tmp_path: Path) -> Bench:
    return Bench(engine, tmp_path)


@pytest.mark.parametrize(
    ("ids", "where", "expected"),
    [
        ([2], "first", [2, 0, 1, 3]),
        ([0], "last", [1, 2, 3, 0]),
        ([2], "up", [0, 2, 1, 3]),
        ([0], "down", [1, 0, 2, 3]),
        ([0], "up", [0, 1, 2, 3]),
        ([3], "down", [0, 1, 2, 3]),
        ([1, 3], "first", [1, 3, 0, 2]),
    ],
)
def test_moves_change_the_order_and_it_is_kept(bench: Bench, ids: list[int], where: Any, expected: list[int]) -> None:
    jobs = bench.add(4, held=True)
    bench.control.move([jobs[number].id for number in ids], where)
    assert bench.order() == expected
    settle(bench.engine.writer)
    connection = reader(bench.engine.path)
    try:
        assert [job.source.mtime_ns for job in load_jobs(connection, open_only=True)] == expected
    finally:
        connection.close()


def test_moving_a_thousand_times_gives_new_places_and_loses_nobody(bench: Bench) -> None:
    jobs = bench.add(5, held=True)
    for _ in range(100):
        bench.control.move([jobs[2].id], "up")
        bench.control.move([jobs[2].id], "down")
        bench.control.move([jobs[4].id], "first")
        bench.control.move([jobs[0].id], "last")
    assert sorted(bench.order()) == [0, 1, 2, 3, 4]
    assert len({job.place for job in bench.control.jobs()}) == 5
    assert bench.order()[-1] == 0


def test_a_priority_goes_before_every_place(bench: Bench) -> None:
    jobs = bench.add(3, held=True)
    bench.control.prioritise([jobs[2].id, "gone"], 1)
    bench.control.prioritise([jobs[0].id], -1)
    assert bench.order() == [2, 1, 0]
    bench.control.move([jobs[0].id], "first")
    assert bench.order() == [2, 1, 0], "first of its own priority"
