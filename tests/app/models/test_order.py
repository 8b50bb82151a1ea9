from __future__ import annotations

import pytest

from app.models.job_row import Column, JobRow
from app.models.order import group_of, key_of, matches, queue_place, runs
from pipeline.model.state import State
from tests.app.models.rows import job, naming


@pytest.mark.parametrize("state", State)
def test_every_state_is_in_one_group(state: State) -> None:
    expected = "finished" if state.is_terminal else "waiting" if state is State.PENDING else "active"
    assert group_of(job(state=state)) == expected


def test_the_queue_goes_by_priority_then_place_and_the_latest_ending_first() -> None:
    runs_now = job(state=State.RUNNING, place=9.0)
    soon, later = job(priority=1, place=8.0), job(place=1.0)
    last, before = job(state=State.FAILED, ended_ms=20), job(state=State.COMPLETED, ended_ms=10)
    rows = [JobRow(each, naming()) for each in (before, later, last, soon, runs_now)]
    assert [row.job for row in sorted(rows, key=queue_place)] == [runs_now, soon, later, last, before]


@pytest.mark.parametrize("column", Column)
def test_every_column_has_a_key(column: Column) -> None:
    row = JobRow(job(), naming())
    assert key_of(column)(row) == key_of(column)(row)


def test_a_search_looks_in_name_and_recipe() -> None:
    row = JobRow(job("Straße.MOV"), naming())
    assert matches(row, "all", "strasse")
    assert matches(row, "waiting", "web 1080")
    assert not matches(row, "active", "")


@pytest.mark.parametrize(
    ("places", "expected"),
    [([], []), ([4], [(4, 4)]), ([5, 4, 3], [(5, 3)]), ([9, 7, 6, 2], [(9, 9), (7, 6), (2, 2)])],
)
def test_places_are_joined_to_runs_from_the_bottom_up(places: list[int], expected: list[tuple[int, int]]) -> None:
    assert list(runs(places)) == expected
