from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.model.job import Artifact
from pipeline.model.problem import PipelineError, destination_readonly, tool_killed
from pipeline.model.stage import OUTCOME_LIMIT, Call, Canceled, Command, Outcome, Run, Script, StepFailed
from tests.pipeline.engine.bench import MAKE, USE, Attempts, Note, call, note, noted, one, one_step, problem_of, sh

RESULT = (Artifact(b"a"),)


def tries_hardware_first(heard: list[tuple[str, int]]) -> Script:
    """As an encode does that falls back to another encoder."""
    try:
        yield from MAKE.does(one(noted("hardware", "echo no device; exit 4", "a")))
    except StepFailed as failure:
        heard.append((failure.problem.code, failure.outcome.exit_code))
        yield from MAKE.does(one(noted("software", "", "a")))
    yield from USE.does(one(noted("check", "test -s a", reads=["a"])))
    return RESULT


def test_a_failure_a_script_catches_is_part_of_its_way_and_is_told_again(job: Attempts) -> None:
    heard: list[tuple[str, int]] = []
    assert job.run(tries_hardware_first(heard)) == RESULT
    assert job.ran() == ["hardware", "software", "check"]
    assert job.in_hand() == {}
    assert job.run(tries_hardware_first(heard)) == RESULT
    assert job.ran() == []
    assert heard == [("tool_failed", 4)] * 2


def test_a_failure_nobody_catches_is_the_problem_and_is_tried_again(job: Attempts) -> None:
    def script() -> Script:
        yield from MAKE.does(one(noted("a", "", "a")))
        yield from USE.does(one(noted("b", "echo what went wrong; exit 7")))
        return RESULT

    for words in (["a", "b"], ["b"]):
        with pytest.raises(StepFailed) as caught:
            job.run(script())
        assert problem_of(caught.value).code == "tool_failed"
        assert "what went wrong" in problem_of(caught.value).detail
        assert job.ran() == words
    assert len(job.recorded()) == 1


def test_a_script_that_catches_a_failure_and_ends_has_it_recorded(job: Attempts) -> None:
    def script() -> Script:
        try:
            yield from MAKE.does(one(noted("a", "exit 1")))
        except StepFailed:
            return RESULT
        return ()

    assert job.run(script()) == RESULT
    assert job.run(script()) == RESULT
    assert job.ran() == ["a"]


def test_a_script_that_turns_a_failure_into_another_problem_has_nothing_recorded(job: Attempts) -> None:
    def script() -> Script:
        try:
            yield from MAKE.does(one(noted("a", "exit 1")))
        except StepFailed:
            raise PipelineError(destination_readonly("/out")) from None
        return ()

    for _ in range(2):
        with pytest.raises(PipelineError) as caught:
            job.run(script())
        assert problem_of(caught.value).code == "destination_readonly"
        assert job.ran() == ["a"]
    assert job.recorded() == {}


# Faults that pass ---------------------------------------------------------------------------------------------------


class Flaky(Note, frozen=True):
    """Fails as often as it says before it works."""

    failures: int = 1
    transient: bool = True

    def run(self, cancel: Any, tick: Any, folder: str) -> Any:
        note(folder, self.word)
        tries = len(Path(folder, "..", "..", "ran").read_text().splitlines())
        if tries <= self.failures:
            raise PipelineError(tool_killed("curl", "SIGKILL") if self.transient else destination_readonly("/out"))
        return tries


def flaky(**fields: Any) -> Script:
    outcome = yield from MAKE.does(one(Call(Flaky("try", **fields), "net")))
    return (Artifact(str(outcome.value).encode()),)


def test_a_fault_that_may_pass_is_tried_again_inside_the_step(job: Attempts) -> None:
    assert job.run(flaky(failures=2)) == (Artifact(b"3"),)
    assert job.ran() == ["try"] * 3
    message = tool_killed("curl", "SIGKILL").message
    assert job.waits == [("retry", message), ("", "")] * 2
    assert [level for level, _ in job.logged] == ["warning", "warning"]
    assert job.run(flaky(failures=2)) == (Artifact(b"3"),)
    assert job.ran() == []


def test_a_fault_that_does_not_pass_is_the_problem_in_the_end(job: Attempts) -> None:
    with pytest.raises(PipelineError) as caught:
        job.run(flaky(failures=9))
    assert problem_of(caught.value).code == "tool_killed"
    assert job.ran() == ["try"] * 3
    assert job.recorded() == {}


def test_a_fault_that_will_not_pass_is_not_tried_again(job: Attempts) -> None:
    with pytest.raises(PipelineError):
        job.run(flaky(failures=9, transient=False))
    assert job.ran() == ["try"]
    assert job.waits == []


def test_a_tool_that_is_killed_is_started_again_with_a_clean_place(job: Attempts) -> None:
    def script() -> Script:
        yield from MAKE.does(one(noted("a", "", "a")))
        code = "test ! -e b; printf half > b; test $(wc -l < ../../ran) -gt 2 || kill -9 $$"
        yield from MAKE.does(one(sh(f"echo b >> ../../ran; {code}", "b", reads=["a"])))
        return RESULT

    assert job.run(script()) == RESULT
    assert job.ran() == ["a", "b", "b"]


def test_no_place_is_held_while_it_waits_to_try_again(job: Attempts) -> None:
    held: list[int] = []
    prepare = job.prepare

    def watched(**means: Any) -> None:
        prepare(**means)
        job.replay._desk.__dict__["waits"] = lambda waiting_for, why: held.append(job.lanes._held["net"])

    job.prepare = watched  # type: ignore[method-assign]
    job.run(flaky(failures=1))
    assert held == [0, 0]


def test_cancel_ends_the_wait(job: Attempts) -> None:
    prepare = job.prepare

    def cancelled(**means: Any) -> None:
        prepare(**means)
        job.replay._desk.__dict__["waits"] = lambda waiting_for, why: job.hand.cancel.set()

    job.prepare = cancelled  # type: ignore[method-assign]
    with pytest.raises(Canceled):
        job.run(flaky(failures=9), retry_after_s=(3600.0,))
    assert job.ran() == ["try"]


# What was promised and is not there ---------------------------------------------------------------------------------


def test_a_step_that_ends_well_but_leaves_nothing_has_a_wrong_result(job: Attempts) -> None:
    def script() -> Script:
        yield from MAKE.does(one(noted("a", "rm -f deep/b; mkdir -p deep", "deep/b")))
        return RESULT

    with pytest.raises(PipelineError) as caught:
        job.run(script())
    problem = problem_of(caught.value)
    assert problem.code == "result_wrong"
    assert "left no deep/b" in problem.why
    assert str(job.out) not in problem.why
    assert job.recorded() == {}


def test_a_package_folder_is_recorded_with_all_that_is_in_it(job: Attempts) -> None:
    step = sh("echo hls >> ../../ran; mkdir -p hls/720p; echo 1 > hls/720p/1.ts", "hls")

    def packages() -> Script:
        yield from MAKE.does(one(step))
        return RESULT

    job.run(packages())
    job.run(packages())
    assert job.ran() == ["hls"]
    (job.file("hls") / "720p" / "1.ts").write_text("changed")
    job.run(packages())
    assert job.ran() == ["hls"]


def test_a_scratch_folder_that_cannot_be_written_is_said_of_the_destination(job: Attempts) -> None:
    job.workspace.remove()
    Path(os.path.dirname(job.workspace.folder)).write_text("in the way")
    with pytest.raises(PipelineError) as caught:
        job.run(one_step(call("a", "a")))
    problem = problem_of(caught.value)
    assert problem.code.startswith("destination_")
    assert ".reelyard" not in problem.message and str(job.out) in problem.message


@pytest.mark.parametrize("makes", [(), ("b",)])
def test_a_drive_that_goes_between_two_steps_is_named(job: Attempts, makes: tuple[str, ...]) -> None:
    def script() -> Script:
        yield from MAKE.does(one(noted("a", "", "a")))
        job.workspace.remove()
        yield from MAKE.does(one(noted("b", "", *makes)))
        return RESULT

    with pytest.raises(PipelineError) as caught:
        job.run(script())
    problem = problem_of(caught.value)
    assert problem.code == "destination_missing"
    assert ".reelyard" not in problem.message and str(job.out) in problem.message
    assert job.ran() == ["a"]


# Bounds -------------------------------------------------------------------------------------------------------------


def test_what_a_tool_said_is_kept_within_bounds(job: Attempts) -> None:
    """Its value may take 60 KiB; all in all an Outcome may take 64."""
    lines = "for n in $(seq 50); do printf '[error] %03000d\\n' 0; done"
    value = 'printf \'{"value": "%050000d"}\\n\' 0'
    heard: list[Outcome] = []

    def script() -> Script:
        heard.append((yield from MAKE.does(one(sh(f"{lines}; {value}", speaks="json")))))
        return RESULT

    job.run(script())
    job.run(script())
    assert heard[0] == heard[1]
    assert heard[0].value == "0" * 50_000 and heard[0].lines
    assert len(job.recorded()) == 1


class Large(Note, frozen=True):
    """Returns more than an Outcome may hold."""

    def run(self, cancel: Any, tick: Any, folder: str) -> Any:
        return "v" * OUTCOME_LIMIT


def test_a_value_that_is_too_large_is_a_bug_of_ours_and_not_lost_silently(job: Attempts) -> None:
    with pytest.raises(ValueError, match="bytes"):
        job.run(one_step(call("a", act=Large("a"))))


def test_what_a_tool_says_is_passed_on_while_it_runs(job: Attempts) -> None:
    job.run(one_step(sh("echo '[warning] mind the gap'", speaks="ffmpeg")))
    assert ("warning", "mind the gap") in job.logged


def test_a_tool_nobody_knows_is_a_problem(job: Attempts) -> None:
    with pytest.raises(PipelineError) as caught:
        job.run(one_step(Run(Command(("unheard-of", "-x")))))
    assert problem_of(caught.value).code == "tool_missing"


def test_the_step_in_hand_is_known_while_it_runs(job: Attempts) -> None:
    seen: list[dict[str, str]] = []

    class Looks(Note, frozen=True):
        def run(self, cancel: Any, tick: Any, folder: str) -> Any:
            seen.append(job.in_hand())
            return None

    job.run(one_step(call("a", act=Looks("a"))))
    assert [list(hand.values()) for hand in seen] == [["make"]]
    assert job.in_hand() == {}
