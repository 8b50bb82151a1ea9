"""The talks with scripts: they follow the Runner's rules, so that a script that passes here is not refused there."""

from __future__ import annotations

import pytest

from pipeline.model.job import Artifact
from pipeline.model.problem import disk_full
from pipeline.model.stage import Command, Outcome, Run, Script, StepFailed, Together
from tests.support.drive import drive, walk


def _run(makes: str, reads: tuple[str, ...] = ()) -> Run:
    return Run(Command(("ffmpeg", "-i", "in put", makes)), reads=reads, makes=(makes,))


def _two_steps() -> Script:
    first = yield _run("first")
    yield _run(f"second-{first.value}", reads=("first",))
    return (Artifact(b"second"),)


def test_a_talk_goes_step_by_step_to_the_artifacts() -> None:
    talk = drive(_two_steps())
    assert "in put first" in talk.asks_for_run().argv_text
    assert talk.asks_for_run().value_of("-i") == "in put"
    talk.answers(value=7)
    assert talk.asks_for_run().step.makes == ("second-7",)
    talk.answers()
    assert talk.returns() == (Artifact(b"second"),)


def test_an_exit_code_is_raised_in_the_script() -> None:
    def careful() -> Script:
        try:
            yield _run("fast")
        except StepFailed as failure:
            assert failure.outcome.exit_code == 8
            yield _run("slow")
        return ()

    talk = drive(careful())
    talk.answers(exit_code=8, stderr="no such encoder")
    assert talk.asks_for_run().step.makes == ("slow",)


def test_a_problem_the_script_does_not_catch_is_its_end() -> None:
    talk = drive(_two_steps())
    talk.fails(disk_full("/out"))
    assert talk.gives_up().code == "disk_full"


def test_reading_what_no_step_made_is_found_at_once() -> None:
    def careless() -> Script:
        yield _run("second", reads=("first",))
        return ()

    with pytest.raises(AssertionError, match="no earlier Step made"):
        drive(careless())
    assert drive(careless(), there=["first"]).asks_for_run()


def test_a_failed_step_has_made_nothing() -> None:
    def hopeful() -> Script:
        try:
            yield _run("first")
        except StepFailed:
            yield _run("second", reads=("first",))
        return ()

    with pytest.raises(AssertionError, match="no earlier Step made"):
        drive(hopeful()).answers(exit_code=1)


def test_a_walk_answers_members_of_a_together_one_by_one() -> None:
    def together() -> Script:
        outcome = yield Together((_run("a"), _run("b")))
        assert outcome.members == (Outcome(), Outcome())
        yield _run("c", reads=("a", "b"))
        return ()

    assert [type(step) for step in walk(together())] == [Together, Run]
