"""Jobs of a single run's database come into the home's history once, under numbers of their own."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from pipeline.model.state import State
from pipeline.store import takeover
from pipeline.store.connection import writable
from pipeline.store.jobs import load_jobs, save_jobs
from pipeline.store.kept import Kept, all_kept, save_kept
from pipeline.store.recovery import open_database
from tests.pipeline.store.support import a_job


def _database(folder: Path, *states: State) -> str:
    opened = open_database(str(folder))
    with closing(writable(opened.path)) as c:
        ended = {state: 1000 if state.is_terminal else None for state in states}
        jobs = [a_job(num, state=state, ended_ms=ended[state]) for num, state in enumerate(states, 1)]
        save_jobs(c, jobs)
    return opened.path


def test_a_folder_without_a_database_has_no_jobs(tmp_path: Path) -> None:
    assert takeover.ended_jobs(str(tmp_path)) == []


@pytest.mark.parametrize("left", [State.PENDING, State.RUNNING, State.PAUSED])
def test_a_run_with_work_left_is_not_taken(tmp_path: Path, left: State) -> None:
    _database(tmp_path, State.COMPLETED, left)
    assert takeover.ended_jobs(str(tmp_path)) is None


def test_sources_that_were_replaced_can_be_put_back_from_the_home(tmp_path: Path) -> None:
    path = _database(tmp_path / "run", State.COMPLETED)
    kept = Kept("job-1", b"/films/a.mov", b"/films/.reelyard/replaced/job-1/a.mov", 5, 6, 7, "kept")
    with closing(writable(path)) as c:
        save_kept(c, kept)
    home = open_database(str(tmp_path / "home")).path
    with closing(writable(home)) as c:
        save_jobs(c, [msgspec.structs.replace(a_job(1), id="own")])
        for _ in range(2):
            jobs = takeover.ended_jobs(str(tmp_path / "run"))
            takeover.take(c, jobs or [], takeover.kept_sources(str(tmp_path / "run")))
        assert all_kept(c) == [msgspec.structs.replace(kept, num=2)]
        # What was undone since is not forgotten again by taking over once more.
        save_kept(c, msgspec.structs.replace(kept, state="undone"))
        takeover.take(c, [], [kept])
        assert all_kept(c)[0].state == "undone"
    assert takeover.kept_sources(str(tmp_path / "nowhere")) == []


def test_ended_jobs_get_free_numbers_and_are_taken_once(tmp_path: Path) -> None:
    _database(tmp_path / "run", State.FAILED, State.COMPLETED)
    jobs = takeover.ended_jobs(str(tmp_path / "run"))
    assert jobs is not None
    home = open_database(str(tmp_path / "home")).path
    with closing(writable(home)) as c:
        own = a_job(1, "own.mp4", state=State.COMPLETED, ended_ms=5)
        save_jobs(c, [msgspec.structs.replace(own, id="own")])
        takeover.take(c, jobs)
        takeover.take(c, jobs)
        found = {job.id: job.num for job in load_jobs(c, open_only=False)}
    assert found == {"own": 1, "job-1": 2, "job-2": 3}
