from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipeline.model.job import Artifact
from pipeline.model.problem import PipelineError, tool_failed
from pipeline.model.stage import (
    Act,
    Call,
    CancelSignal,
    Command,
    Outcome,
    Run,
    Scratch,
    Script,
    Skip,
    Stage,
    StepFailed,
    Talk,
    Tick,
    Together,
    between,
    members_of,
    relayed,
    taking,
)


class Idle(Act, frozen=True):
    """Does nothing."""

    def run(self, cancel: CancelSignal, tick: Callable[[Tick], None], folder: str) -> Any:
        return None


ENCODE = Stage("encode", "Encode", 80)
RUN, CALL = Run(Command(("ffmpeg",))), Call(Idle())
RESULT = (Artifact(b"result.mp4"),)


def answers(heard: list[object]) -> Script:
    heard.append((yield RUN))
    heard.append((yield CALL))
    heard.append((yield Together((RUN, CALL))))
    return RESULT


def test_every_step_of_a_stage_bears_its_name() -> None:
    heard: list[object] = []
    script = ENCODE.does(answers(heard))
    assert next(script) == replace(RUN, stage="encode")
    assert script.send(Outcome(value=1)) == replace(CALL, stage="encode")
    together = script.send(Outcome(value=2))
    assert together == Together((replace(RUN, stage="encode"), replace(CALL, stage="encode")), stage="encode")
    with pytest.raises(StopIteration) as ended:
        script.send(Outcome(value=3))
    assert ended.value.value == RESULT
    assert heard == [Outcome(value=1), Outcome(value=2), Outcome(value=3)]


def failure() -> StepFailed:
    return StepFailed(tool_failed("ffmpeg", 1, ""), Outcome(1), "key", "encode")


def catches() -> Talk[str]:
    try:
        yield RUN
    except StepFailed as error:
        yield CALL
        return error.key
    return ""


def test_a_failure_is_raised_where_the_step_was_asked_for() -> None:
    script = ENCODE.does(catches())
    next(script)
    assert script.throw(failure()) == replace(CALL, stage="encode")
    with pytest.raises(StopIteration) as ended:
        script.send(Outcome())
    assert ended.value.value == "key"


def test_a_failure_nobody_catches_goes_through() -> None:
    script = ENCODE.does(answers([]))
    next(script)
    with pytest.raises(StepFailed):
        script.throw(failure())


def test_a_script_that_is_left_is_closed() -> None:
    left: list[str] = []

    def tidy() -> Script:
        try:
            yield RUN
        finally:
            left.append("closed")
        return ()

    script = ENCODE.does(tidy())
    next(script)
    script.close()
    assert left == ["closed"]


def test_a_script_may_end_without_a_step() -> None:
    def nothing() -> Talk[int]:
        yield from ()
        return 7

    with pytest.raises(StopIteration) as ended:
        next(ENCODE.does(nothing()))
    assert ended.value.value == 7


def test_what_a_script_refuses_goes_through() -> None:
    def refuses() -> Script:
        yield from ()
        raise PipelineError(tool_failed("ffmpeg", 1, ""))

    with pytest.raises(PipelineError):
        next(ENCODE.does(refuses()))


@pytest.mark.parametrize(
    ("tick", "fraction"),
    [(Tick(5, 10), 0.5), (Tick(15, 10), 1.0), (Tick(5, 0), None), (Tick(5, -1), None), (Tick(0, 10), 0.0)],
)
def test_how_much_of_a_step_is_done(tick: Tick, fraction: float | None) -> None:
    assert tick.fraction == fraction


def test_each_recipe_of_a_flow_has_its_own_folder_for_scratch() -> None:
    assert Scratch().path("a.mp4") == "a.mp4"
    assert Scratch("2-1").path("a.mp4") == "2-1/a.mp4"


def test_the_members_of_a_step() -> None:
    assert tuple(members_of(RUN)) == (RUN,)
    assert tuple(members_of(Together((RUN, CALL)))) == (RUN, CALL)


def test_a_command_says_its_tool() -> None:
    assert Command(("python", "-m", "x")).tool == "python"


def test_a_rules_verdict_goes_through_a_stage_with_its_reason() -> None:
    def turns_down() -> Script:
        yield RUN
        raise Skip(tool_failed("ffmpeg", 1, ""))

    talk = ENCODE.does(turns_down())
    next(talk)
    with pytest.raises(Skip) as caught:
        talk.send(Outcome())
    assert caught.value.problem.code == "tool_failed"


@pytest.mark.parametrize(("start", "end"), [(0.0, 0.3), (0.3, 0.9), (0.9, 1.0)])
def test_steps_share_a_stage_unequally(start: float, end: float) -> None:
    number, count = between(start, end)
    assert (number - 1) / count == pytest.approx(start)
    assert number / count == pytest.approx(end)


def test_what_takes_a_share_of_a_stage_shares_that_among_its_own_steps() -> None:
    def tells() -> Talk[str]:
        yield replace(RUN, part=(1, 2))
        yield Together((replace(RUN, part=(2, 2)),))
        return "done"

    talk = taking(0.2, 0.6, taking(0.0, 0.5, tells()))
    shares = []
    with pytest.raises(StopIteration) as done:
        step = next(talk)
        while True:
            ((number, count),) = (member.part for member in members_of(step))
            shares.append(((number - 1) / count, number / count))
            step = talk.send(Outcome())
    assert done.value.value == "done"
    assert shares == [pytest.approx((0.2, 0.3)), pytest.approx((0.3, 0.4))]


def test_what_is_relayed_is_heard_also_where_a_step_failed() -> None:
    def script() -> Script:
        yield RUN
        try:
            yield RUN
        except StepFailed:
            yield CALL
        return RESULT

    heard: list[Outcome] = []
    relay = relayed(script(), lambda step: step, heard.append)
    assert next(relay) == RUN
    assert relay.send(Outcome(cpu_s=1.0)) == RUN
    failed = StepFailed(tool_failed("ffmpeg", 1, ""), Outcome(exit_code=1, cpu_s=2.0))
    assert relay.throw(failed) == CALL
    with pytest.raises(StopIteration) as ended:
        relay.send(Outcome(cpu_s=4.0))
    assert ended.value.value == RESULT
    assert [outcome.cpu_s for outcome in heard] == [1.0, 2.0, 4.0]
