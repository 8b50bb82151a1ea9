from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.model.job import Artifact
from pipeline.model.problem import PipelineError, Problem, Remedy
from pipeline.model.source import Source
from pipeline.model.stage import Scratch, Script, Skip, StepFailed
from pipeline.model.state import State, Trigger
from tests.pipeline.engine.bench import MAKE, USE, noted, one
from tests.pipeline.engine.runners import Options, Scripted, copies, runner_in
from tests.pipeline.store.support import INFO
from tests.support.wait import until

TOO_GOOD = Problem("too_good", "It is good as it is.", "A rule says so.", Remedy("Retry to make it anyway.", "retry"))


class Ruled(Scripted):
    """Leaves out sources while its option is not 0."""

    def skips(self, source: Source, options: Options) -> Problem | None:
        assert source.info == INFO, "rules are asked of a source that was looked at"
        return TOO_GOOD if options.crf else None

    def without_rules(self, options: Options) -> Options:
        return msgspec.structs.replace(options, crf=0)


def not_smaller(source: Source, options: Options, scratch: Scratch) -> Script:
    """Makes a result and finds that it is not wanted, unless the rule is off."""
    made = yield from copies(source, options, scratch)
    if options.crf:
        raise Skip(TOO_GOOD)
    return made


def test_a_source_a_rule_leaves_out_is_skipped_before_anything_is_made(tmp_path: Path) -> None:
    with runner_in(tmp_path) as bench:
        bench.recipes["scripted"] = Ruled(copies)
        job = bench.ended(bench.job())
        assert (job.state, job.problem) == (State.SKIPPED, TOO_GOOD)
        assert bench.engine.path_of(job) == ["running", "skipped"]
        assert bench.ran() == []
        assert not (bench.out / ".reelyard").exists()
        bench.engine.scheduler.offer(job.id, Trigger.RETRY)
        assert bench.ended(job).state is State.COMPLETED
        assert bench.results() == ["clip.out"]


def test_a_result_a_rule_turns_down_is_kept_for_a_retry_that_only_publishes_it(tmp_path: Path) -> None:
    with runner_in(tmp_path) as bench:
        bench.recipes["scripted"] = Ruled(not_smaller)
        bench.recipes["scripted"].skips = lambda source, options: None  # type: ignore[method-assign]
        job = bench.ended(bench.job())
        assert (job.state, job.problem) == (State.SKIPPED, TOO_GOOD)
        assert bench.ran() == ["make", "use"] and bench.results() == []
        assert bench.left(job)[0] == 2 and bench.scratch_of(job).exists()
        bench.engine.scheduler.offer(job.id, Trigger.RETRY)
        again = bench.ended(job)
        assert (again.state, again.attempt, again.problem) == (State.COMPLETED, 2, None)
        assert bench.ran() == [], "nothing is encoded again"
        assert (bench.out / "clip.out").read_bytes() == b"abcabc"
        assert bench.left(job) == (0, 0, 0, 0)
        assert not (bench.out / ".reelyard").exists()


def test_a_script_that_skips_before_its_first_step_leaves_no_scratch(tmp_path: Path) -> None:
    def refuses(source: Source, options: Options, scratch: Scratch) -> Script:
        yield from ()
        raise Skip(TOO_GOOD)

    with runner_in(tmp_path, refuses) as bench:
        assert bench.ended(bench.job()).state is State.SKIPPED
        assert not (bench.out / ".reelyard").exists()


def test_a_failure_that_leads_to_a_skip_is_part_of_the_way_and_not_tried_again(tmp_path: Path) -> None:
    def tries(source: Source, options: Options, scratch: Scratch) -> Script:
        try:
            yield from MAKE.does(one(noted("make", "exit 1", "a")))
        except StepFailed:
            if options.crf:
                raise Skip(TOO_GOOD) from None
        yield from USE.does(one(noted("use", "", "b")))
        return (Artifact(b"b", name=b"clip.out"),)

    with runner_in(tmp_path) as bench:
        bench.recipes["scripted"] = Ruled(tries)
        bench.recipes["scripted"].skips = lambda source, options: None  # type: ignore[method-assign]
        job = bench.ended(bench.job())
        assert job.state is State.SKIPPED and bench.ran() == ["make"]
        assert bench.left(job)[3] == 0
        bench.engine.scheduler.offer(job.id, Trigger.RETRY)
        assert bench.ended(job).state is State.COMPLETED
        assert bench.ran() == ["use"]


@pytest.mark.parametrize(("verb", "states"), [
    (Trigger.PAUSE, ["running", "pausing", "paused", "running", "skipped"]),
    (Trigger.CANCEL, ["running", "canceling", "canceled"]),
])  # fmt: skip
def test_a_person_who_was_quicker_than_the_rule_is_heeded(tmp_path: Path, verb: Trigger, states: list[str]) -> None:
    with runner_in(tmp_path) as bench:

        def asked_meanwhile(source: Source, options: Options, scratch: Scratch) -> Script:
            yield from MAKE.does(one(noted("make", "", "a")))
            bench.engine.scheduler.offer(job.id, verb)
            raise Skip(TOO_GOOD)

        bench.recipes["scripted"] = Scripted(asked_meanwhile)
        bench.engine.scheduler.drain(True)
        job = bench.job()
        bench.engine.scheduler.drain(False)
        if verb is Trigger.PAUSE:
            until(lambda: bench.engine.state(job) is State.PAUSED, "the pause")
            bench.engine.scheduler.offer(job.id, Trigger.RESUME)
        bench.ended(job)
        assert bench.engine.path_of(job) == states


def test_a_result_that_got_its_name_before_a_crash_is_ours_whatever_a_rule_says_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own name would make the rule "there is one already" skip it."""
    with runner_in(tmp_path) as bench:
        finish, verdicts = bench.runner._finish, [None, TOO_GOOD]
        bench.recipes["scripted"].skips = lambda source, options: verdicts.pop(0)  # type: ignore[method-assign]

        def dies(*given: Any) -> Any:
            monkeypatch.setattr(bench.runner, "_finish", finish)
            raise PipelineError(TOO_GOOD)

        monkeypatch.setattr(bench.runner, "_finish", dies)
        job = bench.ended(bench.job())
        assert job.state is State.FAILED and bench.results() == ["clip.out"]
        bench.engine.scheduler.offer(job.id, Trigger.RETRY)
        assert bench.ended(job).state is State.COMPLETED
        assert bench.results() == ["clip.out"]
