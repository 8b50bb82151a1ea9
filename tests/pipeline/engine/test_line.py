"""Moving jobs in the line: only those that are moved get new places, and the order is the one asked for."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engine.line import STEP, Where, moved
from pipeline.engine.roster import order
from pipeline.model.job import Job
from tests.pipeline.store.support import a_job


def _line(count: int) -> list[Job]:
    return [a_job(num, place=num * STEP) for num in range(1, count + 1)]


def _after(line: list[Job], ids: set[str], where: Where) -> list[Job]:
    places = {job_id: (priority, place) for job_id, priority, place in moved(line, ids, where)}
    changed = [
        msgspec.structs.replace(job, priority=places[job.id][0], place=places[job.id][1]) if job.id in places else job
        for job in line
    ]
    return sorted(changed, key=order)


@pytest.mark.parametrize(
    ("ids", "where", "expected"),
    [
        ({3}, "first", [3, 1, 2, 4, 5]),
        ({3}, "last", [1, 2, 4, 5, 3]),
        ({3}, "up", [1, 3, 2, 4, 5]),
        ({3}, "down", [1, 2, 4, 3, 5]),
        ({1}, "up", [1, 2, 3, 4, 5]),
        ({5}, "down", [1, 2, 3, 4, 5]),
        ({2, 4}, "first", [2, 4, 1, 3, 5]),
        ({2, 4}, "last", [1, 3, 5, 2, 4]),
        ({1, 2, 3, 4, 5}, "first", [1, 2, 3, 4, 5]),
    ],
)
def test_jobs_go_where_they_are_moved(ids: set[int], where: Where, expected: list[int]) -> None:
    after = _after(_line(5), {f"job-{num}" for num in ids}, where)
    assert [job.num for job in after] == expected


def test_only_the_moved_jobs_get_new_places() -> None:
    assert [job_id for job_id, _, _ in moved(_line(1000), {"job-700"}, "first")] == ["job-700"]


def test_priorities_are_kept_apart() -> None:
    low = [a_job(num, place=num * STEP, priority=-1) for num in (1, 2)]
    high = [a_job(num, place=num * STEP, priority=1) for num in (3, 4)]
    after = _after(low + high, {"job-2", "job-4"}, "first")
    assert [job.num for job in after] == [4, 3, 2, 1]


def test_a_place_that_was_halved_too_often_gives_the_whole_line_new_ones() -> None:
    line = _line(3)
    for _ in range(200):
        line = _after(line, {line[2].id}, "up")
    assert len({job.place for job in line}) == 3


@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["first", "last", "up", "down"])), max_size=60))
def test_no_sequence_of_moves_loses_or_ties_a_job(moves: list[tuple[int, Where]]) -> None:
    line = _line(6)
    for num, where in moves:
        line = _after(line, {f"job-{num}"}, where)
    assert sorted(job.num for job in line) == [1, 2, 3, 4, 5, 6]
    assert len({job.place for job in line}) == 6
