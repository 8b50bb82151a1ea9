from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.engine.sweep import Sweeper
from pipeline.engine.watch import Watch
from pipeline.model.state import State, Trigger
from tests.pipeline.engine.support import Engine, Gate, drive_is_full, finish, let_go
from tests.pipeline.store.support import settle
from tests.support.wait import until


class Drive:
    """A drive that is full while it is told so, or for the works that are picked."""

    def __init__(self, engine: Engine) -> None:
        self.is_full = False
        self.picks: Callable[[Any], bool] = lambda work: False
        transact = engine.writer._transact

        def guarded(works: list[Any]) -> None:
            if self.is_full or any(self.picks(work) for work in works):
                raise drive_is_full()
            transact(works)

        engine.writer._transact = guarded  # type: ignore[method-assign]


@pytest.fixture
def drive(engine: Engine) -> Drive:
    return Drive(engine)


@pytest.fixture
def watch(engine: Engine, tmp_path: Path) -> Iterator[Watch]:
    sweeper = Sweeper(engine.lock, engine.scheduler, engine.writer, str(tmp_path))
    watch = Watch(engine.scheduler, sweeper, engine.writer, stall_after_s=60.0, period_s=0.005)
    watch.start()
    yield watch
    watch.close()


def test_endings_that_could_not_be_written_are_written_and_told_when_it_works_again(
    engine: Engine, drive: Drive, watch: Watch
) -> None:
    gates = [Gate() for _ in range(4)]
    jobs = engine.add(*gates)
    for gate in gates[:2]:
        gate.until_entered()
    drive.is_full = True
    watch.trouble(True)
    until(lambda: engine.troubles, "the drive to be found full")
    engine.scheduler.offer(jobs[0].id, Trigger.PAUSE)
    engine.scheduler.offer(jobs[0].id, Trigger.RESUME)
    let_go(gates)
    until(lambda: len(engine.failures) == 2, "the two attempts to meet the drive")
    engine.failures.clear()
    assert [engine.state(job) for job in jobs[2:]] == [State.PENDING] * 2, "nothing new is started"
    assert engine.troubles[-1] is not None
    drive.is_full = False
    engine.until_all_ended()
    watch.trouble(False)
    assert engine.path_of(jobs[0]) == ["running", "pausing", "paused", "running", "completing", "completed"]
    until(lambda: engine.troubles[-1] is None, "the trouble to be over")
    engine.assert_books_are_right()


@pytest.mark.parametrize("which", [State.RUNNING, State.COMPLETING, State.COMPLETED])
def test_one_decision_that_fails_among_others_that_do_not_is_saved_soon(
    engine: Engine, drive: Drive, watch: Watch, which: State
) -> None:
    """The trouble is over before its first victim is set aside, so nobody says again that writing works."""
    failed: list[Any] = []

    def picks(work: Any) -> bool:
        if not failed and any(getattr(event, "state", None) is which for event in work.events):
            failed.append(work)
        return work in failed[:1]

    drive.picks = picks
    jobs = engine.add(*[finish] * 6)
    until(lambda: all(engine.state(job).is_terminal for job in jobs), "all to end")
    until(lambda: failed, "one of them to meet the drive")
    until(lambda: sum(len(engine.path_of(job)) for job in jobs) == 18, "all decisions to be told")
    engine.failures.clear()
    settle(engine.writer)


def test_a_decision_the_store_never_takes_keeps_no_others_from_it(engine: Engine, watch: Watch) -> None:
    engine.scheduler.drain(True)
    bad, good = engine.add(finish, finish)
    engine.scheduler.reorder([(bad.id, 0, float("nan"))])
    settle(engine.writer)
    engine.scheduler.offer(good.id, Trigger.START)
    engine.until(good, State.COMPLETED)
    until(lambda: "completed" in engine.path_of(good), "the other's ending to be told")


def test_a_job_waits_where_the_system_gives_no_thread_and_starts_when_it_does(
    engine: Engine, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[Any] = []
    start = engine.executor.start

    def no_more_threads(work: Callable[[], None]) -> None:
        if len(refused) < 3:
            refused.append(work)
            raise RuntimeError("can't start new thread")
        start(work)

    monkeypatch.setattr(engine.executor, "start", no_more_threads)
    jobs = engine.add(finish, finish)
    until(lambda: all(engine.roster.of(job.id).state is State.COMPLETED for job in jobs), "both jobs to end")
    assert len(refused) == 3
    assert [engine.roster.of(job.id).attempt for job in jobs] == [1, 1]
