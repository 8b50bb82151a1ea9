"""All outputs of a source: which share a decode, and which are made one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar, cast

import pytest

from pipeline.model.problem import PipelineError
from pipeline.model.stage import Outcome, Run, Script, Step, Talk
from pipeline.stages.goal import Reached
from pipeline.stages.output import Output
from pipeline.stages.outputs import all_encoded, all_searched, goal_of
from pipeline.stages.span import Span
from tests.pipeline.stages.canned import SOURCES, an_output, source, video, wanted
from tests.pipeline.stages.goals import LARGE
from tests.pipeline.stages.playing import Player
from tests.support.drive import drive

FILM = SOURCES["1080p"]
T = TypeVar("T")


def outputs(*sets: dict[str, Any]) -> list[Output]:
    """Several outputs of one film, each with files of its own."""
    made: list[Output] = []
    for number, each in enumerate(sets, 1):
        choices = wanted(**each)
        made.append(an_output(FILM, choices, f"result-{number}.mp4", f"encode-{number}.mp4"))
    return made


def encode(wanted_: list[Output]) -> tuple[list[Reached], list[Step], list[Step]]:
    """What came of them, the Steps of the searches, and those of the encodes."""
    assert FILM.info is not None
    reached: list[Reached] = []
    searches: list[Step] = []
    encodes: list[Step] = []

    def script() -> Script:
        assert FILM.info is not None
        found = yield from _kept(searches, all_searched(FILM, FILM.info, wanted_, LARGE))
        reached.extend((yield from _kept(encodes, all_encoded(FILM, FILM.info, wanted_, found, LARGE))))
        return ()

    Player(FILM).answer_all(drive(script()))
    return reached, searches, encodes


def _kept(steps: list[Step], talk: Talk[T]) -> Talk[T]:
    """The same, with its Steps noted down."""
    reply: Outcome | None = None
    while True:
        try:
            step = talk.send(reply)  # type: ignore[arg-type]
        except StopIteration as done:
            return cast(T, done.value)
        steps.append(step)
        reply = yield step


@pytest.mark.parametrize(
    ("sets", "goal"),
    [({}, ""), ({"rate": "bitrate"}, ""), ({"rate": "size"}, "size"), ({"rate": "vmaf"}, "vmaf")],
)
def test_a_size_and_a_score_are_goals(sets: dict[str, Any], goal: str) -> None:
    (made,) = outputs(sets)
    assert goal_of(made) == goal


def test_sound_has_no_score_to_reach_but_a_size() -> None:
    sound = SOURCES["wav"]
    assert goal_of(an_output(sound, wanted("m4a", "none", rate="vmaf"), "result.m4a")) == ""
    assert goal_of(an_output(sound, wanted("m4a", "none", rate="size"), "result.m4a")) == "size"


def test_outputs_without_goals_share_one_decode_and_others_have_their_own() -> None:
    made = outputs({}, {"rate": "vmaf"}, {"crf": 30.0}, {"rate": "size", "target_mb": 10.0})
    reached, searches, encodes = encode(made)
    assert [each.made.result for each in reached] == [
        "result-1.mp4", "result-2.mp4", "result-3.mp4", "result-4.try-1.mp4",
    ]  # fmt: skip
    assert len([step for step in searches if isinstance(step, Run)]) == 1
    first, *others = (step for step in encodes if isinstance(step, Run))
    assert first.makes == ("encode-1.mp4", "encode-3.mp4")
    assert others[0].makes == ("encode-2.mp4", "result-2.vmaf.json")


def test_the_bar_is_shared_and_never_goes_back() -> None:
    _, _, encodes = encode(outputs({"rate": "size", "target_mb": 10.0}, {}, {"rate": "vmaf"}))
    shares = [(step.part[0] / step.part[1]) for step in encodes]  # type: ignore[union-attr]
    assert shares == sorted(shares)
    assert shares[-1] <= 1.0001


def test_a_goal_is_reached_in_software_and_that_is_said() -> None:
    (made,) = outputs({"rate": "vmaf", "encoder": "hardware"})
    (reached,), _, _ = encode([made])
    assert reached.made.hardware is None
    assert [warning.code for warning in reached.warnings] == ["hardware_missing"]


def test_pictures_too_small_to_be_scored_are_refused_before_anything_runs() -> None:
    tiny = source("tiny.mp4", video(width=16, height=16))
    assert tiny.info is not None
    made = an_output(tiny, wanted(rate="vmaf"))
    with pytest.raises(PipelineError):
        next(all_searched(tiny, tiny.info, [made], LARGE))
    assert list(all_searched(tiny, tiny.info, [replace(made, choices=wanted())], LARGE)) == []


def test_no_two_parts_of_a_source_are_read_by_one_process() -> None:
    whole, same, part = outputs({}, {"crf": 30.0}, {})
    _, _, encodes = encode([whole, same, replace(part, span=Span(1.0))])
    made = [step.makes for step in encodes if isinstance(step, Run)]
    assert made == [("encode-1.mp4", "encode-2.mp4"), ("encode-3.mp4",)]
