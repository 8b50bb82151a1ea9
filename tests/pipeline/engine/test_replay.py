from __future__ import annotations

import os

import msgspec
import pytest

from pipeline.model.job import Artifact
from pipeline.model.problem import PipelineError, result_wrong
from pipeline.model.stage import Canceled, Outcome, Script, StepFailed, Together
from tests.pipeline.engine.bench import MAKE, USE, Attempts, Note, call, noted, one, one_step, problem_of, sh

RESULT = (Artifact(b"b"),)


def chain(*, flag: str = "", tail: str = "c") -> Script:
    """a is made, b is made of a, c is made of nothing; d only looks at b."""
    yield from MAKE.does(one(noted("a", f"true {flag}", "a")))
    yield from MAKE.does(one(noted("b", "cat a >> b", "b", reads=["a"])))
    yield from USE.does(one(call(tail, "c")))
    yield from USE.does(one(noted("d", "test -s b", reads=["b"])))
    return RESULT


# What is recorded is sent ------------------------------------------------------------------------------------------


def test_a_script_is_run_once_and_then_only_told(job: Attempts) -> None:
    assert job.run(chain()) == RESULT
    ran_all = [job.replay.ran_all]
    assert job.ran() == ["a", "b", "c", "d"]
    assert job.entered == ["make: Make", "use: Use"]
    assert job.in_hand() == {}
    assert job.run(chain()) == RESULT
    assert job.ran() == []
    assert [*ran_all, job.replay.ran_all] == [True, False]
    assert job.file("b").read_text() == "ba"


def test_outcomes_are_the_same_when_they_are_told_again(job: Attempts) -> None:
    heard: list[Outcome] = []

    def script() -> Script:
        heard.append((yield from MAKE.does(one(sh("echo said; printf x > a", "a")))))
        heard.append((yield from MAKE.does(one(call("c")))))
        return ()

    job.run(script())
    job.run(script())
    assert heard[:2] == heard[2:]
    assert heard[0].lines == ("said",)
    assert heard[1].value == {"noted": "c"}


def test_the_log_has_every_command_that_ran_as_it_could_be_pasted(job: Attempts) -> None:
    job.run(one_step(sh("echo two words > a", "a")))
    job.run(one_step(sh("echo two words > a", "a")))
    assert [line for level, line in job.logged if level == "run"] == ["/bin/sh -c 'set -e; echo two words > a'"]


def change_source(job: Attempts, *, by: str) -> None:
    source = job.job.source
    changed = msgspec.structs.replace(source, **{by: getattr(source, by) + 1})
    job.job = msgspec.structs.replace(job.job, source=changed)


def test_a_changed_option_runs_the_steps_it_is_in_and_those_that_read_them(job: Attempts) -> None:
    job.run(chain())
    job.ran()
    job.run(chain(flag="crf=20"))
    assert job.ran() == ["a", "b", "d"]
    job.run(chain(flag="crf=20", tail="c2"))
    assert job.ran() == ["c2"]


@pytest.mark.parametrize("by", ["size", "mtime_ns"])
def test_another_content_of_the_source_runs_all_of_it(job: Attempts, by: str) -> None:
    job.run(chain())
    job.ran()
    change_source(job, by=by)
    job.run(chain())
    assert job.ran() == ["a", "b", "c", "d"]


def test_another_tool_runs_what_it_makes_and_not_what_it_has_no_part_in(job: Attempts) -> None:
    job.run(chain())
    job.ran()
    job.tools.version = "2"
    job.run(chain())
    assert job.ran() == ["a", "b", "d"]


@pytest.mark.parametrize("how", ["gone", "longer", "touched"])
def test_a_file_that_is_not_as_it_was_made_is_made_again_and_so_is_what_reads_it(job: Attempts, how: str) -> None:
    job.run(chain())
    job.ran()
    match how:
        case "gone":
            job.file("a").unlink()
        case "longer":
            job.file("a").write_text("aa")
        case _:
            os.utime(job.file("a"), ns=(1, 1))
    job.run(chain())
    assert job.ran() == ["a", "b", "d"]
    job.run(chain())
    assert job.ran() == []


def test_the_last_file_missing_runs_its_step_and_what_looks_at_it(job: Attempts) -> None:
    job.run(chain())
    job.ran()
    job.file("b").unlink()
    job.run(chain())
    assert job.ran() == ["b", "d"]


def test_the_same_step_twice_is_run_twice_and_told_twice(job: Attempts) -> None:
    def script() -> Script:
        for _ in range(2):
            yield from MAKE.does(one(call("again")))
        return ()

    job.run(script())
    assert job.ran() == ["again", "again"]
    job.run(script())
    assert job.ran() == []


def test_what_a_step_left_half_made_is_gone_when_it_runs_again(job: Attempts) -> None:
    job.file("a").write_text("half")

    def script() -> Script:
        yield from MAKE.does(one(sh("test ! -e a; printf whole > a", "a")))
        return ()

    job.run(script())
    assert job.file("a").read_text() == "whole"


def test_files_condemned_by_a_problem_are_made_again(job: Attempts) -> None:
    def script(*, wrong: bool) -> Script:
        yield from MAKE.does(one(noted("a", "", "a")))
        yield from MAKE.does(one(noted("b", "", "b")))
        if wrong:
            raise PipelineError(result_wrong("It is too short", ("b",)))
        return RESULT

    with pytest.raises(PipelineError) as caught:
        job.run(script(wrong=True))
    job.replay.forget(problem_of(caught.value).condemns)
    assert job.ran() == ["a", "b"]
    assert job.run(script(wrong=False)) == RESULT
    assert job.ran() == ["b"]


# Steps side by side -------------------------------------------------------------------------------------------------


def together(*steps: object) -> Script:
    outcome = yield from MAKE.does(one(Together(tuple(steps))))  # type: ignore[arg-type]
    assert [member.value for member in outcome.members if member.value] == [{"noted": "act"}]
    return RESULT


MEMBERS = (noted("a", "", "a"), noted("b", "", "b"), call("act"))


def test_members_run_side_by_side_and_are_told_one_by_one(job: Attempts) -> None:
    assert job.run(together(*MEMBERS)) == RESULT
    assert sorted(job.ran()) == ["a", "act", "b"]
    assert job.run(together(*MEMBERS)) == RESULT
    assert job.ran() == []
    job.file("b").unlink()
    assert job.run(together(*MEMBERS)) == RESULT
    assert job.ran() == ["b"]


def test_members_need_no_place_but_their_own(job: Attempts) -> None:
    """Each waits for the other, so they must be at work at the same time."""
    job.lanes.set_places("cpu", 2)
    meet = "touch {0}; while ! test -e {1}; do :; done; echo {0} >> ../../ran"
    with_act = (sh(meet.format("a", "b"), "a"), sh(meet.format("b", "a"), "b"), call("act"))
    job.run(together(*with_act))
    assert sorted(job.ran()) == ["a", "act", "b"]


def test_more_members_than_places_take_turns(job: Attempts) -> None:
    job.lanes.set_places("cpu", 1)
    job.run(together(*MEMBERS, *[noted(str(number)) for number in range(6)]))
    assert len(job.ran()) == 9


def test_one_member_that_fails_lets_the_others_end_and_their_work_is_kept(job: Attempts) -> None:
    fails = noted("fails", "exit 3")
    with pytest.raises(StepFailed) as caught:
        job.run(together(fails, *MEMBERS))
    assert caught.value.outcome.exit_code == 3
    assert sorted(job.ran()) == ["a", "act", "b", "fails"]
    assert len(job.recorded()) == 3
    with pytest.raises(StepFailed):
        job.run(together(fails, *MEMBERS))
    assert job.ran() == ["fails"]


def test_a_bug_in_a_member_is_a_bug_of_the_attempt(job: Attempts) -> None:
    class Broken(Note, frozen=True):
        def run(self, cancel: object, tick: object, folder: str) -> object:
            raise ZeroDivisionError("ours")

    with pytest.raises(ZeroDivisionError):
        job.run(together(noted("a"), call("x", act=Broken("x"))))
    assert job.ran() == ["a"]


def test_members_of_another_tool_have_other_keys(job: Attempts) -> None:
    job.run(together(*MEMBERS))
    job.ran()
    job.tools.version = "2"
    job.run(together(*MEMBERS))
    assert sorted(job.ran()) == ["a", "b"]


# Parts of a Flow ----------------------------------------------------------------------------------------------------


def test_a_cancelled_step_is_never_recorded(job: Attempts) -> None:
    def script() -> Script:
        yield from MAKE.does(one(noted("a", "", "a")))
        yield from MAKE.does(one(call("b", act=Stops("b"))))
        return ()

    class Stops(Note, frozen=True):
        def run(self, cancel: object, tick: object, folder: str) -> object:
            job.hand.cancel.set()
            raise Canceled

    with pytest.raises(Canceled):
        job.run(script())
    assert len(job.recorded()) == 1
    with pytest.raises(Canceled):
        job.run(script())
    assert job.ran() == ["a"]


def test_nothing_is_started_for_a_job_that_is_cancelled_already(job: Attempts) -> None:
    job.hand.cancel.set()
    job.prepare()
    with pytest.raises(Canceled):
        job.replay.drive(chain(), job.job.source, "")
    assert job.ran() == []


def test_a_script_is_closed_whatever_happens(job: Attempts) -> None:
    closed: list[str] = []

    def script() -> Script:
        try:
            yield from MAKE.does(one(sh("exit 1")))
        finally:
            closed.append("closed")
        return ()

    with pytest.raises(StepFailed):
        job.run(script())
    assert closed == ["closed"]


def test_progress_of_steps_that_are_told_again_goes_up_at_once(job: Attempts) -> None:
    job.run(chain())
    job.progress.clear()
    job.run(chain())
    percents = [progress.percent for progress in job.progress]
    assert percents == sorted(percents) and percents[-1] == 99.9
    assert all(progress.eta_ms is None for progress in job.progress)
