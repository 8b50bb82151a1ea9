from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engine.estimate import KEPT_RATES, Eta, Rate, Speeds, queue_eta, signatures
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.job import Job, Progress
from pipeline.model.source import MediaInfo, MediaStream
from tests.pipeline.store.support import a_job


def clip(duration_s: float | None = 100.0, *, height: int = 1080, crf: int = 20, eta_ms: int | None = None) -> Job:
    job = a_job(1, progress=Progress(eta_ms=eta_ms))
    streams = (MediaStream(0, "video", "h264", height=height),) if height else ()
    source = msgspec.structs.replace(job.source, info=MediaInfo("mov", duration_s, streams))
    return msgspec.structs.replace(job, source=source, flow=Flow((FlowStep("convert", options={"crf": crf}),)))


# Rate ---------------------------------------------------------------------------------------------------------------


def test_the_rate_is_unknown_before_three_samples() -> None:
    rate = Rate()
    left = []
    for second in range(5):
        rate.add(float(second), second * 10.0)
        left.append(rate.left_s(100.0))
    assert left[:3] == [None, None, None]
    assert left[3:] == [pytest.approx(7.0), pytest.approx(6.0)]


def test_time_at_rest_is_left_out() -> None:
    rate = Rate()
    for second in range(5):
        rate.add(float(second), second * 10.0)
    rate.rest()
    rate.add(1_000.0, 40.0)
    rate.add(1_001.0, 50.0)
    assert rate.left_s(100.0) == pytest.approx(5.0)


def test_newer_samples_count_more() -> None:
    rate = Rate()
    reached = 0.0
    for second in range(40):
        reached += 1.0 if second < 20 else 4.0
        rate.add(float(second), reached)
    left_s = rate.left_s(reached + 100.0)
    assert left_s is not None and 25.0 < left_s < 40.0


def test_what_does_not_move_is_never_done() -> None:
    rate = Rate()
    for second in range(10):
        rate.add(float(second), 5.0)
    assert rate.left_s(100.0) is None


def test_readings_at_the_same_moment_or_earlier_change_nothing() -> None:
    rate = Rate()
    for second in range(5):
        rate.add(float(second), second * 10.0)
    rate.add(4.0, 90.0)
    rate.add(3.0, 95.0)
    assert rate.left_s(100.0) == pytest.approx(6.0)


def test_a_goal_that_is_passed_is_reached() -> None:
    rate = Rate()
    for second in range(5):
        rate.add(float(second), second * 30.0)
    assert rate.left_s(100.0) == 0.0


# Speeds -------------------------------------------------------------------------------------------------------------


def test_nothing_is_expected_of_what_was_never_measured() -> None:
    assert Speeds({}).expected_s(clip()) is None


def test_one_measurement_gives_a_wide_interval() -> None:
    speeds = Speeds({})
    kept = speeds.learn(clip(100.0), 50.0)
    assert [rate for _, rate in kept] == [2.0, 2.0]
    assert speeds.expected_s(clip(200.0)) == pytest.approx((200 / 2.6, 200 / 1.4))


def test_alike_sources_are_taken_before_the_recipe_as_a_whole() -> None:
    speeds = Speeds({})
    for _ in range(5):
        speeds.learn(clip(100.0, height=2160), 100.0)
        speeds.learn(clip(100.0, height=240), 5.0)
    low_s, high_s = speeds.expected_s(clip(100.0, height=2160)) or (0, 0)
    assert (low_s, high_s) == pytest.approx((100.0, 100.0))
    low_s, high_s = speeds.expected_s(clip(100.0, height=720)) or (0, 0)
    assert low_s == pytest.approx(5.0) and high_s == pytest.approx(100.0)


def test_other_options_are_another_recipe() -> None:
    speeds = Speeds({})
    speeds.learn(clip(crf=20), 50.0)
    assert speeds.expected_s(clip(crf=30)) is None


@pytest.mark.parametrize("duration_s", [None, 0.0, -1.0])
def test_a_source_without_a_length_teaches_nothing_and_is_not_guessed(duration_s: float | None) -> None:
    speeds = Speeds({})
    assert speeds.learn(clip(duration_s), 50.0) == ()
    speeds.learn(clip(100.0), 50.0)
    assert speeds.expected_s(clip(duration_s)) is None
    running = clip(duration_s, eta_ms=1000)
    assert queue_eta([(running, 1.0)], [], speeds, 1) == Eta(900, 1100)


def test_work_that_took_no_time_teaches_nothing() -> None:
    assert Speeds({}).learn(clip(), 0.0) == ()


def test_the_newest_rates_are_kept_wherever_they_come_from() -> None:
    exact, _ = signatures(clip())
    stored_newest_first = [2.0] * 10 + [100.0] * (KEPT_RATES - 10)
    speeds = Speeds({exact: stored_newest_first})
    for _ in range(KEPT_RATES - 10):
        speeds.learn(clip(100.0), 50.0)
    assert speeds.expected_s(clip(100.0)) == pytest.approx((50.0, 50.0))


def test_sound_and_pictures_are_not_alike() -> None:
    assert signatures(clip(height=0))[0] != signatures(clip())[0]
    assert signatures(clip(height=0))[1] == signatures(clip())[1]
    assert signatures(clip(height=1079)) == signatures(clip(height=1080))
    assert signatures(clip(height=4321)) == signatures(clip(height=9000))


# The queue ----------------------------------------------------------------------------------------------------------

KNOWN = Speeds({})
for _seconds in (40.0, 45.0, 50.0, 55.0, 60.0):
    KNOWN.learn(clip(100.0), _seconds)


def test_an_empty_queue_has_no_time_left() -> None:
    assert queue_eta([], [], KNOWN, 1) is None


def test_one_unknown_time_makes_the_whole_unknown() -> None:
    assert queue_eta([], [clip(), clip(None)], KNOWN, 1) is None
    assert queue_eta([(clip(None), 5.0)], [clip()], KNOWN, 1) is None


def test_jobs_in_one_place_follow_each_other_and_in_two_go_side_by_side() -> None:
    one, two = queue_eta([], [clip()] * 4, KNOWN, 1), queue_eta([], [clip()] * 4, KNOWN, 2)
    assert one is not None and two is not None
    assert one.low_ms == pytest.approx(2 * two.low_ms, rel=0.001)
    assert one.high_ms == pytest.approx(2 * two.high_ms, rel=0.001)


def test_a_running_job_is_as_long_as_it_measures_itself() -> None:
    found = queue_eta([(clip(eta_ms=10_000), 5.0)], [], Speeds({}), 1)
    assert found == Eta(9_000, 11_000)


def test_a_running_job_that_does_not_know_yet_is_expected_to_be_like_others() -> None:
    whole = queue_eta([], [clip()], KNOWN, 1)
    begun = queue_eta([(clip(), 10.0)], [], KNOWN, 1)
    assert whole is not None and begun is not None
    assert begun.high_ms == pytest.approx(whole.high_ms - 10_000, abs=2)
    assert queue_eta([(clip(), 1e6)], [], KNOWN, 1) == Eta(0, 0)


DURATIONS = st.lists(st.floats(0.1, 10_000), min_size=1, max_size=12)


@given(DURATIONS, st.lists(st.integers(0, 10**7), max_size=4), st.integers(1, 6))
def test_the_interval_is_in_order_and_more_places_are_never_later(
    durations: list[float], etas: list[int], places: int
) -> None:
    started = [(clip(eta_ms=eta), 0.0) for eta in etas]
    pending = [clip(duration) for duration in durations]
    fewer, more = queue_eta(started, pending, KNOWN, places), queue_eta(started, pending, KNOWN, places + 1)
    assert fewer is not None and more is not None
    assert 0 <= fewer.low_ms <= fewer.high_ms
    assert more.low_ms <= fewer.low_ms + 1
    assert more.high_ms <= fewer.high_ms + 1
    longer = queue_eta(started, [*pending, clip(1.0)], KNOWN, places)
    assert longer is not None and longer.low_ms >= fewer.low_ms


@given(st.lists(st.floats(0.01, 1000), min_size=1, max_size=60), st.floats(0.1, 1e5))
def test_whatever_was_measured_the_least_is_not_above_the_most(rates: list[float], duration_s: float) -> None:
    speeds = Speeds({signatures(clip())[0]: rates})
    low_s, high_s = speeds.expected_s(clip(duration_s)) or (1, 0)
    assert 0 < low_s <= high_s
