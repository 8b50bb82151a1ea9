from __future__ import annotations

import pytest

from tests.pipeline.engine.support import FakeProcess
from tests.pipeline.engine.test_hand import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_tools_that_make_no_progress_are_ended_others_are_not(bench: Bench) -> None:
    bench.lanes.set_places("cpu", 3)
    hand = bench.hand()
    quick, slow, suspended = FakeProcess(quiet_for_s=1.0), FakeProcess(quiet_for_s=61.0), FakeProcess(quiet_for_s=99.0)
    with hand.member("cpu") as first, hand.member("cpu") as second, hand.member("cpu"):
        first.started(quick)
        second.started(slow)
        assert hand.stop_if_stalled(120.0) == 61.0
        assert hand.stop_if_stalled(60.0) == 61.0
        assert (quick.signals, slow.signals) == ([], ["kill"])
    with hand.member("cpu") as third:
        third.started(suspended)
        hand.pause()
        assert hand.stop_if_stalled(60.0) == 0.0
        assert suspended.signals == ["suspend"]
        hand.resume()


def test_time_in_pause_is_no_work(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    hand, process = bench.hand(), FakeProcess()
    with hand.member("cpu") as member:
        member.started(process)
        now[0] += 5
        hand.pause()
        now[0] += 1000
        assert hand.active_s() == 5.0
        hand.resume()
        now[0] += 2
        assert hand.active_s() == 7.0
        hand.pause()
        now[0] += 50
        hand.resume()
    assert hand.active_s() == 7.0


def test_time_in_the_line_for_a_place_is_no_work(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    hand, process = bench.hand(), FakeProcess()
    with hand.member("cpu") as member:
        member.started(process)
        now[0] += 5
        hand.pause()
        other = bench.lanes.ask("cpu", lambda: None)
        hand.resume()
        now[0] += 1000
        assert hand.waits_for_place
        bench.lanes.give(other)
        now[0] += 2
        assert hand.active_s() == 7.0
