from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.batch import state_of, title_of
from pipeline.model.state import State

P, R, PG, PD, CG, XG = (
    State.PENDING, State.RUNNING, State.PAUSING, State.PAUSED, State.COMPLETING, State.CANCELING,
)  # fmt: skip
DONE, FAILED, CANCELED, SKIPPED = State.COMPLETED, State.FAILED, State.CANCELED, State.SKIPPED


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((), DONE),
        ((P, P), P),
        ((R, P, PD, DONE, FAILED), R),
        ((CG, PG), R),
        ((PG, PD, P), PG),
        ((XG, PD, P), PG),
        ((PD, P, DONE), PD),
        ((P, DONE, FAILED), P),
        ((DONE, FAILED, CANCELED, SKIPPED), DONE),
        ((FAILED, CANCELED, SKIPPED), FAILED),
        ((CANCELED, SKIPPED), CANCELED),
        ((SKIPPED, SKIPPED), SKIPPED),
    ],
)
def test_the_state_of_a_batch_is_that_of_its_jobs(states: tuple[State, ...], expected: State) -> None:
    assert state_of(states) is expected


@given(st.lists(st.sampled_from(State), min_size=1))
def test_a_batch_has_ended_when_all_its_jobs_have(states: list[State]) -> None:
    assert state_of(states).is_terminal is all(state.is_terminal for state in states)
    assert state_of(states) is state_of(reversed(states))


@pytest.mark.parametrize(
    ("folders", "count", "title"),
    [
        ((), 1, "1 item"),
        ((), 12, "12 items"),
        ((b"/films/Holiday",), 240, "Holiday – 240 items"),
        (("/films/Holiday/",), 1, "Holiday – 1 item"),
        ((b"/films/a", b"/films/b"), 7, "7 items"),
        ((b"/films/caf\xe9",), 2, "caf\ufffd – 2 items"),
        ((b"/",), 2, "/ – 2 items"),
    ],
)
def test_the_title_names_the_one_folder_that_was_dropped(
    folders: tuple[str | bytes, ...], count: int, title: str
) -> None:
    assert title_of(folders, count) == title
