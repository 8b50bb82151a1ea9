from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.engine.hand import Hand
from pipeline.engine.sweep import Sweeper
from pipeline.engine.transition import Verdict
from pipeline.engine.watch import Watch
from pipeline.model.job import Job
from tests.pipeline.engine.support import FINISH, Engine, Gate
from tests.pipeline.store.support import LIMIT_S, settle
from tests.support.wait import until


@pytest.fixture
def watching(engine: Engine, tmp_path: Path) -> Iterator[Callable[..., Watch]]:
    watches: list[Watch] = []

    def start(stall_after_s: float = 120.0) -> Watch:
        sweeper = Sweeper(engine.lock, engine.scheduler, engine.writer, str(tmp_path))
        watch = Watch(
            engine.scheduler, sweeper, engine.writer, stall_after_s=stall_after_s, period_s=0.002
        )  # fmt: skip
        watch.start()
        watches.append(watch)
        return watch

    yield start
    for watch in watches:
        watch.close()


Watching = Callable[..., Watch]


def at_work(engine: Engine) -> tuple[Job, Gate]:
    gate = Gate()
    (job,) = engine.add(gate)
    gate.until_entered()
    return job, gate


def waiting_for(engine: Engine, job: Job) -> str:
    return engine.roster.of(job.id).waiting_for


def test_a_tool_that_stands_still_is_told_and_then_ended(engine: Engine, watching: Watching) -> None:
    job, gate = at_work(engine)
    watching(60.0)
    gate.process.quiet_for_s = 31.0
    until(lambda: waiting_for(engine, job) == "stalled", "it to be told")
    assert engine.roster.of(job.id).waiting_why == "No progress for 31 s."
    assert gate.process.signals == []
    gate.process.quiet_for_s = 61.0
    until(lambda: "kill" in gate.process.signals, "it to be ended")
    gate.go()
    engine.until_all_ended()


def test_a_tool_that_moves_again_is_not_told_any_more(engine: Engine, watching: Watching) -> None:
    job, gate = at_work(engine)
    watching(600.0)
    gate.process.quiet_for_s = 31.0
    until(lambda: waiting_for(engine, job) == "stalled", "it to be told")
    gate.process.quiet_for_s = 0.0
    until(lambda: waiting_for(engine, job) == "", "it to be taken back")
    assert gate.process.signals == []
    gate.go()
    engine.until_all_ended()


def test_a_short_patience_warns_at_half_of_it(engine: Engine, watching: Watching) -> None:
    job, gate = at_work(engine)
    watching(10.0)
    gate.process.quiet_for_s = 6.0
    until(lambda: waiting_for(engine, job) == "stalled", "it to be told")
    gate.go()
    engine.until_all_ended()


def test_a_paused_tool_does_not_stand_still(engine: Engine, watching: Watching) -> None:
    job, gate = at_work(engine)
    engine.scheduler.hands()[job.id].pause()
    gate.process.quiet_for_s = 9_999.0
    looks = threading.Event()
    watch = watching(1.0)
    look, seen = watch._look, []

    def counted() -> None:
        look()
        seen.append(1)
        if len(seen) > 5:
            looks.set()

    watch._look = counted  # type: ignore[method-assign]
    assert looks.wait(LIMIT_S)
    assert "kill" not in gate.process.signals
    assert waiting_for(engine, job) == ""
    engine.scheduler.hands()[job.id].resume()
    gate.go()
    engine.until_all_ended()


def test_a_wait_to_try_again_after_a_stall_stays_told(engine: Engine, watching: Watching) -> None:
    """The tool was ended because it stood still; now the Step waits, and nothing of it works."""
    go = threading.Event()

    def work(job: Job, hand: Hand) -> Verdict:
        with hand.member("cpu") as member:
            member.started(gate.process)
            until(lambda: "kill" in gate.process.signals, "the tool to be ended")
        engine.scheduler.waits(job.id, "retry", "It made no progress.")
        assert go.wait(LIMIT_S)
        engine.scheduler.waits(job.id, "")
        return FINISH

    gate = Gate()
    gate.process.quiet_for_s = 61.0
    (job,) = engine.add(work)
    watch = watching(60.0)
    until(lambda: waiting_for(engine, job) == "retry", "it to wait")
    until(lambda: not watch._stalled, "the watch to have looked again")
    settle(engine.writer)
    assert waiting_for(engine, job) == "retry"
    go.set()
    engine.until_all_ended()


def test_a_store_in_trouble_is_tried_again_and_again(engine: Engine, watching: Watching) -> None:
    tries: list[int] = []
    enough = threading.Event()

    def try_again() -> None:
        tries.append(1)
        if len(tries) == 3:
            enough.set()

    engine.writer.try_again = try_again  # type: ignore[method-assign,assignment]
    watch = watching()
    watch.trouble(True)
    assert enough.wait(LIMIT_S)
    watch.trouble(False)


def test_a_bug_in_one_look_does_not_end_the_watch(
    engine: Engine, watching: Watching, caplog: pytest.LogCaptureFixture
) -> None:
    watch = watching()
    look, again = watch._look, threading.Event()

    def breaks() -> None:
        watch._look = works  # type: ignore[method-assign]
        raise ValueError("ours")

    def works() -> None:
        look()
        again.set()

    watch._look = breaks  # type: ignore[method-assign]
    assert again.wait(LIMIT_S)
    assert "the watch met a bug" in caplog.text


def test_scratch_that_is_due_is_swept(engine: Engine, tmp_path: Path) -> None:
    swept = threading.Event()

    class Sweeps(Sweeper):
        def sweep(self, *, closing: bool = False) -> None:
            swept.set()

    sweeper = Sweeps(engine.lock, engine.scheduler, engine.writer, str(tmp_path))
    watch = Watch(engine.scheduler, sweeper, engine.writer, stall_after_s=1.0, period_s=0.002)
    watch.start()
    assert swept.wait(LIMIT_S)
    watch.close()
