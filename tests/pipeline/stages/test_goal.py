"""A film that is encoded to score what was asked for, by talking with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipeline.model.machine import UNKNOWN, Machine
from pipeline.model.problem import PipelineError
from pipeline.model.source import Source
from pipeline.model.stage import Call, Run, Script, Step, Tick
from pipeline.stages.goal import Reached, refuse_goal, refuse_unscorable, to_score
from pipeline.stages.pixels import USUAL, Pixels
from pipeline.stages.search import Found
from tests.pipeline.stages.canned import SOURCES, source, video, wanted
from tests.pipeline.stages.goals import LARGE, aiming
from tests.pipeline.stages.playing import scored
from tests.support.drive import drive

FILM = SOURCES["1080p"]
FOUND = Found(22.0, {19.0: 97.0, 22.0: 95.25, 25.0: 92.5})


def reach(
    curve: Callable[[float], float],
    film: Source = FILM,
    machine: Machine = LARGE,
    found: Found = FOUND,
    pixels: Pixels = USUAL,
    **sets: Any,
) -> tuple[Reached, list[Step]]:
    """What came of it, and the Steps it took."""
    ended: list[Reached] = []

    def script() -> Script:
        assert film.info is not None
        made = replace(aiming(film, rate="vmaf", **sets), pixels=pixels)
        ended.append((yield from to_score(film, film.info, made, found, machine)))
        return ()

    talk, steps, crf = drive(script()), list[Step](), 0.0
    while not talk.is_over:
        steps.append(talk.asked)
        if isinstance(talk.asked, Call):
            talk.answers(value=[scored(curve(crf))])
        else:
            argv = talk.asks_for_run().argv
            crf = float(talk.asks_for_run().value_of("-crf:v:0")) if "-crf:v:0" in argv else crf
            talk.answers(last_tick=Tick(out_time_s=10.0, frame=250))
    return ended[0], steps


def warned(reached: Reached) -> list[str]:
    """Codes of what is said."""
    return [warning.code for warning in reached.warnings]


def test_a_film_is_scored_in_the_process_that_encodes_it() -> None:
    reached, steps = reach(lambda crf: 95.3)
    encode, pool = steps
    assert isinstance(encode, Run)
    assert encode.makes == ("encode.mp4", "result.vmaf.json")
    assert encode.command.argv.count("-dec") == 2
    assert isinstance(pool, Call)
    assert reached.made.result == "result.mp4"
    assert not reached.warnings


def test_all_that_was_measured_is_told() -> None:
    reached, _ = reach(lambda crf: 95.3)
    assert reached.measures == {
        "vmaf": 95.3, "vmaf_harmonic": 95.2, "vmaf_p1": 90.3, "vmaf_min": 86.3, "vmaf_min_s": 5.0,
        "vmaf_model": "vmaf_v0.6.1", "vmaf_expected": 95.25, "crf": 22.0,
    }  # fmt: skip


@pytest.mark.parametrize("score", [94.5, 95.0, 96.0])
def test_what_is_near_enough_is_not_encoded_again(score: float) -> None:
    _, steps = reach(lambda crf: score)
    assert len(steps) == 2


@pytest.mark.parametrize("wrong_by", [-2.0, 1.5])
def test_a_search_that_was_wrong_is_repaired_once(wrong_by: float) -> None:
    reached, steps = reach(lambda crf: 95.25 + wrong_by - 0.75 * (crf - 22.0))
    assert len(steps) == 4
    assert reached.made.result == "result.again.mp4"
    assert reached.made.target == "encode.again.mp4"
    assert (reached.measures["crf"] < 22.0) == (wrong_by < 0)
    assert 94.5 <= reached.measures["vmaf"] <= 96.0
    assert not reached.warnings


def test_the_better_of_the_two_is_kept_and_that_it_missed_is_said() -> None:
    scores = {22.0: 94.2}
    reached, _ = reach(lambda crf: scores.get(crf, 90.0))
    assert reached.made.result == "result.mp4"
    assert reached.measures["vmaf"] == 94.2
    assert warned(reached) == ["vmaf_missed"]
    assert "94.2" in reached.warnings[0].message


@pytest.mark.parametrize(("crf", "score", "said"), [(8.0, 90.0, "CRF 8"), (51.0, 97.5, "CRF 51")])
def test_a_goal_out_of_reach_is_said_with_the_end_of_the_scale(crf: float, score: float, said: str) -> None:
    reached, steps = reach(lambda _: score, found=Found(crf, {crf: score}))
    assert len(steps) == 2
    assert warned(reached) == ["vmaf_missed"]
    assert said in reached.warnings[0].message


def test_what_there_is_no_memory_for_is_scored_afterwards() -> None:
    _, steps = reach(lambda crf: 95.3, machine=Machine(cores=2, memory_bytes=128 << 20))
    encode, score, _ = steps
    assert isinstance(encode, Run)
    assert isinstance(score, Run)
    assert "-dec" not in encode.command.argv
    assert score.command.argv.count("-dec") == 2
    assert score.reads == ("encode.mp4",)
    assert score.makes == ("result.vmaf.json",)
    assert [round(step.part[0] / step.part[1], 3) for step in steps if isinstance(step, Run)] == [0.552, 0.92]
    assert len(reach(lambda crf: 95.3, machine=UNKNOWN)[1]) == 2


def test_hdr_pictures_have_a_score_that_says_less() -> None:
    film, hdr = SOURCES["4k-hdr10"], Pixels("yuv420p10le", 10, is_hdr=True)
    reached, _ = reach(lambda crf: 95.3, film, pixels=hdr, container="mkv", video="hevc")
    assert warned(reached) == ["vmaf_hdr"]
    assert reached.measures["vmaf_model"] == "vmaf_4k_v0.6.1"


@pytest.mark.parametrize("codec", ["copy", "prores", "dnxhr", "gif", "webp", "sheet"])
def test_a_codec_without_a_quality_to_choose_is_refused(codec: str) -> None:
    with pytest.raises(PipelineError) as raised:
        refuse_goal(wanted("mkv", codec, rate="vmaf"))
    assert raised.value.problem.code == "bad_option"
    refuse_goal(wanted("mkv", codec))


@pytest.mark.parametrize("codec", ["h264", "hevc", "av1", "vp9", "none"])
def test_a_codec_with_one_is_not(codec: str) -> None:
    refuse_goal(wanted("mkv", codec, rate="vmaf"))


def test_pictures_too_small_to_be_scored_are_refused() -> None:
    tiny = source("tiny.mp4", video(width=24, height=24))
    with pytest.raises(PipelineError) as raised:
        refuse_unscorable(aiming(tiny, rate="vmaf"))
    assert "24x24" in raised.value.problem.why
    refuse_unscorable(aiming(FILM, rate="vmaf"))
