from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec
import pytest

from pipeline.engine.joblog import JobLog, path_of
from pipeline.engine.sweep import FAILED_KEPT_S, UNDO_S, Sweeper
from pipeline.engine.workspace import Workspace
from pipeline.model.destination import Destination
from pipeline.model.job import Job
from pipeline.model.stage import Outcome
from pipeline.model.state import State
from pipeline.store.jobs import save_jobs
from pipeline.store.journal import record_step, steps_of
from tests.pipeline.engine.support import Engine
from tests.pipeline.store.support import LIMIT_S, a_job, settle


class Bench:
    """A sweeper, and jobs with scratch and recorded Steps."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.out, self.logs = folder / "out", folder / "logs"
        self.out.mkdir()
        self.logs.mkdir()
        self.sweeper = Sweeper(engine.lock, engine.scheduler, engine.writer, str(self.logs))

    def job(self, state: State, *, ago_s: float = 0.0, num: int = 1) -> Job:
        job = a_job(num, state=state, ended_ms=int((time.time() - ago_s) * 1000) if state.is_terminal else None)
        job = msgspec.structs.replace(job, destination=Destination(os.fsencode(self.out)))
        workspace = Workspace.of(job)
        workspace.open()
        Path(workspace.path("a")).write_bytes(b"made")
        with JobLog(str(self.logs), job.id, 1):
            pass

        def work(c: object) -> None:
            save_jobs(c, [job])  # type: ignore[arg-type]
            record_step(c, job.id, "key", "make", Outcome(), ())  # type: ignore[arg-type]

        self.engine.writer.submit(work).result(LIMIT_S)
        self.engine.roster.add([job], accepted=True)
        return job

    def has_scratch(self, job: Job) -> bool:
        settle(self.engine.writer)
        there = os.path.exists(Workspace.of(job).folder)
        steps = self.engine.writer.submit(lambda c: steps_of(c, job.id)).result(LIMIT_S)
        assert bool(steps) is there, "scratch and recorded Steps go together"
        return there


@pytest.fixture
def bench(engine: Engine, tmp_path: Path) -> Bench:
    engine.scheduler.drain(True)
    return Bench(engine, tmp_path)


@pytest.mark.parametrize(
    ("state", "ago_s", "stays"),
    [
        (State.COMPLETED, 0.0, False),
        (State.SKIPPED, 0.0, True),
        (State.SKIPPED, FAILED_KEPT_S - 60, True),
        (State.SKIPPED, FAILED_KEPT_S + 60, False),
        (State.CANCELED, 0.0, True),
        (State.CANCELED, UNDO_S + 1, False),
        (State.FAILED, UNDO_S + 1, True),
        (State.FAILED, FAILED_KEPT_S - 60, True),
        (State.FAILED, FAILED_KEPT_S + 60, False),
    ],
)
def test_scratch_goes_when_nobody_needs_it_any_more(bench: Bench, state: State, ago_s: float, stays: bool) -> None:
    job = bench.job(state, ago_s=ago_s)
    bench.sweeper.begin_with([job])
    bench.sweeper.sweep()
    assert bench.has_scratch(job) is stays
    assert os.path.exists(path_of(str(bench.logs), job.id)), "the log stays as long as the job"


def test_at_close_no_undo_can_come_any_more(bench: Bench) -> None:
    canceled, failed = bench.job(State.CANCELED, num=1), bench.job(State.FAILED, num=2)
    bench.sweeper.begin_with([canceled, failed])
    bench.sweeper.sweep(closing=True)
    assert not bench.has_scratch(canceled)
    assert bench.has_scratch(failed)


def test_scratch_of_a_job_that_was_given_another_attempt_stays(bench: Bench) -> None:
    job = bench.job(State.CANCELED, ago_s=UNDO_S + 1)
    bench.sweeper.ended(job)
    bench.engine.roster.replace(job, state=State.PENDING, attempt=2, ended_ms=None)
    bench.sweeper.sweep()
    assert bench.has_scratch(job)


def test_a_job_that_ends_again_is_due_from_then_on(bench: Bench) -> None:
    job = bench.job(State.CANCELED, ago_s=UNDO_S + 1)
    bench.sweeper.ended(job)
    again = bench.engine.roster.replace(job, ended_ms=int(time.time() * 1000))
    bench.sweeper.ended(again)
    bench.sweeper.sweep()
    assert bench.has_scratch(job)


def test_a_removed_job_takes_scratch_and_log_along(bench: Bench) -> None:
    job = bench.job(State.FAILED)
    bench.sweeper.ended(job)
    bench.engine.roster.remove(job.id)
    bench.sweeper.forget(job)
    bench.sweeper.sweep()
    assert not os.path.exists(Workspace.of(job).folder)
    assert not os.path.exists(path_of(str(bench.logs), job.id))
    assert os.listdir(bench.out) == []
    bench.sweeper.sweep()


def test_results_are_never_swept(bench: Bench) -> None:
    job = bench.job(State.COMPLETED)
    (bench.out / "clip.mp4").write_bytes(b"result")
    bench.sweeper.ended(job)
    bench.sweeper.forget(job)
    bench.sweeper.sweep(closing=True)
    assert os.listdir(bench.out) == ["clip.mp4"]


def test_a_clock_that_went_back_keeps_scratch_no_longer_than_asked(bench: Bench) -> None:
    job = bench.job(State.COMPLETED, ago_s=-3600)
    bench.sweeper.ended(job)
    bench.sweeper.sweep()
    assert not bench.has_scratch(job)
