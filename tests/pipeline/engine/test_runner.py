from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.engine import noreplace, runner
from pipeline.engine.joblog import path_of, tail
from pipeline.engine.runner import LINES_TOLD
from pipeline.model.event import JobLogged, JobUpdated, JobWarned, StepStarted
from pipeline.model.job import Artifact
from pipeline.model.problem import PipelineError, Warn, not_media
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Scratch, Script
from pipeline.model.state import State, Trigger
from pipeline.store import journal
from pipeline.store.speeds import all_rates
from tests.pipeline.engine.bench import MAKE, USE, noted, one, sh
from tests.pipeline.engine.runners import Options, copies, runner_in
from tests.pipeline.engine.support import drive_is_full
from tests.pipeline.store.support import INFO, LIMIT_S
from tests.support.wait import until


def test_a_job_is_run_published_and_cleaned_up(tmp_path: Path) -> None:
    with runner_in(tmp_path) as bench:
        job = bench.ended(bench.job())
        assert job.state is State.COMPLETED and job.problem is None
        assert bench.results() == ["clip.out"]
        assert (bench.out / "clip.out").read_bytes() == b"abcabc"
        assert [(made.file, made.size) for made in job.artifacts] == [(str(bench.out / "clip.out"), 6)]
        assert job.source.info == INFO and job.source.size == 3
        assert bench.left(job) == (0, 0, 0, 0)
        assert not (bench.out / ".reelyard").exists()
        assert bench.source.read_bytes() == b"abc"
        stages = [told.event.stage for told in bench.engine.told if isinstance(told.event, StepStarted)]
        assert stages == ["make", "use"]
        assert "attempt 1" in tail(str(bench.logs), job.id, 10)[0]
        bench.engine.assert_books_are_right()


# The skip rule ------------------------------------------------------------------------------------------------------


def test_a_result_that_is_there_is_skipped_and_made_when_asked_again(tmp_path: Path) -> None:
    with runner_in(tmp_path) as bench:
        (bench.out / "clip.out").write_bytes(b"there")
        job = bench.ended(bench.job(if_exists="skip"))
        assert job.state is State.SKIPPED
        assert job.problem is not None and job.problem.code == "destination_exists"
        assert bench.ran() == [] and bench.results() == ["clip.out"]
        assert not (bench.out / ".reelyard").exists()
        bench.engine.scheduler.offer(job.id, Trigger.RETRY)
        assert bench.ended(job).state is State.COMPLETED
        assert bench.results() == ["clip (2).out", "clip.out"]
        assert (bench.out / "clip.out").read_bytes() == b"there"


def test_without_a_result_there_the_skip_rule_skips_nothing(tmp_path: Path) -> None:
    with runner_in(tmp_path) as bench:
        assert bench.ended(bench.job(if_exists="skip")).state is State.COMPLETED


# Crashes between name and ending ------------------------------------------------------------------------------------


@pytest.mark.parametrize("if_exists", ["rename", "overwrite", "skip"])
def test_a_result_that_has_its_name_is_not_made_or_named_again(
    tmp_path: Path, if_exists: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app dies after the last name was given and before the ending was committed."""
    with runner_in(tmp_path) as bench:
        finish, crash = bench.runner._finish, [True]

        def dies(*args: Any) -> Any:
            if crash.pop() if crash else False:
                raise PipelineError(not_media(b"/crash"))
            return finish(*args)

        monkeypatch.setattr(bench.runner, "_finish", dies)
        job = bench.ended(bench.job(if_exists=if_exists))
        assert job.state is State.FAILED and bench.results() == ["clip.out"]
        bench.ran()
        bench.engine.scheduler.offer(job.id, Trigger.RETRY)
        ended = bench.ended(job)
        assert ended.state is State.COMPLETED, ended.problem
        assert bench.results() == ["clip.out"]
        assert bench.ran() == []
        assert [made.file for made in ended.artifacts] == [str(bench.out / "clip.out")]
        assert bench.left(job) == (0, 0, 0, 0)


def test_what_was_made_of_another_content_is_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put = noreplace.put
    with runner_in(tmp_path) as bench:

        def refuses(scratch: str, final: str) -> None:
            monkeypatch.setattr(noreplace, "put", put)
            raise OSError(30, "Read-only file system")

        monkeypatch.setattr(noreplace, "put", refuses)
        job = bench.ended(bench.job())
        assert job.problem is not None and job.problem.code == "destination_readonly"
        bench.source.write_bytes(b"other")
        bench.engine.scheduler.offer(job.id, Trigger.RETRY)
        assert bench.ended(job).state is State.COMPLETED
        assert (bench.out / "clip.out").read_bytes() == b"otherother"


# Our own mistakes, and the store's ----------------------------------------------------------------------------------


def test_a_bug_is_shown_as_a_bug_with_its_traceback(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def broken(source: Source, options: Options, scratch: Scratch) -> Script:
        yield from MAKE.does(one(noted("make", "", "a")))
        raise KeyError("ours")

    with runner_in(tmp_path, broken) as bench:
        job = bench.ended(bench.job())
        assert job.state is State.FAILED
        assert job.problem is not None and job.problem.code == "bug"
        assert "KeyError: 'ours'" in job.problem.detail and "in broken" in job.problem.detail
        assert "met a bug" in caplog.text
        assert any("Reelyard made a mistake" in line for line in tail(str(bench.logs), job.id, 10))


def test_a_failed_job_without_finished_steps_leaves_no_scratch(tmp_path: Path) -> None:
    def refuses(source: Source, options: Options, scratch: Scratch) -> Script:
        yield from MAKE.does(one(noted("make", "exit 1", "a")))
        return ()

    with runner_in(tmp_path, refuses) as bench:
        assert bench.ended(bench.job()).state is State.FAILED
        assert bench.ran() == ["make"]
        assert not (bench.out / ".reelyard").exists()


def test_a_fault_that_passes_is_never_seen_as_a_failure(tmp_path: Path) -> None:
    def flaky(source: Source, options: Options, scratch: Scratch) -> Script:
        code = "test -e ../../ran2 || { touch ../../ran2; kill -9 $$; }"
        yield from MAKE.does(one(noted("make", code, "a")))
        return (Artifact(b"a", name=b"clip.out"),)

    with runner_in(tmp_path, flaky) as bench:
        job = bench.ended(bench.job())
        assert job.state is State.COMPLETED, job.problem
        assert bench.engine.path_of(job) == ["running", "completing", "completed"]
        waits = [told.event.waiting_for for told in bench.engine.told if isinstance(told.event, JobUpdated)]
        assert "retry" in waits and waits[-1] == ""
        assert bench.ran() == ["make", "make"]


def test_a_retry_that_comes_at_once_finds_its_workspace_its_own(tmp_path: Path) -> None:
    """A reader asks for another attempt the moment it hears of the failure."""

    def fails_first(source: Source, options: Options, scratch: Scratch) -> Script:
        yield from MAKE.does(one(noted("make", "test -e ../../ran2 || { touch ../../ran2; exit 1; }", "a")))
        yield from USE.does(one(noted("use", "test -e a", "b", reads=["a"])))
        return ()

    with runner_in(tmp_path, fails_first) as bench:
        told = bench.engine.told

        class Reader(list):  # type: ignore[type-arg]
            def extend(self, more: Any) -> None:
                for each in more:
                    if getattr(each.event, "state", None) is State.FAILED:
                        bench.engine.scheduler.offer(each.event.job_id, Trigger.RETRY)
                told.extend(more)

        bench.engine.writer._tell = Reader().extend
        for _ in range(5):
            (bench.out / "ran2").unlink(missing_ok=True)
            job = bench.job()
            until(lambda job=job: bench.engine.state(job) is State.COMPLETED, "the retry to complete")  # type: ignore[misc]
            assert bench.engine.roster.of(job.id).attempt == 2


def test_a_store_that_cannot_be_written_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = iter([True, True])  # with its group, and alone
    begin = journal.begin_attempt

    def full(*given: Any) -> None:
        if next(tries, False):
            raise drive_is_full()
        begin(*given)

    with runner_in(tmp_path) as bench:
        monkeypatch.setattr(runner, "begin_attempt", full)
        job = bench.ended(bench.job())
        assert job.state is State.COMPLETED
        waits = [told.event.waiting_for for told in bench.engine.told if isinstance(told.event, JobUpdated)]
        assert "store" in waits


def test_speeds_are_learnt_from_jobs_that_ran_from_start_to_end(tmp_path: Path) -> None:
    with runner_in(tmp_path) as bench:
        job = bench.ended(bench.job())
        assert bench.speeds.expected_s(job) is not None
        assert len(bench.engine.writer.submit(all_rates).result(LIMIT_S)) == 2


def test_warnings_of_artifacts_are_the_jobs_warnings(tmp_path: Path) -> None:
    def warns(source: Source, options: Options, scratch: Scratch) -> Script:
        made = yield from copies(source, options, scratch)
        return (msgspec.structs.replace(made[0], warnings=(Warn("damaged", "A little.", 1.0),)),)

    with runner_in(tmp_path, warns) as bench:
        job = bench.ended(bench.job())
        assert [warning.code for warning in job.warnings] == ["damaged"]
        assert len([told for told in bench.engine.told if isinstance(told.event, JobWarned)]) == 1


def test_what_cannot_be_probed_fails_with_its_problem(tmp_path: Path) -> None:
    def refuses(path: str) -> MediaInfo:
        raise PipelineError(not_media(path))

    with runner_in(tmp_path) as bench:
        bench.probe = refuses
        job = bench.ended(bench.job())
        assert job.problem is not None and job.problem.code == "not_media"
        assert not (bench.out / ".reelyard").exists()


def test_a_destination_that_is_gone_is_named(tmp_path: Path) -> None:
    with runner_in(tmp_path) as bench:
        os.rmdir(bench.out)
        job = bench.ended(bench.job())
        assert job.problem is not None and job.problem.code == "destination_missing"
        assert not bench.out.exists()


def test_a_tool_that_complains_without_end_does_not_flood_those_who_listen(tmp_path: Path) -> None:
    def complains(source: Source, options: Options, scratch: Scratch) -> Script:
        code = "yes '[h264 @ 0x55] [error] error while decoding MB 0 2' | head -n 20000"
        yield from MAKE.does(one(sh(f"{code}; printf x > a", "a", speaks="ffmpeg")))
        return (Artifact(b"a", name=b"clip.out"),)

    with runner_in(tmp_path, complains) as bench:
        job = bench.ended(bench.job())
        assert job.state is State.COMPLETED
        assert len([told for told in bench.engine.told if isinstance(told.event, JobLogged)]) == LINES_TOLD
        assert os.path.getsize(path_of(str(bench.logs), job.id)) > LINES_TOLD * 60
