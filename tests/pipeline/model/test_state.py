from __future__ import annotations

import itertools

import pytest

from pipeline.model.state import TERMINAL, IllegalTransition, State, Trigger, after, refusal

# The table of the house, once more by hand: what follows, by state. A trigger that is not named has no cell.
P, R, PG, PD, CG, XG = (
    State.PENDING, State.RUNNING, State.PAUSING, State.PAUSED, State.COMPLETING, State.CANCELING,
)  # fmt: skip
DONE, FAILED, CANCELED, SKIPPED = State.COMPLETED, State.FAILED, State.CANCELED, State.SKIPPED

HOUSE: dict[State, dict[str, State]] = {
    P: {"START": R, "FAIL": FAILED, "CANCEL": CANCELED, "SKIP": SKIPPED, "INTERRUPT": P},
    R: {"PAUSE": PG, "COMPLETE": CG, "FAIL": FAILED, "CANCEL": XG, "SKIP": SKIPPED, "INTERRUPT": P},
    PG: {"PAUSED": PD, "RESUME": R, "COMPLETE": CG, "FAIL": FAILED, "CANCEL": XG, "SKIP": SKIPPED, "INTERRUPT": P},
    PD: {"RESUME": R, "FAIL": FAILED, "CANCEL": XG, "INTERRUPT": P},
    CG: {"FINISH": DONE, "FAIL": FAILED, "CANCEL": XG, "SKIP": SKIPPED, "INTERRUPT": P},
    XG: {
        "FINISH": DONE, "FAIL": CANCELED, "CANCEL": XG, "STOPPED": CANCELED, "SKIP": CANCELED, "INTERRUPT": CANCELED,
    },
    FAILED: {"CANCEL": FAILED, "INTERRUPT": FAILED, "RETRY": P},
    CANCELED: {"CANCEL": CANCELED, "INTERRUPT": CANCELED, "RETRY": P},
    SKIPPED: {"CANCEL": SKIPPED, "INTERRUPT": SKIPPED, "RETRY": P},
    DONE: {"CANCEL": DONE, "INTERRUPT": DONE},
}  # fmt: skip
PAIRS = list(itertools.product(State, Trigger))


def told(pair: tuple[State, Trigger]) -> str:
    return f"{pair[0]}-{pair[1]}"


@pytest.mark.parametrize("pair", PAIRS, ids=told)
def test_every_pair_is_as_the_house_says(pair: tuple[State, Trigger]) -> None:
    state, trigger = pair
    expected = HOUSE[state].get(trigger.name)
    assert state.takes(trigger) is (expected is not None)
    if expected is None:
        with pytest.raises(IllegalTransition, match=f"{trigger.name} in state {state.value}"):
            after(state, trigger)
    else:
        assert after(state, trigger) is expected


def test_every_state_is_in_the_table() -> None:
    assert set(HOUSE) == set(State)


# What a person may ask of a job that is so already: neither an act nor a refusal.
SO_ALREADY = {
    "START": {R, CG},
    "PAUSE": {PG, PD},
    "RESUME": {R, CG},
    "CANCEL": {XG, CANCELED},
    "RETRY": {P, R},
}


@pytest.mark.parametrize("pair", [(s, t) for s, t in PAIRS if not s.takes(t)], ids=told)
def test_what_has_no_cell_is_refused_in_words_or_is_so_already(pair: tuple[State, Trigger]) -> None:
    state, trigger = pair
    problem = refusal(state, trigger)
    if state in SO_ALREADY.get(trigger.name, set()):
        assert problem is None
    else:
        assert problem is not None
        assert problem.code == "not_now"
        assert state.value in problem.message and trigger.value in problem.message
        assert problem.remedy.text


@pytest.mark.parametrize("state", State)
def test_the_questions_a_state_answers(state: State) -> None:
    assert state.is_terminal is (state in {DONE, FAILED, CANCELED, SKIPPED})
    assert state.is_started is (state in {R, PG, PD, CG, XG})
    assert state.is_paused is (state in {PG, PD})
    assert (state in TERMINAL) is state.is_terminal


def test_every_open_state_can_be_left_by_failing_cancelling_and_closing() -> None:
    for state in State:
        if not state.is_terminal:
            assert all(state.takes(trigger) for trigger in (Trigger.FAIL, Trigger.CANCEL, Trigger.INTERRUPT))


def test_nothing_but_a_retry_leads_out_of_an_ending() -> None:
    for state, trigger in PAIRS:
        if state.is_terminal and state.takes(trigger) and trigger is not Trigger.RETRY:
            assert after(state, trigger) is state


def test_a_started_job_can_always_come_to_an_end() -> None:
    reached = {state for state in State if state.is_terminal}
    while more := {s for s, t in PAIRS if s.takes(t) and after(s, t) in reached} - reached:
        reached |= more
    assert reached == set(State)


def test_the_words_on_the_wire_are_the_values() -> None:
    assert [state.value for state in State] == [state.name.lower() for state in State]
    assert [trigger.value for trigger in Trigger] == [trigger.name.lower() for trigger in Trigger]
