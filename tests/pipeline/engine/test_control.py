from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.engine.cancel import Cancel
from pipeline.engine.control import Control
from pipeline.engine.estimate import Eta, Speeds
from pipeline.engine.joblog import JobLog, path_of
from pipeline.engine.sweep import Sweeper
from pipeline.engine.undo import Undo
from pipeline.engine.workspace import Workspace
from pipeline.model.destination import Destination
from pipeline.model.event import JobCreated
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.job import Job, Progress
from pipeline.model.source import Source
from pipeline.model.stage import Canceled
from pipeline.model.state import State
from pipeline.store.connection import reader
from pipeline.store.jobs import load_batches, load_jobs
from pipeline.store.kept import Kept, save_kept
from tests.pipeline.engine.bench import MAKE, USE
from tests.pipeline.engine.runners import Scripted, copies
from tests.pipeline.engine.support import Engine, Gate, let_go
from tests.pipeline.store.support import INFO, LIMIT_S, held_up, settle
from tests.support.wait import until

FLOW = Flow((FlowStep("scripted"),))


class Bench:
    """A Control over an Engine whose jobs wait to be let go."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self.out = folder / "out"
        self.logs = folder / "logs"
        self.logs.mkdir()
        self.speeds = Speeds({})
        self.sweeper = Sweeper(engine.lock, engine.scheduler, engine.writer, str(self.logs))
        self.gates: dict[str, Gate] = {}
        self.control = Control(
            lock=engine.lock,
            scheduler=engine.scheduler,
            recipes={"scripted": Scripted(copies)},
            speeds=self.speeds,
            sweeper=self.sweeper,
            undo=Undo(engine.lock, engine.scheduler, engine.writer),
            log_folder=str(self.logs),
        )

    def sources(self, count: int) -> list[Source]:
        return [Source(f"/films/{number}.mov".encode(), size=9, mtime_ns=number, info=INFO) for number in range(count)]

    def add(self, count: int = 1, **more: Any) -> list[Job]:
        """Jobs that are committed and, where there is room, in their Step."""
        self.engine.scheduler.drain(True)
        destination = Destination(os.fsencode(self.out))
        jobs = list(self.control.add(self.sources(count), FLOW, destination, **more).result(LIMIT_S))
        for job in jobs:
            self.gates[job.id] = self.engine.works[job.id] = Gate()
        self.engine.scheduler.drain(False)
        return jobs

    def at_work(self, *jobs: Job) -> None:
        for job in jobs:
            self.gates[job.id].until_entered()

    def order(self) -> list[int]:
        """The waiting jobs, by the number of their source."""
        return [job.source.mtime_ns for job in self.control.jobs() if job.state is State.PENDING]

    def states(self, jobs: Sequence[Job]) -> list[State]:
        return [self.engine.state(job) for job in jobs]

    def finish(self) -> None:
        self.control.resume_all()
        self.control.release([job.id for job in self.control.jobs()])
        let_go(list(self.gates.values()))
        self.engine.until_all_ended()


@pytest.fixture
def bench(engine: Engine, tmp_path: Path) -> Bench:
    return Bench(engine, tmp_path)


P, R = State.PENDING, State.RUNNING


# Adding -------------------------------------------------------------------------------------------------------------


def test_one_drop_is_one_transaction_and_one_batch(bench: Bench) -> None:
    with held_up(bench.engine.writer):
        done = bench.control.add(bench.sources(3), FLOW, Destination(b"/out"), held=True, folders=[b"/films"])
        assert [job.held_by for job in bench.control.jobs()] == ["person"] * 3
        assert not done.done()
    jobs = done.result(LIMIT_S)
    (batch,) = bench.control.batches()
    assert {job.batch_id for job in jobs} == {batch.id}
    assert batch.title == "films – 3 items"
    assert [job.num for job in jobs] == [2, 3, 4] and batch.num == 1
    created = [told.event for told in bench.engine.told if isinstance(told.event, JobCreated)]
    assert [event.batch_id for event in created] == [batch.id] * 3
    connection = reader(bench.engine.path)
    try:
        assert load_jobs(connection, open_only=True) == list(jobs)
        assert load_batches(connection) == [batch]
    finally:
        connection.close()


def test_one_source_makes_no_batch_and_its_folder_is_made(bench: Bench) -> None:
    (job,) = bench.add(priority=1)
    assert (job.batch_id, job.priority) == ("", 1)
    assert bench.control.batches() == ()
    assert bench.out.is_dir()
    bench.finish()


def test_numbers_of_single_files_follow_each_other(bench: Bench) -> None:
    first, second = bench.add(held=True)[0], bench.add(held=True)[0]
    assert second.num == first.num + 1
    batch = bench.add(2, held=True)
    assert [job.num for job in batch] == [second.num + 2, second.num + 3]


def test_drops_at_once_do_not_mix_in_the_queue(bench: Bench) -> None:
    """Two windows hand over a folder each at the same moment."""
    meet = threading.Barrier(4)
    adds: list[Any] = []

    def drop() -> None:
        meet.wait(LIMIT_S)
        adds.append(bench.control.add(bench.sources(50), FLOW, Destination(b"/out"), held=True))

    threads = [threading.Thread(target=drop) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for done in adds:
        done.result(LIMIT_S)
    jobs = bench.control.jobs()
    assert len({job.num for job in jobs}) == len({job.id for job in jobs}) == 200
    changes = sum(before.batch_id != after.batch_id for before, after in itertools.pairwise(jobs))
    assert changes == 3, "each drop stands together"


def test_a_drop_that_cannot_be_committed_leaves_no_batch_either(bench: Bench) -> None:
    done = bench.control.add(bench.sources(2), FLOW, Destination(b"/out"), priority=2**70)
    assert isinstance(done.exception(LIMIT_S), OverflowError)
    until(lambda: not bench.control.jobs(), "the jobs to leave the list")
    assert bench.control.batches() == ()


def test_new_jobs_go_behind_those_that_were_moved_last(bench: Bench) -> None:
    jobs = bench.add(4, held=True)
    for job in jobs[:3]:
        bench.control.move([job.id], "last")
    assert bench.order() == [3, 0, 1, 2]
    (new,) = bench.add(held=True)
    assert [job.id for job in bench.control.jobs()][-1] == new.id


# Looking ------------------------------------------------------------------------------------------------------------


def test_what_is_in_the_queue_with_the_same_flow_is_not_found_again(bench: Bench) -> None:
    for name in ("a.mov", "b.mov"):
        (bench.folder / name).write_bytes(b"x")
    paths = [str(bench.folder / name) for name in ("a.mov", "b.mov")]
    first = bench.control.look(paths[:1])
    bench.control.add(first.sources, FLOW, Destination(b"/out"), held=True).result(LIMIT_S)
    again = bench.control.look(paths, flow=FLOW)
    assert [source.name for source in again.sources] == ["b.mov"]
    other = Flow((FlowStep("scripted", options={"crf": 1}),))
    assert len(bench.control.look(paths, flow=other).sources) == 2
    bench.control.cancel([job.id for job in bench.control.jobs()])
    assert len(bench.control.look(paths, flow=FLOW).sources) == 2


def test_a_look_can_be_cancelled(bench: Bench) -> None:
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Canceled):
        bench.control.look([str(bench.folder)], cancel=cancel)


# Reading ------------------------------------------------------------------------------------------------------------


def test_jobs_stages_and_logs_can_be_asked_for(bench: Bench) -> None:
    (job,) = bench.add(held=True)
    assert bench.control.job(job.id) == job
    assert bench.control.job("gone") is None
    assert bench.control.stages(job) == (MAKE, USE)
    assert bench.control.stages(msgspec.structs.replace(job, flow=Flow((FlowStep("gone"),)))) == ()
    assert bench.control.log(job.id) == ()
    with JobLog(str(bench.logs), job.id, 1) as log:
        log.write("info", "said")
    assert bench.control.log(job.id, 1)[0].endswith("said")


def test_the_time_left_is_unknown_until_something_like_it_was_measured(bench: Bench) -> None:
    assert bench.control.queue_eta() is None
    jobs = bench.add(4)
    bench.at_work(*jobs[:2])
    assert bench.control.queue_eta() is None
    bench.speeds.learn(jobs[0], 10.0)
    found = bench.control.queue_eta()
    assert found is not None and 0 < found.low_ms < found.high_ms
    bench.engine.scheduler.progress(jobs[0].id, Progress(50.0, eta_ms=10**9))
    longer = bench.control.queue_eta()
    assert longer is not None and longer.high_ms >= 10**9
    bench.control.pause([jobs[0].id])
    bench.control.hold([jobs[3].id])
    shorter = bench.control.queue_eta()
    assert isinstance(shorter, Eta) and shorter.high_ms < 10**9
    bench.finish()


def test_jobs_this_engine_does_not_start_are_not_in_the_time_left(bench: Bench) -> None:
    jobs = bench.add(3, held=True)
    bench.speeds.learn(jobs[0], 10.0)
    bench.engine.scheduler.drain(True)
    bench.control.release([job.id for job in jobs])
    whole = bench.control.queue_eta()
    bench.engine.roster._may_start = lambda job: job.id == jobs[0].id
    own = bench.control.queue_eta()
    assert whole is not None and own is not None and own.high_ms < whole.high_ms
    bench.engine.roster._may_start = lambda job: True
    bench.finish()


# Verbs --------------------------------------------------------------------------------------------------------------


def test_pause_suspends_what_is_started_and_holds_what_waits(bench: Bench) -> None:
    jobs = bench.add(3)
    bench.at_work(*jobs[:2])
    assert bench.control.pause([job.id for job in jobs[1:]] + ["gone"]) == ()
    assert bench.states(jobs) == [R, State.PAUSED, P]
    assert bench.engine.roster.of(jobs[2].id).held_by == "person"
    assert bench.control.resume([job.id for job in jobs]) == ()
    assert bench.engine.roster.of(jobs[2].id).held_by == ""
    bench.finish()


def test_verbs_that_do_not_fit_are_refused_one_by_one(bench: Bench) -> None:
    first, second = bench.add(2)
    bench.at_work(first, second)
    bench.gates[first.id].go()
    bench.engine.until(first, State.COMPLETED)
    for verb in (bench.control.pause, bench.control.resume, bench.control.retry, bench.control.hold):
        refused = verb([first.id, second.id])
        assert refused, verb.__name__
        assert {problem.code for problem in refused} == {"not_now"}
    assert bench.control.start([second.id]) == ()
    assert bench.control.cancel([first.id]) == ()
    bench.engine.until(second, R, State.PAUSED)
    bench.finish()


def test_pause_all_stops_everything_and_resume_all_lets_it_go_on(bench: Bench) -> None:
    jobs = bench.add(4)
    bench.at_work(*jobs[:2])
    assert bench.control.pause_all() == ()
    assert bench.states(jobs) == [State.PAUSED, State.PAUSED, P, P]
    assert bench.control.resume_all() == ()
    assert bench.states(jobs) == [R, R, P, P]
    assert [bench.engine.roster.of(job.id).waiting_for for job in jobs] == [""] * 4
    bench.finish()


def test_pausing_a_selection_starts_none_of_it(bench: Bench) -> None:
    jobs = bench.add(30)
    bench.at_work(*jobs[:2])
    assert bench.control.pause([job.id for job in jobs]) == ()
    assert bench.states(jobs) == [State.PAUSED] * 2 + [P] * 28
    assert bench.control.resume([job.id for job in jobs]) == ()
    assert bench.states(jobs) == [R] * 2 + [P] * 28
    bench.finish()


def test_more_and_fewer_jobs_at_once(bench: Bench) -> None:
    jobs = bench.add(4)
    bench.control.set_parallel(3)
    bench.at_work(*jobs[:3])
    bench.control.set_parallel(0)
    assert bench.engine.scheduler.places == 1
    bench.finish()


def test_a_drain_lets_what_runs_end(bench: Bench) -> None:
    jobs = bench.add(3)
    bench.at_work(*jobs[:2])
    bench.control.drain(True)
    let_go([bench.gates[job.id] for job in jobs])
    bench.engine.until(jobs[0], State.COMPLETED)
    bench.engine.until(jobs[1], State.COMPLETED)
    assert bench.engine.state(jobs[2]) is P
    assert bench.control.is_draining
    bench.control.drain(False)
    bench.finish()


def test_removing_takes_scratch_and_log_along_but_not_of_a_job_at_work(bench: Bench) -> None:
    first, second = bench.add(2)
    bench.at_work(first, second)
    for job in (first, second):
        Workspace.of(job).open()
        with JobLog(str(bench.logs), job.id, 1):
            pass
    bench.control.cancel([first.id])
    bench.engine.until(first, State.CANCELED)
    refused = bench.control.remove([first.id, second.id, "gone"])
    assert [problem.code for problem in refused] == ["job_at_work"]
    bench.sweeper.sweep()
    assert not os.path.exists(Workspace.of(first).folder)
    assert not os.path.exists(path_of(str(bench.logs), first.id))
    assert os.path.isdir(Workspace.of(second).folder), "a job at work keeps its scratch"
    assert [job.id for job in bench.control.jobs()] == [second.id]
    bench.finish()
    bench.engine.assert_books_are_right()


def test_a_removed_batch_is_gone_when_its_last_job_is(bench: Bench) -> None:
    first, second = bench.add(2, held=True)
    bench.control.remove([first.id])
    assert len(bench.control.batches()) == 1
    bench.control.remove([second.id])
    assert bench.control.batches() == ()
    settle(bench.engine.writer)
    connection = reader(bench.engine.path)
    try:
        assert load_batches(connection) == []
    finally:
        connection.close()


def test_what_was_replaced_is_listed_and_put_back(bench: Bench) -> None:
    job_id = "job-1"
    place, aside = bench.folder / "clip.mov", bench.folder / "aside" / "clip.mov"
    aside.parent.mkdir()
    aside.write_bytes(b"source")
    kept = Kept(job_id, os.fsencode(place), os.fsencode(aside), 6, aside.stat().st_mtime_ns, 1, "kept")
    bench.engine.writer.submit(lambda c: save_kept(c, kept)).result(LIMIT_S)
    assert bench.control.kept_sources() == (kept,)
    assert bench.control.undo(job_id) is None
    assert place.read_bytes() == b"source"
    problem = bench.control.undo("nobody")
    assert problem is not None and problem.code == "nothing_to_undo"
