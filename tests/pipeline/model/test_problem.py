from __future__ import annotations

import msgspec
import pytest

from pipeline.model import problem as problems
from pipeline.model.problem import PipelineError, Problem, Remedy, Warn

PROBLEM = Problem("code", "It broke.", "It was old.", Remedy("Take a new one.", "retry"), "detail", True, ("a.mp4",))


def test_a_problem_reads_as_three_sentences() -> None:
    assert str(PROBLEM) == "It broke. It was old. Take a new one."
    assert str(PipelineError(PROBLEM)) == str(PROBLEM)
    assert PipelineError(PROBLEM).problem is PROBLEM


def test_it_goes_to_the_store_and_back() -> None:
    assert msgspec.json.decode(msgspec.json.encode(PROBLEM), type=Problem) == PROBLEM
    warning = Warn("code", "Damaged.", 0.0)
    assert msgspec.json.decode(msgspec.json.encode(warning), type=Warn) == warning


@pytest.mark.parametrize(
    "made",
    [
        problems.source_missing(b"/films/caf\xe9.mov"),
        problems.not_media(b"/films/caf\xe9.mov", "detail"),
        problems.disk_full(b"/out/caf\xe9"),
        problems.destination_exists("/out/caf\udce9"),
    ],
    ids=lambda made: made.code,
)
def test_a_path_that_is_no_text_can_be_said(made: Problem) -> None:
    assert "caf\ufffd" in made.message
    str(made).encode("utf-8")


@pytest.mark.parametrize("make", [problems.unknown_recipe, problems.unknown_preset, problems.unknown_option])
def test_an_unknown_name_tells_the_nearest_one_where_there_is_one(make: object) -> None:
    assert callable(make)
    assert "The nearest name is “convert”." in make("convrt", "convert").remedy.text
    assert "nearest" not in make("zzz", "").remedy.text


@pytest.mark.parametrize(
    ("made", "is_transient"),
    [
        (problems.tool_killed("ffmpeg", "SIGKILL"), True),
        (problems.tool_stalled("ffmpeg", 120.0), True),
        (problems.out_of_memory("ffmpeg"), True),
        (problems.tool_failed("ffmpeg", 1, ""), False),
        (problems.disk_full("/out"), False),
        (problems.source_changed("/a"), False),
        (problems.bug("trace"), False),
    ],
    ids=lambda made: made.code if isinstance(made, Problem) else str(made),
)
def test_only_what_may_pass_by_itself_is_tried_again(made: Problem, is_transient: bool) -> None:
    assert made.is_transient is is_transient


def test_a_wrong_result_says_which_files_cannot_be_trusted() -> None:
    made = problems.result_wrong("It has 3 frames instead of 50", ("result.mp4", "encode.mp4"))
    assert made.condemns == ("result.mp4", "encode.mp4")
    assert made.why == "It has 3 frames instead of 50."
