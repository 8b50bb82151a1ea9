from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.engine import noreplace, replace
from pipeline.engine.publish import Publisher
from pipeline.engine.undo import Undo
from pipeline.model.event import ArtifactMade
from pipeline.model.job import Job
from pipeline.model.problem import PipelineError, not_media
from pipeline.model.state import State, Trigger
from pipeline.store.kept import Kept
from tests.pipeline.engine.runners import Bench, runner_in

PLACE, RESULT = "clip.mov", "clip.out"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Jobs whose source lies in `out`."""
    with runner_in(tmp_path) as bench:
        bench.source = bench.out / PLACE
        bench.source.write_bytes(b"abc")
        os.utime(bench.source, ns=(10**18, 10**18))
        yield bench


def aside(bench: Bench, job: Job) -> Path:
    return bench.out / ".reelyard" / "replaced" / job.id / PLACE


def way_back(bench: Bench) -> Undo:
    return Undo(bench.engine.lock, bench.engine.scheduler, bench.engine.writer)


def test_a_job_replaces_its_source_and_is_undone(bench: Bench) -> None:
    job = bench.ended(bench.job(replaces=True))
    assert job.state is State.COMPLETED, job.problem
    assert bench.results() == [RESULT]
    assert aside(bench, job).read_bytes() == b"abc"
    assert os.listdir(bench.out / ".reelyard") == ["replaced"], "scratch is gone"
    assert [made.measures for made in job.artifacts] == [{"replaced_bytes": 3}]
    assert [told.event.artifact for told in bench.engine.told if isinstance(told.event, ArtifactMade)] == [
        *job.artifacts
    ]
    assert [(kept.state, len(kept.results)) for kept in way_back(bench).kept()] == [("kept", 1)]
    assert way_back(bench).undo(job.id) is None
    assert bench.results() == [PLACE]
    assert bench.source.stat().st_mtime_ns == 10**18
    assert [warning.code for warning in bench.engine.roster.of(job.id).warnings] == ["undone"]
    bench.engine.assert_books_are_right()


def test_the_app_dies_between_the_last_name_and_the_ending(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no source to look at then, and none is looked for."""
    finish = bench.runner._finish

    def dies(*given: Any) -> Any:
        monkeypatch.setattr(bench.runner, "_finish", finish)
        raise PipelineError(not_media(b"/crash"))

    monkeypatch.setattr(bench.runner, "_finish", dies)
    job = bench.ended(bench.job(replaces=True))
    assert job.state is State.FAILED and bench.results() == [RESULT]
    bench.ran()
    bench.probed.clear()
    bench.engine.scheduler.offer(job.id, Trigger.RETRY)
    ended = bench.ended(job)
    assert ended.state is State.COMPLETED, ended.problem
    assert bench.ran() == [] and bench.probed == []
    assert bench.results() == [RESULT] and aside(bench, job).read_bytes() == b"abc"
    assert bench.left(job) == (0, 0, 0, 0)
    assert [kept.state for kept in way_back(bench).kept()] == ["kept"]


def test_a_result_that_cannot_get_its_name_leaves_the_source_and_a_retry_only_publishes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = noreplace.put

    def refuses(scratch: str, final: str) -> None:
        monkeypatch.setattr(noreplace, "put", put)
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(noreplace, "put", refuses)
    job = bench.ended(bench.job(replaces=True))
    assert job.problem is not None and job.problem.code == "destination_readonly"
    assert bench.results() == [PLACE] and bench.ran() == ["make", "use"]
    bench.engine.scheduler.offer(job.id, Trigger.RETRY)
    assert bench.ended(job).state is State.COMPLETED
    assert bench.ran() == [] and bench.results() == [RESULT]


def test_where_result_and_way_back_are_lost_the_person_is_told_which_file_to_move(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app dies when the source has made room; scratch is deleted and a stranger takes the name meanwhile."""
    move_aside = replace.move_aside

    def dies(kept: Kept) -> None:
        move_aside(kept)
        monkeypatch.setattr(replace, "move_aside", move_aside)
        raise PipelineError(not_media(b"/crash"))

    monkeypatch.setattr(replace, "move_aside", dies)
    monkeypatch.setattr(Publisher, "_retreat", lambda self, kept: None)
    job = bench.ended(bench.job(replaces=True))
    assert bench.results() == []
    shutil.rmtree(bench.scratch_of(job))
    bench.source.write_bytes(b"a stranger's")
    for place_is_taken in (True, False):
        bench.engine.scheduler.offer(job.id, Trigger.RETRY)
        job = bench.ended(job)
        if place_is_taken:
            assert job.problem is not None and job.problem.code == "undo_name_taken"
            assert bench.source.read_bytes() == b"a stranger's" and aside(bench, job).read_bytes() == b"abc"
            bench.source.unlink()
    assert job.state is State.COMPLETED, job.problem
    assert (bench.out / RESULT).read_bytes() == b"abcabc" and aside(bench, job).read_bytes() == b"abc"


def test_a_link_is_refused_before_anything_runs(bench: Bench) -> None:
    real = bench.source.rename(bench.folder / "real.mov")
    bench.source.symlink_to(real)
    job = bench.ended(bench.job(replaces=True))
    assert job.problem is not None and job.problem.code == "source_is_link"
    assert bench.ran() == [] and bench.results() == [PLACE]
    assert real.read_bytes() == b"abc"


def test_two_jobs_of_one_source_replace_it_when_the_last_one_ends(bench: Bench) -> None:
    bench.engine.scheduler.set_places(1)
    bench.engine.scheduler.drain(True)
    first, second = bench.job(replaces=True), bench.job(replaces=True)
    bench.engine.scheduler.drain(False)
    jobs = [bench.ended(job) for job in (first, second)]
    assert [job.state for job in jobs] == [State.COMPLETED, State.COMPLETED], jobs
    assert [[warning.code for warning in job.warnings] for job in jobs] == [["source_still_read"], []]
    assert bench.results() == ["clip (2).out", RESULT]
    assert aside(bench, second).read_bytes() == b"abc"


def test_a_source_is_no_result_that_is_there_already(bench: Bench) -> None:
    """The rule is to skip a name that is taken; the name is the source's own, which makes room."""
    bench.source = bench.source.rename(bench.out / RESULT)
    job = bench.ended(bench.job(replaces=True, if_exists="skip"))
    assert job.state is State.COMPLETED, job.problem
    assert (bench.out / RESULT).read_bytes() == b"abcabc"
    assert (aside(bench, job).parent / RESULT).read_bytes() == b"abc"


@pytest.mark.parametrize("verb", [Trigger.CANCEL, None])
def test_what_has_its_name_is_completed_whatever_is_asked_meanwhile(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, verb: Trigger | None
) -> None:
    put = noreplace.put

    def asks(scratch: str, final: str) -> None:
        put(scratch, final)
        if verb is not None:
            bench.engine.scheduler.offer(job.id, verb)

    monkeypatch.setattr(noreplace, "put", asks)
    bench.engine.scheduler.drain(True)
    job = bench.job(replaces=True)
    bench.engine.scheduler.drain(False)
    assert bench.ended(job).state is State.COMPLETED
    assert bench.results() == [RESULT] and aside(bench, job).read_bytes() == b"abc"
