from __future__ import annotations

import re
from typing import get_args

import pytest

from pipeline.model import event as events
from pipeline.model.event import DURABLE, VOLATILE, Event, Unknown, job_of, type_of
from tests.pipeline.model.examples import EVENTS


@pytest.mark.parametrize("event", EVENTS, ids=type_of)
def test_every_event_says_its_type_as_it_stands_on_the_wire(event: Event) -> None:
    assert re.fullmatch(r"[a-z]+(\.[a-z_]+)*", type_of(event))
    assert len(type_of(event)) <= 40


def test_no_two_kinds_of_event_have_one_type() -> None:
    types = [kind.__struct_config__.tag for kind in DURABLE + VOLATILE]
    assert len(types) == len(set(types))


def test_the_lists_are_all_there_is() -> None:
    assert set(DURABLE) == set(get_args(events.Durable))
    assert set(VOLATILE) == set(get_args(events.Volatile))
    assert {*DURABLE, *VOLATILE, Unknown} == set(get_args(events.Event))


def test_there_is_an_example_of_every_kind() -> None:
    assert {type(event) for event in EVENTS} == {*DURABLE, *VOLATILE, Unknown}


@pytest.mark.parametrize("event", EVENTS, ids=type_of)
def test_every_event_says_which_job_it_is_about(event: Event) -> None:
    about_all = isinstance(event, events.Noticed | Unknown)
    assert job_of(event) == ("" if about_all else "01890000-0000-7000-8000-000000000001")


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        events.JobRemoved("a").job_id = "b"  # type: ignore[misc]
