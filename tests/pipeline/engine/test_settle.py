from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pipeline.engine.settle import CRASHES, settle
from pipeline.model.event import JobChanged
from pipeline.model.job import HeldBy, Job, Progress
from pipeline.model.state import State
from pipeline.store.jobs import load_jobs, save_jobs
from pipeline.store.journal import in_hand, take_in_hand
from pipeline.store.recovery import open_database
from pipeline.store.writer import Writer
from tests.pipeline.store.support import LIMIT_S, Heard, a_job

P, R = State.PENDING, State.RUNNING
PAUSING, PAUSED, COMPLETING, CANCELING = State.PAUSING, State.PAUSED, State.COMPLETING, State.CANCELING


class Start:
    """One start after another on the same store, with a crash before each."""

    def __init__(self, folder: Path) -> None:
        self.heard = Heard()
        self.writer = Writer(open_database(str(folder)).path, self.heard.tell, self.heard.trouble)
        self.writer.start()

    def left(self, *jobs: Job, hand: str = "") -> None:
        """What a dead owner left, with this Step in hand."""

        def work(c: object) -> None:
            save_jobs(c, jobs)  # type: ignore[arg-type]
            for job in jobs:
                for key in hand.split():
                    take_in_hand(c, job.id, key, f"stage of {key}")  # type: ignore[arg-type]

        self.writer.submit(work).result(LIMIT_S)

    def settle(self, *, release: bool = False) -> tuple[Job, ...]:
        return settle(self.writer, release=release)

    def stored(self) -> dict[str, Job]:
        return {job.id: job for job in self.writer.submit(lambda c: load_jobs(c, open_only=False)).result(LIMIT_S)}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    start = Start(tmp_path)
    yield start
    start.writer.close()


@pytest.mark.parametrize(
    ("found", "release", "state", "held_by"),
    [
        (R, False, P, "crash"),
        (R, True, P, ""),
        (PAUSING, False, P, "person"),
        (PAUSING, True, P, "person"),
        (PAUSED, False, P, "person"),
        (PAUSED, True, P, "person"),
        (COMPLETING, False, P, "crash"),
        (COMPLETING, True, P, ""),
        (CANCELING, False, State.CANCELED, ""),
        (CANCELING, True, State.CANCELED, ""),
    ],
)
def test_what_was_at_work_comes_back_as_the_table_says(
    start: Start, found: State, release: bool, state: State, held_by: HeldBy
) -> None:
    job = a_job(1, state=found, attempt=3, waiting_for="lane", waiting_why="busy", progress=Progress(50.0, "encode"))
    start.left(job, hand="a")
    (settled,) = start.settle(release=release)
    assert (settled.state, settled.held_by, settled.attempt) == (state, held_by, 3)
    assert (settled.waiting_for, settled.waiting_why, settled.progress) == ("", "", Progress())
    assert (settled.ended_ms is not None) is state.is_terminal
    assert start.stored() == {job.id: settled}
    (event,) = start.heard.events
    assert event == JobChanged(job.id, state, found, 3, "interrupt", held_by)
    assert start.writer.submit(lambda c: in_hand(c, job.id)).result(LIMIT_S) == {}


@pytest.mark.parametrize("held_by", ["", "person", "crash"])
def test_what_waited_goes_on_waiting_and_nothing_is_told(start: Start, held_by: HeldBy) -> None:
    job = a_job(1, held_by=held_by)
    start.left(job)
    assert start.settle(release=True) == (job,)
    assert start.heard.events == []


def test_what_has_ended_is_left_alone(start: Start) -> None:
    jobs = [a_job(num, state=state, ended_ms=5) for num, state in enumerate(State, 1) if state.is_terminal]
    start.left(*jobs)
    assert start.settle() == ()
    assert start.heard.events == []


def crash(start: Start, job: Job, hand: str, state: State = R) -> Job:
    """The job is started again, and the app dies with these Steps in hand."""
    start.left(msgspec.structs.replace(start.stored().get(job.id, job), state=state, held_by=""), hand=hand)
    start.settle(release=True)
    return start.stored()[job.id]


def test_the_third_crash_at_one_step_is_the_last(start: Start) -> None:
    job = a_job(1)
    states = [crash(start, job, "a").state for _ in range(CRASHES)]
    assert states == [P, P, State.FAILED]
    ended = start.stored()[job.id]
    assert ended.problem is not None and ended.problem.code == "crash_loop"
    assert "stage of a" in ended.problem.message
    assert ended.ended_ms is not None
    last = start.heard.events[-1]
    assert isinstance(last, JobChanged)
    assert (last.state, last.reason, last.problem) == (State.FAILED, "fail", ended.problem)


@pytest.mark.parametrize(
    ("hands", "interrupts"),
    [
        (("a", "b", "a"), 1),
        (("a", "a", "b"), 1),
        (("a", "", "a"), 1),
        (("", "", "", ""), 0),
        (("a", "a"), 2),
        (("a b", "b c"), 2),
        (("a b", "c d", "a"), 1),
    ],
)
def test_crashes_at_different_steps_or_between_them_do_not_add_up(
    start: Start, hands: tuple[str, ...], interrupts: int
) -> None:
    job = a_job(1)
    for hand in hands:
        assert crash(start, job, hand).state is P
    assert start.stored()[job.id].interrupts == interrupts


def test_a_member_of_several_steps_that_crashes_is_found_out(start: Start) -> None:
    job = a_job(1)
    states = [crash(start, job, hand).state for hand in ("a b", "b c", "b d")]
    assert states == [P, P, State.FAILED]
    problem = start.stored()[job.id].problem
    assert problem is not None and "stage of b" in problem.message


def test_a_job_that_was_being_cancelled_is_canceled_however_often_it_crashed(start: Start) -> None:
    job = a_job(1)
    crash(start, job, "a")
    crash(start, job, "a")
    assert crash(start, job, "a", CANCELING).state is State.CANCELED


def test_each_job_is_settled_by_itself_and_all_in_the_order_of_the_queue(start: Start) -> None:
    jobs = [a_job(num, place=10.0 - num, state=R if num % 2 else P) for num in range(1, 6)]
    start.left(*jobs)
    settled = start.settle()
    assert [job.num for job in settled] == [5, 4, 3, 2, 1]
    assert [job.held_by for job in settled] == ["crash", "", "crash", "", "crash"]
    assert len(start.heard.events) == 3
