from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engine.meter import GAP_S, Meter
from pipeline.model.job import Progress
from pipeline.model.stage import Command, Run, Stage, Tick

STAGES = (Stage("encode", "Encode", 80), Stage("verify", "Verify", 20))


class Bench:
    """A meter with a clock that stands still until it is moved."""

    def __init__(self, stages: tuple[Stage, ...] = STAGES) -> None:
        self.now_s = 10.0
        self.told: list[Progress] = []
        self.meter = Meter(stages, self.told.append, lambda: self.now_s)

    def tick(self, step: Run, done: float, total: float = 10.0, after_s: float = 1.0, **more: float) -> Progress:
        self.now_s += after_s
        self.meter.tick(step, Tick(done=done, total=total, **more))  # type: ignore[arg-type]
        return self.meter.progress


def run(part: tuple[int, int] = (1, 1)) -> Run:
    return Run(Command(("ffmpeg", str(part))), part=part)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_each_stage_has_the_share_its_weight_says(bench: Bench) -> None:
    encode, verify = run(), run()
    assert bench.meter.enters("encode")
    assert not bench.meter.enters("encode")
    bench.meter.begins([encode])
    assert bench.tick(encode, 5).percent == 40.0
    bench.meter.ended(encode)
    assert bench.meter.progress.percent == 80.0
    assert bench.meter.enters("verify")
    bench.meter.begins([verify])
    found = bench.tick(verify, 5)
    assert (found.percent, found.stage, found.stage_percent) == (90.0, "verify", 50.0)


def test_a_hundred_percent_is_said_by_the_state_not_by_the_meter(bench: Bench) -> None:
    step = run()
    bench.meter.enters("verify")
    bench.meter.begins([step])
    bench.meter.ended(step)
    assert bench.meter.progress.percent == 99.9


def test_a_stage_nobody_declared_is_no_stage(bench: Bench) -> None:
    assert not bench.meter.enters("unheard of")


def test_the_parts_of_a_stage_make_up_its_whole(bench: Bench) -> None:
    bench.meter.enters("encode")
    percents = []
    for number in range(1, 5):
        step = run((number, 4))
        bench.meter.begins([step])
        bench.tick(step, 5)
        percents.append(bench.meter.progress.stage_percent)
        bench.meter.ended(step)
        percents.append(bench.meter.progress.stage_percent)
    assert percents == [12.5, 25.0, 37.5, 50.0, 62.5, 75.0, 87.5, 100.0]


def test_steps_side_by_side_count_by_their_mean(bench: Bench) -> None:
    first, second = run(), Run(Command(("ffmpeg", "second")))
    bench.meter.enters("encode")
    bench.meter.begins([first, second])
    assert bench.tick(first, 10).stage_percent == 50.0
    assert bench.tick(second, 5).stage_percent == 75.0
    bench.meter.ended(first)
    assert bench.meter.progress.stage_percent == 75.0
    bench.meter.ended(second)
    assert bench.meter.progress.stage_percent == 100.0


def test_a_tool_that_does_not_say_its_total_shows_no_percent_of_the_stage(bench: Bench) -> None:
    step = run()
    bench.meter.enters("encode")
    bench.meter.begins([step])
    found = bench.tick(step, 5, total=0.0, out_time_s=5.0)
    assert (found.stage_percent, found.percent, found.out_time_s) == (None, 0.0, 5.0)
    bench.meter.ended(step)
    assert bench.meter.progress.percent == 80.0


def test_what_a_tick_says_is_passed_on(bench: Bench) -> None:
    step = run()
    bench.meter.enters("encode")
    bench.meter.begins([step])
    bench.now_s += 1
    bench.meter.tick(step, Tick(3, 10, "items", 2.5, 60, 25.0, 1.5, 3e5, 4096, "three of ten"))
    found = bench.told[-1]
    assert (found.current, found.total, found.speed, found.fps, found.bit_rate) == (3, 10, 1.5, 25.0, 3e5)
    assert (found.out_time_s, found.out_bytes, found.message) == (2.5, 4096, "three of ten")


def test_it_is_told_at_most_every_33_ms_but_for_ends_and_stages(bench: Bench) -> None:
    step = run()
    bench.meter.enters("encode")
    bench.meter.begins([step])
    for number in range(100):
        bench.tick(step, number / 10, after_s=GAP_S / 10)
    assert 9 <= len(bench.told) - 1 <= 11
    before = len(bench.told)
    bench.meter.ended(step)
    bench.meter.enters("verify")
    assert len(bench.told) == before + 2


def test_time_left_is_unknown_at_first_and_then_follows_the_rate(bench: Bench) -> None:
    step = run()
    bench.meter.enters("encode")
    bench.meter.begins([step])
    etas = [bench.tick(step, done).eta_ms for done in (1, 2, 3, 4)]
    assert etas[:2] == [None, None]
    assert etas[3] == pytest.approx((100 - 32) / 8 * 1000, rel=0.01)


def test_what_is_found_done_says_nothing_of_the_time_left(bench: Bench) -> None:
    """After a crash most of the job is there again within a millisecond."""
    found, goes_on = run((1, 2)), run((2, 2))
    bench.meter.enters("encode")
    bench.meter.begins([found])
    bench.now_s += 0.001
    bench.meter.rests()
    bench.meter.ended(found)
    bench.meter.begins([goes_on])
    for done in (1, 2, 3, 4):
        progress = bench.tick(goes_on, done)
    # One second brings 4 %, and 44 % are left.
    assert progress.percent == 56.0
    assert progress.eta_ms == pytest.approx(11_000, rel=0.01)


TICKS = st.lists(
    st.tuples(
        st.sampled_from(["encode", "verify"]),
        st.integers(0, 1),
        st.floats(-5, 20, allow_nan=False),
        st.sampled_from([0.0, 10.0]),
        st.floats(0, 3),
    ),
    max_size=30,
)


@given(TICKS)
def test_percent_never_goes_back(ticks: list[tuple[str, int, float, float, float]]) -> None:
    bench = Bench()
    steps = (run((1, 2)), run((2, 2)))
    for stage, which, done, total, after_s in ticks:
        if bench.meter.enters(stage) or not bench.meter._members:
            bench.meter.begins(steps)
        bench.tick(steps[which], done, total, after_s)
    percents = [progress.percent for progress in bench.told]
    assert percents == sorted(percents)
    assert all(0.0 <= percent <= 99.9 for percent in percents)
    assert all(progress.eta_ms is None or progress.eta_ms >= 0 for progress in bench.told)


def test_stages_without_weight_divide_nothing_by_nothing() -> None:
    bench = Bench((Stage("encode", "Encode", 0),))
    step = run()
    bench.meter.enters("encode")
    bench.meter.begins([step])
    bench.meter.ended(step)
    assert bench.meter.progress.stage_percent == 100.0
