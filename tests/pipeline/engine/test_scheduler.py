from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pipeline.engine.hand import Hand
from pipeline.engine.transition import Verdict
from pipeline.model.event import JobRemoved, JobUpdated
from pipeline.model.job import Artifact, Job, Progress
from pipeline.model.problem import Warn, not_media
from pipeline.model.state import State, Trigger
from pipeline.store.connection import reader
from pipeline.store.jobs import load_jobs
from tests.pipeline.engine.support import Engine, Gate, engine_in, finish, let_go
from tests.pipeline.store.support import LIMIT_S, a_job, settle
from tests.support.wait import until

P, R = State.PENDING, State.RUNNING


def test_a_job_goes_its_way_and_all_of_it_is_told(engine: Engine) -> None:
    (job,) = engine.add(finish)
    engine.until_all_ended()
    assert engine.path_of(job) == ["running", "completing", "completed"]
    engine.assert_books_are_right()


def test_as_many_jobs_as_there_are_places_work_at_once_in_order(engine: Engine) -> None:
    gates = [Gate() for _ in range(5)]
    jobs = engine.add(*gates)
    for first, gate in enumerate(gates):
        for working in gates[first : first + 2]:
            working.until_entered()
        assert [engine.state(job) for job in jobs[first:]] == ([R, R, P, P, P])[: len(jobs) - first]
        gate.go()
        engine.until(jobs[first], State.COMPLETED)
    engine.until_all_ended()
    assert engine.most_at_once == 2
    engine.assert_books_are_right()


def test_a_finished_job_has_its_artifacts_warnings_and_times(engine: Engine) -> None:
    made = Artifact(b"/out/a.mp4", size=5)
    warning = Warn("damaged", "A little.", 1.0)
    (job,) = engine.add(lambda job, hand: Verdict(Trigger.FINISH, artifacts=(made,), warnings=(warning,)))
    engine.until_all_ended()
    ended = engine.roster.of(job.id)
    assert (ended.artifacts, ended.warnings, ended.problem) == ((made,), (warning,), None)
    assert ended.progress.percent == 100.0
    assert ended.started_ms is not None and ended.ended_ms is not None and ended.started_ms <= ended.ended_ms
    kinds = [type(told.event).__name__ for told in engine.told]
    assert kinds[-3:] == ["ArtifactMade", "JobWarned", "JobChanged"]


@pytest.mark.parametrize(
    ("trigger", "state"), [(Trigger.FAIL, State.FAILED), (Trigger.SKIP, State.SKIPPED)], ids=str
)  # fmt: skip
def test_an_attempt_may_end_otherwise_and_says_why(engine: Engine, trigger: Trigger, state: State) -> None:
    problem = not_media(b"/a")
    (job,) = engine.add(lambda job, hand: Verdict(trigger, problem))
    engine.until_all_ended()
    assert engine.roster.of(job.id).state is state
    assert engine.roster.of(job.id).problem == problem
    assert engine.changes(job)[-1].problem == problem


def test_what_an_ending_brings_along_is_committed_with_it(engine: Engine) -> None:
    done: list[bool] = []
    engine.add(lambda job, hand: Verdict(Trigger.FINISH, work=lambda c: done.append(c.in_transaction)))
    engine.until_all_ended()
    assert done == [True]


def test_a_job_that_only_waits_for_the_net_leaves_its_room_to_the_next(tmp_path: Path) -> None:
    with engine_in(tmp_path, places=1) as engine:
        gates = [Gate("net"), Gate("cpu"), Gate("cpu")]
        first, second, third = engine.add(*gates)
        gates[0].until_entered()
        gates[1].until_entered()
        assert [engine.state(job) for job in (first, second, third)] == [R, R, P]
        let_go(gates)
        engine.until_all_ended()


@pytest.mark.parametrize("lane", ["gpu", "net"])
def test_a_full_lane_does_not_start_the_whole_queue(tmp_path: Path, lane: str) -> None:
    assert lane in ("gpu", "net")
    with engine_in(tmp_path, places=3, lanes={"gpu": 1, "net": 1}) as engine:
        gates = [Gate(lane) for _ in range(30)]  # type: ignore[arg-type]
        jobs = engine.add(*gates)
        until(lambda: any(gate.entered.is_set() for gate in gates), "one to be at work")
        until(lambda: any(engine.roster.of(job.id).waiting_for == "lane" for job in jobs), "another to wait")
        for _ in range(20):
            settle(engine.writer)
        started = len(engine.scheduler.hands())
        assert 2 <= started <= 2 * 3 + 1
        let_go(gates)
        engine.until_all_ended()
        engine.assert_books_are_right()


def test_many_jobs_that_wait_to_try_again_do_not_start_the_whole_queue(engine: Engine) -> None:
    def waits(job: Job, hand: Hand) -> Verdict:
        engine.scheduler.waits(job.id, "retry", "It did not answer.")
        hand.cancel.wait(LIMIT_S)
        return Verdict(Trigger.STOPPED)

    jobs = engine.add(*[waits] * 30)
    until(lambda: len(engine.scheduler.hands()) == 4, "two to wait and two more to be started")
    settle(engine.writer)
    assert len(engine.scheduler.hands()) == 4
    for job in reversed(jobs):
        engine.scheduler.offer(job.id, Trigger.CANCEL)
    engine.until_all_ended()


def test_a_wait_is_told_with_its_reason_and_ends(engine: Engine) -> None:
    gate = Gate()
    (job,) = engine.add(gate)
    gate.until_entered()
    engine.scheduler.waits(job.id, "disk", "It is full.")
    assert (engine.roster.of(job.id).waiting_for, engine.roster.of(job.id).waiting_why) == ("disk", "It is full.")
    engine.scheduler.waits(job.id, "", instead_of="stalled")
    assert engine.roster.of(job.id).waiting_for == "disk"
    engine.scheduler.waits(job.id, "", instead_of="disk")
    assert engine.roster.of(job.id).waiting_for == ""
    gate.go()
    engine.until_all_ended()
    assert [t.event.waiting_for for t in engine.told if isinstance(t.event, JobUpdated)] == ["disk", ""]


def test_more_places_start_more_at_once_and_fewer_let_what_runs_end(engine: Engine) -> None:
    gates = [Gate() for _ in range(6)]
    jobs = engine.add(*gates)
    engine.scheduler.set_places(4)
    for gate in gates[:4]:
        gate.until_entered()
    engine.scheduler.set_places(1)
    assert [engine.state(job) for job in jobs] == [R, R, R, R, P, P]
    for gate, job in zip(gates[:3], jobs, strict=False):
        gate.go()
        engine.until(job, State.COMPLETED)
    assert engine.state(jobs[4]) is P
    gates[3].go()
    gates[4].until_entered()
    assert engine.state(jobs[5]) is P
    let_go(gates)
    engine.until_all_ended()


def test_draining_lets_what_runs_end_and_starts_nothing_more(engine: Engine) -> None:
    gates = [Gate() for _ in range(4)]
    jobs = engine.add(*gates)
    engine.scheduler.drain(True)
    assert engine.scheduler.is_draining
    let_go(gates)
    engine.until(jobs[1], State.COMPLETED)
    engine.until(jobs[0], State.COMPLETED)
    assert [engine.state(job) for job in jobs[2:]] == [P, P]
    engine.scheduler.drain(False)
    engine.until_all_ended()


def test_nothing_new_starts_while_the_store_cannot_be_written(engine: Engine) -> None:
    engine.scheduler.block(True)
    (job,) = engine.add(finish)
    assert engine.scheduler.offer(job.id, Trigger.START) is None
    assert engine.state(job) is P
    engine.scheduler.block(False)
    engine.until_all_ended()


def test_closing_brings_back_what_ran(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    gates = [Gate(), Gate()]
    jobs = engine.add(*gates, finish)
    for gate in gates:
        gate.until_entered()
    engine.scheduler.offer(jobs[1].id, Trigger.PAUSE)
    engine.until(jobs[1], State.PAUSED)
    engine.until(jobs[2], State.COMPLETED)
    engine.close()
    with_hold = [(engine.roster.of(job.id).state, engine.roster.of(job.id).held_by) for job in jobs]
    assert with_hold == [(P, ""), (P, "person"), (State.COMPLETED, "")]
    connection = reader(engine.path)
    try:
        assert [job.state for job in load_jobs(connection, open_only=True)] == [P, P]
    finally:
        connection.close()


# What is learnt -----------------------------------------------------------------------------------------------------


def test_progress_is_in_the_snapshot_and_told(engine: Engine) -> None:
    gate = Gate()
    (job,) = engine.add(gate)
    gate.until_entered()
    engine.scheduler.progress(job.id, Progress(percent=12.5, stage="encode"))
    assert engine.roster.of(job.id).progress.percent == 12.5
    gate.go()
    engine.until_all_ended()
    assert "JobProgressed" in {type(told.event).__name__ for told in engine.told}


def test_what_a_look_ahead_found_is_kept_only_while_the_job_waits(engine: Engine) -> None:
    gate = Gate()
    engine.scheduler.drain(True)
    (job,) = engine.add(gate)
    first = a_job(5).source
    engine.scheduler.learn_if_pending(job.id, first)
    assert engine.roster.of(job.id).source == first
    engine.scheduler.drain(False)
    gate.until_entered()
    engine.scheduler.learn_if_pending(job.id, a_job(6).source)
    assert engine.roster.of(job.id).source == first
    engine.scheduler.learn_if_pending("no such job", first)
    gate.go()
    engine.until_all_ended()


def test_a_removed_job_is_gone_and_told(engine: Engine) -> None:
    engine.scheduler.drain(True)
    (job,) = engine.add(finish)
    assert engine.scheduler.remove(job.id) is None
    assert engine.scheduler.remove(job.id) is None
    settle(engine.writer)
    assert engine.told[-1].event == JobRemoved(job.id)
    engine.assert_books_are_right()


@pytest.mark.parametrize("paused", [False, True])
def test_a_job_at_work_is_not_removed(engine: Engine, paused: bool) -> None:
    gate = Gate()
    (job,) = engine.add(gate)
    gate.until_entered()
    if paused:
        engine.scheduler.offer(job.id, Trigger.PAUSE)
    problem = engine.scheduler.remove(job.id)
    assert problem is not None and problem.code == "job_at_work"
    assert engine.roster.get(job.id) is not None
    engine.scheduler.offer(job.id, Trigger.CANCEL)
    engine.until_all_ended()


def test_hands_of_started_jobs_can_be_asked_for(engine: Engine) -> None:
    gate = Gate()
    (job,) = engine.add(gate)
    gate.until_entered()
    assert list(engine.scheduler.hands()) == [job.id]
    threading.Thread(target=gate.go).start()
    engine.until_all_ended()
    assert engine.scheduler.hands() == {}
