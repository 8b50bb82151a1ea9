from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.home import Home, claim, find_home
from app.home.runs import take_over_runs
from pipeline.model.destination import Destination
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.job import Job, new_id
from pipeline.model.source import Source
from pipeline.model.state import State
from pipeline.store.jobs import load_jobs, save_jobs
from pipeline.store.recovery import NAME, open_database
from pipeline.store.writer import Writer


def writer_of(home: Home) -> Writer:
    writer = Writer(open_database(home.database_folder).path, lambda told: None, lambda problem: None)
    writer.start()
    return writer


def left_by_a_run(home: Home, *states: State) -> Home:
    """A single run in the home, over, with jobs in these states and a log."""
    run = home.for_run()
    writer = writer_of(run)
    jobs = [
        Job(
            id=new_id(), num=number, source=Source(path=f"/in/{number}.mov".encode(), size=1, mtime_ns=1),
            flow=Flow((FlowStep("convert"),)), destination=Destination(), state=state,
            ended_ms=number if state.is_terminal else None,
        )
        for number, state in enumerate(states, 1)
    ]  # fmt: skip
    writer.submit(lambda connection: save_jobs(connection, jobs)).result(10)
    writer.close()
    os.makedirs(run.logs_folder)
    Path(run.logs_folder, f"{run.run_id}.log").write_text("a line")
    return run


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = find_home(str(tmp_path))
    os.makedirs(home.logs_folder)
    return home


@pytest.fixture
def writer(home: Home) -> Iterator[Writer]:
    writer = writer_of(home)
    yield writer
    writer.close()


def kept(writer: Writer) -> list[Job]:
    return writer.submit(lambda connection: load_jobs(connection, open_only=False)).result(10)


def test_the_jobs_and_logs_of_ended_runs_become_the_homes_own(home: Home, writer: Writer) -> None:
    first = left_by_a_run(home, State.COMPLETED, State.FAILED)
    second = left_by_a_run(home, State.CANCELED)
    take_over_runs(home, writer)
    assert sorted(job.state for job in kept(writer)) == [State.CANCELED, State.COMPLETED, State.FAILED]
    assert len({job.num for job in kept(writer)}) == 3
    assert home.runs() == ()
    assert sorted(os.listdir(home.logs_folder)) == sorted(f"{run.run_id}.log" for run in (first, second))


def test_a_run_that_is_alive_or_has_work_left_stays_as_it_is(home: Home, writer: Writer) -> None:
    left, alive = left_by_a_run(home, State.COMPLETED, State.PENDING), left_by_a_run(home, State.COMPLETED)
    with claim(alive):
        take_over_runs(home, writer)
    assert kept(writer) == []
    assert home.runs() == (left, alive)


def test_a_run_that_cannot_be_read_is_passed_over(home: Home, writer: Writer) -> None:
    damaged, whole = left_by_a_run(home, State.COMPLETED), left_by_a_run(home, State.COMPLETED)
    Path(damaged.folder, NAME).write_bytes(b"I am no database. " * 100)
    take_over_runs(home, writer)
    assert len(kept(writer)) == 1
    assert home.runs() == (damaged,)
    assert not os.path.exists(whole.folder)


def test_a_run_that_never_began_leaves_nothing(home: Home, writer: Writer) -> None:
    claim(home.for_run()).close()
    take_over_runs(home, writer)
    assert home.runs() == ()
