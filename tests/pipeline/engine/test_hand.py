from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from pipeline.engine.hand import Hand, Member
from pipeline.engine.lanes import Lanes
from pipeline.model.stage import Canceled, Lane
from tests.pipeline.engine.support import FakeProcess
from tests.pipeline.store.support import LIMIT_S
from tests.support.wait import until


class Bench:
    """Lanes with few places, and hands over them."""

    def __init__(self, cpu: int = 1) -> None:
        self.lock = threading.RLock()
        self.lanes = Lanes(self.lock, {"cpu": cpu, "light": 1})
        self.changes = 0

    def hand(self) -> Hand:
        return Hand(self.lock, self.lanes, self._changed)

    def held(self, lane: Lane = "cpu") -> int:
        return self.lanes._held[lane]

    def _changed(self) -> None:
        self.changes += 1


@pytest.fixture
def bench() -> Bench:
    return Bench()


class Steps:
    """A Step in a thread of its own, that ends when it is told to."""

    def __init__(self, hand: Hand, lane: Lane | None = "cpu", process: FakeProcess | None = None) -> None:
        self.entered, self.go = threading.Event(), threading.Event()
        self.process = process
        self.member: Member | None = None
        self.canceled = False
        self._hand, self._lane = hand, lane
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            with self._hand.member(self._lane) as self.member:
                if self.process is not None:
                    self.member.started(self.process)
                self.entered.set()
                assert self.go.wait(LIMIT_S)
        except Canceled:
            self.canceled = True

    def until_entered(self) -> None:
        assert self.entered.wait(LIMIT_S)

    def end(self) -> None:
        self.go.set()
        self._thread.join(LIMIT_S)
        assert not self._thread.is_alive()


@contextmanager
def step(hand: Hand, lane: Lane | None = "cpu", process: FakeProcess | None = None) -> Iterator[Steps]:
    made = Steps(hand, lane, process)
    try:
        yield made
    finally:
        hand.cancel.set()
        made.end()


def test_a_step_holds_a_place_while_it_works(bench: Bench) -> None:
    hand = bench.hand()
    assert hand.only_uses == frozenset()
    with hand.member("cpu"):
        assert bench.held() == 1
        assert hand.only_uses == {"cpu"}
        assert not hand.waits_for_place
    assert bench.held() == 0
    assert bench.changes > 0


def test_a_step_that_fails_gives_its_place_back(bench: Bench) -> None:
    with pytest.raises(ValueError, match="broken"), bench.hand().member("cpu"):
        raise ValueError("broken")
    assert bench.held() == 0


def test_the_next_gets_the_place_when_it_is_given_back(bench: Bench) -> None:
    first, second = bench.hand(), bench.hand()
    with ExitStack() as works:
        works.enter_context(first.member("cpu"))
        with step(second) as waits:
            until(lambda: second.waits_for_place, "it to wait")
            works.close()
            waits.until_entered()
            assert not second.waits_for_place
            assert bench.held() == 1


def test_pause_suspends_the_process_and_gives_its_place_to_another(bench: Bench) -> None:
    first, second = bench.hand(), bench.hand()
    process = FakeProcess()
    with step(first, process=process) as works, step(second) as waits:
        works.until_entered()
        until(lambda: second.waits_for_place, "it to wait")
        first.pause()
        assert process.is_suspended
        assert first.is_quiet and first.is_paused
        waits.until_entered()
        first.resume()
        assert process.is_suspended, "it has no place yet"
        assert first.waits_for_place
        waits.end()
        until(lambda: not process.is_suspended, "it to go on when there is a place")
        assert process.signals == ["suspend", "resume"]


def test_a_resumed_step_comes_before_new_ones(bench: Bench) -> None:
    first, second, third = bench.hand(), bench.hand(), bench.hand()
    process = FakeProcess()
    with step(first, process=process) as a, step(second) as b:
        a.until_entered()
        first.pause()
        b.until_entered()
        with step(third) as c:
            until(lambda: third.waits_for_place, "the third to wait")
            first.resume()
            b.end()
            until(lambda: not process.is_suspended, "the resumed one to go on")
            assert not c.entered.is_set()


def test_pausing_twice_is_pausing_once(bench: Bench) -> None:
    hand, process = bench.hand(), FakeProcess()
    with step(hand, process=process) as works:
        works.until_entered()
        hand.pause()
        hand.pause()
        hand.resume()
        hand.resume()
        assert process.signals == ["suspend", "resume"]
        assert bench.held() == 1


def test_pause_keeps_the_next_step_from_starting(bench: Bench) -> None:
    hand = bench.hand()
    hand.pause()
    assert not hand.is_quiet, "nothing of it is at rest yet"
    with step(hand) as waits:
        until(lambda: hand.is_quiet, "the pause to be in effect")
        assert bench.held() == 0
        assert not waits.entered.is_set()
        hand.resume()
        waits.until_entered()


def test_pause_takes_back_an_ask(bench: Bench) -> None:
    first, second = bench.hand(), bench.hand()
    with ExitStack() as works:
        works.enter_context(first.member("cpu"))
        with step(second) as waits:
            until(lambda: second.waits_for_place, "it to wait")
            second.pause()
            assert second.is_quiet and not second.waits_for_place
            works.close()
            assert bench.held() == 0
            assert not waits.entered.is_set()
            second.resume()
            waits.until_entered()


def test_a_call_goes_on_during_a_pause_and_the_rest_after_it_holds(bench: Bench) -> None:
    hand = bench.hand()
    with step(hand) as call:
        call.until_entered()
        hand.pause()
        assert not hand.is_quiet
        assert bench.held() == 1
        call.end()
        with step(hand, None) as rest:
            until(lambda: hand.is_quiet, "the pause to be in effect")
            hand.resume()
            rest.until_entered()


def test_a_process_that_starts_just_after_a_pause_is_suspended_at_once(bench: Bench) -> None:
    hand, process = bench.hand(), FakeProcess()
    with hand.member("cpu") as member:
        hand.pause()
        assert bench.held() == 1
        member.started(process)
        assert process.signals == ["suspend"]
        assert hand.is_quiet
        hand.resume()
        assert process.signals == ["suspend", "resume"]


def test_a_job_is_quiet_only_when_all_its_steps_are(bench: Bench) -> None:
    bench.lanes.set_places("cpu", 3)
    hand, process = bench.hand(), FakeProcess()
    with step(hand, process=process) as run, step(hand) as call:
        run.until_entered()
        call.until_entered()
        hand.pause()
        assert process.is_suspended
        assert not hand.is_quiet
        call.end()
        assert hand.is_quiet


def test_pausing_steps_side_by_side_starts_none_that_waited(bench: Bench) -> None:
    hand, process = bench.hand(), FakeProcess()
    with step(hand, process=process) as works:
        works.until_entered()
        with step(hand, process=FakeProcess()) as second, step(hand) as third:
            until(lambda: len(bench.lanes._waiting["cpu"]) == 2, "two to wait")
            hand.pause()
            assert hand.is_quiet
            assert bench.held() == 0
            assert not second.entered.is_set() and not third.entered.is_set()


def test_a_pause_between_grant_and_start_holds(bench: Bench) -> None:
    """The grant comes in the callback; the thread that waits for it looks later."""
    hand = bench.hand()
    member = Member(hand, bench.lanes, "cpu")
    with bench.lock:
        hand._members.append(member)
        member.enter(False)
        assert member.place == "works"
        hand.pause()
    thread = threading.Thread(target=member.wait, args=(hand.cancel,))
    thread.start()
    until(lambda: hand.is_quiet, "the pause to be in effect")
    assert bench.held() == 0
    hand.resume()
    thread.join(LIMIT_S)
    assert not thread.is_alive() and bench.held() == 1
    with bench.lock:
        hand._members.remove(member)
        member.leave()


@pytest.mark.parametrize("paused", [False, True])
def test_cancel_wakes_whoever_waits(bench: Bench, paused: bool) -> None:
    first, second = bench.hand(), bench.hand()
    with first.member("cpu"), step(second) as waits:
        until(lambda: second.waits_for_place, "it to wait")
        if paused:
            second.pause()
        second.cancel.set()
        waits.end()
        assert waits.canceled
        assert not bench.lanes._waiting["cpu"]


def test_a_step_of_a_cancelled_job_does_not_start(bench: Bench) -> None:
    hand = bench.hand()
    hand.interrupt()
    assert hand.is_interrupted
    with pytest.raises(Canceled), hand.member("cpu"):
        pytest.fail("it was started")
    assert bench.held() == 0
