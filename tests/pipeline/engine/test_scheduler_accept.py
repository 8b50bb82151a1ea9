from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.model.batch import Batch
from pipeline.model.event import JobCreated
from pipeline.model.state import State, Trigger
from pipeline.store.connection import reader
from pipeline.store.jobs import load_batches, load_jobs
from tests.pipeline.engine.support import Engine, Gate, engine_in, let_go
from tests.pipeline.store.support import LIMIT_S, a_job, held_up, settle
from tests.support.wait import until

P, R = State.PENDING, State.RUNNING


def test_one_drop_is_committed_whole_before_any_of_it_starts(engine: Engine) -> None:
    jobs = [a_job(num, batch_id="b") for num in range(1, 4)]
    with held_up(engine.writer):
        done = engine.scheduler.accept(jobs, Batch("b", 9, "3 items"))
        assert [job.id for job in engine.roster.all()] == [job.id for job in jobs]
        assert not engine.scheduler.hands()
    assert done.result(LIMIT_S) == tuple(jobs)
    engine.until_all_ended()
    assert [type(told.event) for told in engine.told[:3]] == [JobCreated] * 3
    connection = reader(engine.path)
    try:
        assert [batch.id for batch in load_batches(connection)] == ["b"]
    finally:
        connection.close()


@pytest.mark.parametrize("verb", [None, "hold", "start", "cancel", "remove"])
def test_a_drop_that_cannot_be_committed_leaves_nothing(engine: Engine, verb: str | None) -> None:
    # A float that JSON cannot carry in a column that wants a number: the commit fails.
    bad = a_job(2, place=float("nan"))
    good = a_job(1)
    with held_up(engine.writer):
        done = engine.scheduler.accept([good, bad], None)
        match verb:
            case "hold":
                engine.scheduler.hold(good.id)
            case "start":
                engine.scheduler.offer(good.id, Trigger.START)
            case "cancel":
                engine.scheduler.offer(good.id, Trigger.CANCEL)
            case "remove":
                engine.scheduler.remove(good.id)
    assert done.exception(LIMIT_S) is not None
    until(lambda: not engine.roster.all(), "the jobs to leave the list")
    assert not engine.scheduler.hands()
    settle(engine.writer)
    connection = reader(engine.path)
    try:
        assert load_jobs(connection, open_only=False) == []
    finally:
        connection.close()


def test_start_before_the_commit_takes_effect_after_it(tmp_path: Path) -> None:
    with engine_in(tmp_path, places=1) as engine:
        gates = [Gate(), Gate()]
        engine.add(gates[0])
        gates[0].until_entered()
        job = a_job(2)
        engine.works[job.id] = gates[1]
        with held_up(engine.writer):
            engine.scheduler.accept([job], None)
            assert engine.scheduler.offer(job.id, Trigger.START) is None
            assert engine.state(job) is P
        gates[1].until_entered()
        let_go(gates)
        engine.until_all_ended()
        engine.assert_books_are_right()
