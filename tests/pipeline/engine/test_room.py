"""Who of the started jobs takes room, and what starting one now does to the places."""

from __future__ import annotations

import threading

import pytest

from pipeline.engine.hand import Hand
from pipeline.engine.lanes import Lanes
from pipeline.engine.room import MOST_EXTRA, Room
from pipeline.model.job import Waiting
from pipeline.model.stage import Lane
from pipeline.model.state import State
from tests.pipeline.store.support import a_job


def _lanes() -> Lanes:
    return Lanes(threading.RLock(), {"cpu": 2, "gpu": 1, "net": 1, "light": 1})


def _hand(lanes: Lanes) -> Hand:
    return Hand(threading.RLock(), lanes, lambda: None)


@pytest.mark.parametrize(
    ("state", "waiting", "is_free"),
    [
        (State.RUNNING, "", False),
        (State.COMPLETING, "", False),
        (State.CANCELING, "", False),
        (State.PAUSING, "", True),
        (State.PAUSED, "", True),
        (State.RUNNING, "retry", True),
        (State.RUNNING, "disk", True),
    ],
)
def test_paused_and_waiting_jobs_leave_their_room(state: State, waiting: Waiting, is_free: bool) -> None:
    lanes = _lanes()
    job = a_job(1, state=state, waiting_for=waiting)
    assert Room(lanes, 1).is_free([(job, _hand(lanes))]) is is_free


@pytest.mark.parametrize(("lane", "is_free"), [("net", True), ("cpu", False), ("gpu", False), ("light", False)])
def test_a_job_that_only_sends_leaves_the_processor_to_the_next(lane: Lane, is_free: bool) -> None:
    lanes = _lanes()
    hand = _hand(lanes)
    with hand.member(lane):
        assert Room(lanes, 1).is_free([(a_job(1, state=State.RUNNING), hand)]) is is_free


def test_a_job_started_now_brings_a_place_along_and_takes_it_away() -> None:
    lanes = _lanes()
    room = Room(lanes, 2)
    room.add_place("job-1")
    assert lanes.places("cpu") == 3
    room.ended("job-1")
    room.ended("job-1")
    assert (lanes.places("cpu"), room.places) == (2, 2)


def test_a_whole_queue_started_now_does_not_all_run_at_once() -> None:
    room = Room(_lanes(), 2)
    assert [room.add_place(f"job-{num}") for num in range(MOST_EXTRA + 2)] == [True] * MOST_EXTRA + [False] * 2


def test_more_jobs_at_once_are_more_places_in_the_lane() -> None:
    lanes = _lanes()
    room = Room(lanes, 2)
    room.add_place("job-1")
    room.set_places(5)
    assert (lanes.places("cpu"), room.places) == (6, 5)
