from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.engine.hand import Hand
from pipeline.engine.room import MOST_EXTRA
from pipeline.engine.transition import Verdict
from pipeline.model.job import Job
from pipeline.model.problem import not_media
from pipeline.model.state import State, Trigger
from tests.pipeline.engine.support import FINISH, Engine, Gate, engine_in, finish, let_go
from tests.pipeline.store.support import LIMIT_S, settle
from tests.support.wait import until

P, R = State.PENDING, State.RUNNING


# Pause and resume ---------------------------------------------------------------------------------------------------


def test_a_paused_job_gives_its_place_to_the_next(tmp_path: Path) -> None:
    with engine_in(tmp_path, places=1) as engine:
        gates = [Gate(), Gate()]
        first, second = engine.add(*gates)
        gates[0].until_entered()
        assert engine.scheduler.offer(first.id, Trigger.PAUSE) is None
        assert engine.state(first) is State.PAUSED
        assert gates[0].process.is_suspended
        gates[1].until_entered()
        assert engine.scheduler.offer(first.id, Trigger.RESUME) is None
        assert engine.roster.of(first.id).waiting_for == "lane"
        assert gates[0].process.is_suspended
        gates[1].go()
        engine.until(second, State.COMPLETED)
        until(lambda: not gates[0].process.is_suspended, "the first to go on")
        assert engine.roster.of(first.id).waiting_for == ""
        gates[0].go()
        engine.until_all_ended()
        assert engine.path_of(first) == ["running", "pausing", "paused", "running", "completing", "completed"]
        assert engine.most_at_once == 1
        engine.assert_books_are_right()


def test_a_pause_during_a_call_takes_effect_when_it_returns(engine: Engine) -> None:
    call = Gate("light", process=False)
    (job,) = engine.add(call)
    call.until_entered()
    engine.scheduler.offer(job.id, Trigger.PAUSE)
    assert engine.state(job) is State.PAUSING
    call.go()
    engine.until(job, State.PAUSED)
    engine.scheduler.offer(job.id, Trigger.RESUME)
    engine.until_all_ended()
    assert engine.path_of(job)[-1] == "completed"


def test_a_pause_can_be_taken_back_before_it_takes_effect(engine: Engine) -> None:
    call = Gate("light", process=False)
    (job,) = engine.add(call)
    call.until_entered()
    engine.scheduler.offer(job.id, Trigger.PAUSE)
    engine.scheduler.offer(job.id, Trigger.RESUME)
    call.go()
    engine.until_all_ended()
    assert engine.path_of(job) == ["running", "pausing", "running", "completing", "completed"]


def test_pause_of_all_started_jobs_starts_the_next_ones_one_by_one(engine: Engine) -> None:
    gates = [Gate() for _ in range(6)]
    jobs = engine.add(*gates)
    for gate, job in zip(gates, jobs, strict=True):
        gate.until_entered()
        engine.scheduler.offer(job.id, Trigger.PAUSE)
    assert {engine.state(job) for job in jobs} == {State.PAUSED}
    for job in jobs:
        engine.scheduler.offer(job.id, Trigger.RESUME)
    left = set(range(6))
    while left:
        going = until(lambda: [n for n in left if not gates[n].process.is_suspended], "one to go on")
        assert len(going) <= 2
        gates[going[0]].go()
        engine.until(jobs[going[0]], State.COMPLETED)
        left.remove(going[0])
    engine.until_all_ended()
    assert [gate.process.signals for gate in gates] == [["suspend", "resume"]] * 6
    engine.assert_books_are_right()


# Cancel -------------------------------------------------------------------------------------------------------------


def test_a_pending_job_is_cancelled_at_once(engine: Engine) -> None:
    engine.scheduler.drain(True)
    (job,) = engine.add(finish)
    assert engine.scheduler.offer(job.id, Trigger.CANCEL) is None
    assert engine.state(job) is State.CANCELED
    engine.scheduler.drain(False)
    engine.until_all_ended()
    assert engine.path_of(job) == ["canceled"]


@pytest.mark.parametrize("paused", [False, True])
def test_a_job_at_work_is_cancelled_even_in_pause(engine: Engine, paused: bool) -> None:
    gate = Gate()
    (job,) = engine.add(gate)
    gate.until_entered()
    if paused:
        engine.scheduler.offer(job.id, Trigger.PAUSE)
    assert engine.scheduler.offer(job.id, Trigger.CANCEL) is None
    assert engine.scheduler.offer(job.id, Trigger.CANCEL) is None
    engine.until_all_ended()
    assert engine.path_of(job)[-2:] == ["canceling", "canceled"]
    assert engine.path_of(job).count("canceling") == 1
    engine.assert_books_are_right()


def test_work_that_finishes_while_it_is_cancelled_is_completed(engine: Engine) -> None:
    def deaf(job: Job, hand: Hand) -> Verdict:
        assert engine.scheduler.completes(job.id)
        assert hand.cancel.wait(LIMIT_S)
        return Verdict(Trigger.SKIP)

    def ended(job: Job, hand: Hand) -> None:
        deaf(job, hand)
        engine.scheduler.end(job.id, FINISH).result(LIMIT_S)

    engine.scheduler._run = ended
    (job,) = engine.add(finish)
    engine.until(job, State.COMPLETING)
    engine.scheduler.offer(job.id, Trigger.CANCEL)
    engine.until_all_ended()
    assert engine.path_of(job) == ["running", "completing", "canceling", "completed"]


@pytest.mark.parametrize("trigger", [Trigger.FAIL, Trigger.SKIP, Trigger.STOPPED])
def test_whatever_else_a_cancelled_job_comes_to_is_canceled(engine: Engine, trigger: Trigger) -> None:
    def work(job: Job, hand: Hand) -> Verdict:
        assert hand.cancel.wait(LIMIT_S)
        return Verdict(trigger, not_media(b"/a"))

    (job,) = engine.add(work)
    engine.until(job, R)
    engine.scheduler.offer(job.id, Trigger.CANCEL)
    engine.until_all_ended()
    assert engine.path_of(job) == ["running", "canceling", "canceled"]
    assert engine.roster.of(job.id).problem is None


# Start now, hold, order ---------------------------------------------------------------------------------------------


def test_start_now_adds_a_place_until_that_job_ends(tmp_path: Path) -> None:
    with engine_in(tmp_path, places=1) as engine:
        gates = [Gate() for _ in range(4)]
        jobs = engine.add(*gates)
        gates[0].until_entered()
        assert engine.scheduler.offer(jobs[2].id, Trigger.START) is None
        gates[2].until_entered()
        assert engine.lanes.places("cpu") == 2
        assert [engine.state(job) for job in jobs] == [R, P, R, P]
        gates[2].go()
        engine.until(jobs[2], State.COMPLETED)
        assert engine.lanes.places("cpu") == 1
        assert [engine.state(job) for job in jobs] == [R, P, State.COMPLETED, P]
        let_go(gates)
        engine.until_all_ended()


def test_starting_a_large_selection_now_starts_a_few_and_lets_the_others_take_their_turn(engine: Engine) -> None:
    gates = [Gate() for _ in range(30)]
    engine.scheduler.drain(True)
    jobs = engine.add(*gates, held_by="person")
    for job in jobs:
        assert engine.scheduler.offer(job.id, Trigger.START) is None
    assert len(engine.scheduler.hands()) == 2 + MOST_EXTRA
    assert {job.held_by for job in engine.roster.all()} == {""}
    engine.scheduler.drain(False)
    let_go(gates)
    engine.until_all_ended()
    assert engine.lanes.places("cpu") == 2
    engine.assert_books_are_right()


def test_start_of_what_is_started_changes_nothing(engine: Engine) -> None:
    gate = Gate()
    (job,) = engine.add(gate)
    gate.until_entered()
    assert engine.scheduler.offer(job.id, Trigger.START) is None
    assert engine.scheduler.offer("no such job", Trigger.START) is None
    gate.go()
    engine.until_all_ended()
    assert engine.path_of(job) == ["running", "completing", "completed"]


def test_a_held_job_waits_for_its_person(engine: Engine) -> None:
    engine.scheduler.drain(True)
    first, second = engine.add(finish, finish)
    assert engine.scheduler.hold(first.id) is None
    assert engine.scheduler.hold(first.id) is None
    engine.scheduler.drain(False)
    engine.until(second, State.COMPLETED)
    assert engine.state(first) is P
    engine.scheduler.release(first.id)
    engine.until_all_ended()


def test_start_takes_a_hold_off(engine: Engine) -> None:
    engine.scheduler.drain(True)
    (job,) = engine.add(finish, held_by="crash")
    engine.scheduler.drain(False)
    settle(engine.writer)
    assert engine.state(job) is P
    engine.scheduler.offer(job.id, Trigger.START)
    engine.until_all_ended()
    assert engine.roster.of(job.id).held_by == ""


def test_a_started_job_is_not_held_but_refused(engine: Engine) -> None:
    gate = Gate()
    (job,) = engine.add(gate)
    gate.until_entered()
    problem = engine.scheduler.hold(job.id)
    assert problem is not None and problem.code == "not_now"
    gate.go()
    engine.until_all_ended()


def test_a_higher_priority_comes_first_then_the_place(tmp_path: Path) -> None:
    with engine_in(tmp_path, places=1) as engine:
        order: list[str] = []

        def notes(job: Job, hand: Hand) -> Verdict:
            order.append(job.id)
            return FINISH

        engine.scheduler.drain(True)
        a, b, c, d = engine.add(*[notes] * 4)
        engine.scheduler.reorder([(c.id, 1, c.place), (a.id, -1, a.place), (d.id, 0, 1.0), ("gone", 0, 0.0)])
        assert [job.id for job in engine.roster.all()] == [c.id, d.id, b.id, a.id]
        engine.scheduler.drain(False)
        engine.until_all_ended()
        assert order == [c.id, d.id, b.id, a.id]
