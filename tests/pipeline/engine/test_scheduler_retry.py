from __future__ import annotations

from pipeline.engine.hand import Hand
from pipeline.engine.transition import Verdict
from pipeline.model.job import Job
from pipeline.model.problem import not_media
from pipeline.model.stage import Canceled
from pipeline.model.state import State, Trigger
from tests.pipeline.engine.support import FINISH, Engine, Gate, finish

P, R = State.PENDING, State.RUNNING


def fail(job: Job, hand: Hand) -> Verdict:
    return Verdict(Trigger.FAIL, not_media(b"/a"))


def skip(job: Job, hand: Hand) -> Verdict:
    return FINISH if job.without_skip_rules else Verdict(Trigger.SKIP, not_media(b"/a"))


def test_a_retry_is_a_new_attempt_without_what_went_wrong(engine: Engine) -> None:
    (job,) = engine.add(fail)
    engine.until_all_ended()
    engine.works[job.id] = finish
    assert engine.scheduler.offer(job.id, Trigger.RETRY) is None
    engine.until_all_ended()
    ended = engine.roster.of(job.id)
    assert (ended.attempt, ended.state, ended.problem) == (2, State.COMPLETED, None)
    assert [(change.state.value, change.attempt) for change in engine.changes(job)] == [
        ("running", 1), ("failed", 1), ("pending", 2), ("running", 2), ("completing", 2), ("completed", 2),
    ]  # fmt: skip
    engine.assert_books_are_right()


def test_a_cancelled_job_is_undone_by_a_retry(engine: Engine) -> None:
    gate = Gate()
    (job,) = engine.add(gate)
    gate.until_entered()
    engine.scheduler.offer(job.id, Trigger.CANCEL)
    engine.until_all_ended()
    engine.works[job.id] = finish
    assert engine.scheduler.offer(job.id, Trigger.RETRY) is None
    engine.until_all_ended()
    assert engine.state(job) is State.COMPLETED


def test_a_retry_of_a_skipped_job_leaves_the_skip_rules_out_for_that_attempt(engine: Engine) -> None:
    (job,) = engine.add(skip)
    engine.until_all_ended()
    assert engine.state(job) is State.SKIPPED
    engine.scheduler.offer(job.id, Trigger.RETRY)
    engine.until_all_ended()
    assert engine.state(job) is State.COMPLETED


def test_a_completed_job_is_not_retried(engine: Engine) -> None:
    (job,) = engine.add(finish)
    engine.until_all_ended()
    problem = engine.scheduler.offer(job.id, Trigger.RETRY)
    assert problem is not None and problem.code == "not_now"
    assert engine.scheduler.offer(job.id, Trigger.CANCEL) is None
    assert engine.path_of(job)[-1] == "completed"


def test_a_retry_while_the_last_attempt_is_told_starts_after_it(engine: Engine) -> None:
    """The first who hears of the failure asks for another attempt at once."""
    (job,) = engine.add(fail)
    engine.until(job, State.FAILED)
    engine.works[job.id] = lambda job, hand: FINISH if job.attempt == 20 else fail(job, hand)
    while engine.roster.of(job.id).attempt < 20:
        engine.until(job, State.FAILED)
        engine.scheduler.offer(job.id, Trigger.RETRY)
    engine.until_all_ended()
    engine.assert_books_are_right()


def test_work_that_raises_canceled_without_being_asked_comes_back(engine: Engine) -> None:
    """Nobody cancelled it, so the attempt was interrupted; it is started again."""
    tries: list[int] = []

    def once(job: Job, hand: Hand) -> Verdict:
        tries.append(1)
        if len(tries) == 1:
            raise Canceled
        return FINISH

    (job,) = engine.add(once)
    engine.until_all_ended()
    assert engine.path_of(job) == ["running", "pending", "running", "completing", "completed"]
