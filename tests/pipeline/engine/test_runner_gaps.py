from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.model.problem import PipelineError, not_media
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Call, Canceled, Scratch, Script
from pipeline.model.state import State, Trigger
from tests.pipeline.engine.bench import MAKE, USE, Note, noted, one
from tests.pipeline.engine.runners import Bench, Options, copies, runner_in
from tests.pipeline.store.support import INFO, LIMIT_S
from tests.support.wait import until

GO = "until test -e ../../go; do sleep 0.01; done"


# The source does not stay what it was -------------------------------------------------------------------------------


def touching(how: str) -> Callable[[Source, Options, Scratch], Script]:
    """A recipe during which something happens to the source."""
    code = {
        "changes": "printf xyz > '{0}'; touch -d 2001-01-01 '{0}'",
        "shrinks": "printf x > '{0}'",
        "grows": "printf more >> '{0}'",
        "vanishes": "rm '{0}'",
    }[how]

    def script(source: Source, options: Options, scratch: Scratch) -> Script:
        made = yield from copies(source, options, scratch)
        yield from USE.does(one(noted("touch", code.format(source.file))))
        return made

    return script


@pytest.mark.parametrize(
    ("how", "code"), [("changes", "source_changed"), ("shrinks", "source_changed"), ("grows", "source_growing")]
)
def test_a_source_that_changes_while_it_is_read_spoils_the_result(tmp_path: Path, how: str, code: str) -> None:
    with runner_in(tmp_path, touching(how)) as bench:
        job = bench.ended(bench.job())
        assert job.problem is not None and job.problem.code == code
        assert bench.results() == []
        bench.recipes["scripted"] = type(bench.recipes["scripted"])(copies)  # type: ignore[call-arg]
        bench.ran()
        bench.engine.scheduler.offer(job.id, Trigger.RETRY)
        assert bench.ended(job).state is State.COMPLETED
        assert bench.ran() == ["make", "use"], "nothing of the old content is used"


def test_a_source_that_vanishes_after_it_was_read_is_a_warning(tmp_path: Path) -> None:
    with runner_in(tmp_path, touching("vanishes")) as bench:
        job = bench.ended(bench.job())
        assert job.state is State.COMPLETED
        assert [warning.code for warning in job.warnings] == ["source_vanished"]
        assert (bench.out / "clip.out").read_bytes() == b"abcabc"


@pytest.mark.parametrize(("how", "code"), [("vanishes", "source_missing"), ("grows", "source_growing")])
def test_a_step_that_fails_because_of_that_names_the_deeper_cause(tmp_path: Path, how: str, code: str) -> None:
    def script(source: Source, options: Options, scratch: Scratch) -> Script:
        yield from touching(how)(source, options, scratch)
        yield from USE.does(one(noted("fails", "exit 1")))
        return ()

    with runner_in(tmp_path, script) as bench:
        job = bench.ended(bench.job())
        assert job.problem is not None and job.problem.code == code


def test_a_source_that_is_gone_before_is_named(tmp_path: Path) -> None:
    with runner_in(tmp_path) as bench:
        bench.source.unlink()
        job = bench.ended(bench.job())
        assert job.problem is not None and job.problem.code == "source_missing"


def test_a_source_that_vanishes_during_the_look_is_named(tmp_path: Path) -> None:
    def probe(path: str) -> MediaInfo:
        os.unlink(path)
        return INFO

    with runner_in(tmp_path) as bench:
        bench.probe = probe
        job = bench.ended(bench.job())
        assert job.problem is not None and job.problem.code == "source_missing"


# Pause, cancel and close in every gap -------------------------------------------------------------------------------


class Waits(Note, frozen=True):
    """An act that returns when it is let go, and looks at nothing else."""

    def run(self, cancel: Any, tick: Any, folder: str) -> Any:
        Path(folder, "..", "..", "here").touch()
        until(lambda: Path(folder, "..", "..", "go").exists(), "to be let go")
        return None


class Held:
    """A probe that waits to be let go."""

    def __init__(self, bench: Bench) -> None:
        self._go = bench.out / "go"
        self._here = bench.out / "here"

    def __call__(self, path: str) -> MediaInfo:
        self._here.touch()
        until(self._go.exists, "to be let go")
        return INFO


def in_a_run(source: Source, options: Options, scratch: Scratch) -> Script:
    yield from MAKE.does(one(noted("wait", f"touch ../../here; {GO}")))
    return (yield from copies(source, options, scratch))


def in_a_call(source: Source, options: Options, scratch: Scratch) -> Script:
    yield from MAKE.does(one(Call(Waits("wait"))))
    return (yield from copies(source, options, scratch))


def after_the_last_step(source: Source, options: Options, scratch: Scratch) -> Script:
    made = yield from copies(source, options, scratch)
    Path(os.path.dirname(source.file), "out", "here").touch()
    until(Path(os.path.dirname(source.file), "out", "go").exists, "to be let go")
    return made


GAPS: dict[str, Callable[[Source, Options, Scratch], Script]] = {
    "in the look": copies,
    "in a run": in_a_run,
    "in a call": in_a_call,
    "after the last step": after_the_last_step,
}


@pytest.fixture(params=GAPS)
def gap(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def at(bench: Bench, gap: str) -> Any:
    """Adds a job and returns it when it is in this gap."""
    if gap == "in the look":
        bench.probe = Held(bench)
    job = bench.job()
    until((bench.out / "here").exists, f"the job to be {gap}")
    return job


def go(bench: Bench) -> None:
    (bench.out / "go").touch()
    (bench.out / "here").unlink()


def expected(bench: Bench) -> None:
    assert [name for name in bench.results() if name not in ("go", "here")] == ["clip.out"]


def test_a_pause_in_any_gap_holds_and_a_resume_goes_on(tmp_path: Path, gap: str) -> None:
    with runner_in(tmp_path, GAPS[gap]) as bench:
        job = at(bench, gap)
        if gap == "in a run":
            until(lambda: bench.engine.scheduler.hands()[job.id]._members[0].process, "the process to be known")
        assert bench.engine.scheduler.offer(job.id, Trigger.PAUSE) is None
        assert bench.engine.state(job) is (State.PAUSED if gap == "in a run" else State.PAUSING)
        go(bench)
        bench.engine.until(job, State.PAUSED)
        assert bench.engine.scheduler.offer(job.id, Trigger.RESUME) is None
        assert bench.ended(job).state is State.COMPLETED
        expected(bench)
        assert bench.engine.path_of(job)[:3] == ["running", "pausing", "paused"]


@pytest.mark.parametrize("paused", [False, True])
def test_a_cancel_in_any_gap_ends_it_and_a_retry_undoes_it(tmp_path: Path, gap: str, paused: bool) -> None:
    with runner_in(tmp_path, GAPS[gap]) as bench:
        job = at(bench, gap)
        if paused:
            bench.engine.scheduler.offer(job.id, Trigger.PAUSE)
        assert bench.engine.scheduler.offer(job.id, Trigger.CANCEL) is None
        go(bench)
        assert bench.ended(job).state is State.CANCELED
        assert bench.left(job)[3] == 0
        bench.engine.scheduler.offer(job.id, Trigger.RETRY)
        assert bench.ended(job).state is State.COMPLETED
        expected(bench)
        bench.engine.assert_books_are_right()


def test_closing_in_any_gap_brings_it_back_with_its_work_kept(tmp_path: Path, gap: str) -> None:
    bench = Bench(tmp_path, GAPS[gap])
    job = at(bench, gap)
    closer = threading.Thread(target=bench.engine.close)
    closer.start()
    until(lambda: bench.engine.scheduler._closing, "the scheduler to close")
    go(bench)
    closer.join(LIMIT_S)
    assert not closer.is_alive()
    assert bench.engine.roster.of(job.id).state is State.PENDING
    again = Bench(tmp_path, GAPS[gap])
    try:
        bench.ran()
        again.engine.roster.add([bench.engine.roster.of(job.id)], accepted=True)
        again.engine.scheduler.begin()
        assert again.ended(job).state is State.COMPLETED
        expected(again)
        if gap == "after the last step":
            assert again.ran() == [], "all Steps were recorded"
    finally:
        again.engine.close()


def test_a_job_that_is_closed_while_it_is_paused_stays_the_persons(tmp_path: Path) -> None:
    bench = Bench(tmp_path, in_a_run)
    job = at(bench, "in a run")
    bench.engine.scheduler.offer(job.id, Trigger.PAUSE)
    bench.engine.until(job, State.PAUSED)
    bench.engine.close()
    left = bench.engine.roster.of(job.id)
    assert (left.state, left.held_by) == (State.PENDING, "person")


def test_a_cancel_that_comes_too_late_leaves_a_completed_job(tmp_path: Path) -> None:
    with runner_in(tmp_path) as bench:
        completes = bench.engine.scheduler.completes

        def then_cancelled(job_id: str) -> bool:
            done = completes(job_id)
            assert bench.engine.scheduler.offer(job_id, Trigger.CANCEL) is None
            return done

        bench.engine.scheduler.completes = then_cancelled  # type: ignore[method-assign]
        job = bench.ended(bench.job())
        assert job.state is State.COMPLETED
        assert bench.engine.path_of(job) == ["running", "completing", "canceling", "completed"]
        expected(bench)


def test_an_attempt_that_gives_up_by_itself_while_it_is_cancelled_is_canceled(tmp_path: Path) -> None:
    def script(source: Source, options: Options, scratch: Scratch) -> Script:
        yield from MAKE.does(one(noted("a", "", "a")))
        bench.engine.scheduler.offer(bench.engine.roster.all()[0].id, Trigger.CANCEL)
        raise PipelineError(not_media(source.path))

    with runner_in(tmp_path, script) as bench:
        job = bench.ended(bench.job())
        assert (job.state, job.problem) == (State.CANCELED, None)


def test_canceled_is_not_raised_into_a_script(tmp_path: Path) -> None:
    """Cancelling is not failing: a Script that catches failures does not get to hear of it."""
    caught: list[BaseException] = []

    def script(source: Source, options: Options, scratch: Scratch) -> Script:
        try:
            yield from MAKE.does(one(noted("wait", f"touch ../../here; {GO}")))
        except (PipelineError, Canceled) as error:
            caught.append(error)
        return ()

    with runner_in(tmp_path, script) as bench:
        job = at(bench, "in a run")
        bench.engine.scheduler.offer(job.id, Trigger.CANCEL)
        assert bench.ended(job).state is State.CANCELED
        assert caught == []
