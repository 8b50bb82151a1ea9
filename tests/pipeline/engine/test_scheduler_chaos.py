from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.engine.hand import Hand
from pipeline.engine.transition import Verdict
from pipeline.model.job import Job
from pipeline.model.problem import not_media
from pipeline.model.stage import Lane
from pipeline.model.state import State, Trigger
from tests.pipeline.engine.support import FINISH, Engine, FakeProcess, engine_in

JOBS, VERBS, THREADS = 10, 120, 3
LANES: tuple[Lane, ...] = ("cpu", "light", "net", "gpu")


def worker(seed: int, lanes: tuple[Lane, ...] = LANES) -> Callable[[Job, Hand], Verdict]:
    """A job of a few Steps in any lanes, some with a process, that may fail or be skipped at the end."""

    def work(job: Job, hand: Hand) -> Verdict:
        dice = random.Random(f"{seed} {job.id} {job.attempt}")
        for _ in range(dice.randrange(1, 4)):
            with hand.member(dice.choice(lanes)) as member:
                if dice.random() < 0.7:
                    member.started(FakeProcess())
                hand.cancel.wait(dice.random() * 0.002)
        with hand.member(None):
            pass
        match dice.randrange(6):
            case 0:
                return Verdict(Trigger.FAIL, not_media(b"/a"))
            case 1 if not job.without_skip_rules:
                return Verdict(Trigger.SKIP, not_media(b"/a"))
        return FINISH

    return work


def give_verbs(engine: Engine, ids: list[str], seed: int) -> None:
    """What a person in a hurry does."""
    dice = random.Random(seed)
    scheduler = engine.scheduler
    for _ in range(VERBS):
        job_id = dice.choice(ids)
        match dice.randrange(14):
            case 0 | 1 | 2:
                scheduler.offer(job_id, Trigger.PAUSE)
            case 3 | 4 | 5:
                scheduler.offer(job_id, Trigger.RESUME)
            case 6:
                scheduler.offer(job_id, Trigger.CANCEL)
            case 7 | 8:
                scheduler.offer(job_id, Trigger.RETRY)
            case 9:
                scheduler.offer(job_id, Trigger.START)
            case 10:
                scheduler.hold(job_id)
            case 11:
                scheduler.release(job_id)
            case 12:
                scheduler.reorder([(job_id, dice.randrange(-1, 2), dice.random() * 5000)])
            case 13:
                scheduler.set_places(dice.randrange(1, 5))


@pytest.mark.parametrize("seed", range(12))
def test_verbs_from_three_threads_in_any_order_leave_the_books_right(tmp_path: Path, seed: int) -> None:
    with engine_in(tmp_path, places=3) as engine:
        work = worker(seed)
        jobs = engine.add(*[work] * JOBS)
        ids = [job.id for job in jobs]
        people = [
            threading.Thread(target=give_verbs, args=(engine, ids, seed * 100 + number)) for number in range(THREADS)
        ]
        for person in people:
            person.start()
        for person in people:
            person.join()
        engine.scheduler.set_places(2)
        for job in engine.roster.all():
            engine.scheduler.release(job.id)
            engine.scheduler.offer(job.id, Trigger.RESUME)
        engine.until_all_ended()
        assert engine.failures == []
        assert {engine.state(job) for job in jobs} <= {
            State.COMPLETED, State.FAILED, State.CANCELED, State.SKIPPED,
        }  # fmt: skip
        assert engine.lanes.places("cpu") == 2
        engine.assert_books_are_right()


@pytest.mark.parametrize("seed", range(6))
def test_closing_in_the_middle_leaves_every_job_ended_or_pending(tmp_path: Path, seed: int) -> None:
    engine = Engine(tmp_path, places=3)
    jobs = engine.add(*[worker(seed)] * JOBS)
    give_verbs(engine, [job.id for job in jobs], seed)
    engine.close()
    assert all(engine.state(job) is State.PENDING or engine.state(job).is_terminal for job in jobs)
    assert set(engine.lanes._held.values()) == {0}


@pytest.mark.parametrize("places", [1, 2, 3])
def test_never_more_than_the_places_work_at_once_without_start_now(tmp_path: Path, places: int) -> None:
    with engine_in(tmp_path, places=places) as engine:
        engine.add(*[worker(places, ("cpu",))] * 30)
        engine.until_all_ended()
        assert engine.most_at_once <= places
        engine.assert_books_are_right()
