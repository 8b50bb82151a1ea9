from __future__ import annotations

import sqlite3

from msgspec.structs import replace

from pipeline.store.jobs import remove_jobs, save_jobs
from pipeline.store.kept import Kept, Placed, all_kept, forget_kept, keep, kept_of, save_kept
from tests.pipeline.store.support import a_job

MOVING = Kept("job-7", b"/films/caf\xe9.mov", b"/films/.reelyard/replaced/job-7/caf\xe9.mov", 2**40, -1, 1_000)
RESULTS = (Placed(b"/films/caf\xe9.mp4", b"/films/.reelyard/replaced/job-7/undone/caf\xe9.mp4", 5, 2**62),)


def test_what_is_kept_comes_back_as_it_was(c: sqlite3.Connection) -> None:
    save_kept(c, MOVING)
    assert kept_of(c, "job-7") == MOVING
    assert kept_of(c, "job-8") is None
    keep(c, "job-7", RESULTS, 2_000)
    assert kept_of(c, "job-7") == replace(MOVING, state="kept", results=RESULTS, at_ms=2_000)


def test_a_job_that_moved_nothing_keeps_nothing(c: sqlite3.Connection) -> None:
    keep(c, "job-7", RESULTS, 2_000)
    assert all_kept(c) == []


def test_the_newest_comes_first_each_with_its_jobs_number(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(7)])
    save_kept(c, MOVING)
    save_kept(c, replace(MOVING, job_id="job-9", at_ms=3_000))
    assert [(kept.job_id, kept.num) for kept in all_kept(c)] == [("job-9", 0), ("job-7", 7)]


def test_it_is_known_when_the_job_has_left_the_history(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(7)])
    save_kept(c, MOVING)
    remove_jobs(c, ["job-7"])
    assert all_kept(c) == [MOVING]
    forget_kept(c, "job-7")
    assert all_kept(c) == []
