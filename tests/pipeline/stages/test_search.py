"""The search of a CRF, by talking with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pipeline.model.machine import UNKNOWN, Machine
from pipeline.model.source import Source
from pipeline.model.stage import Call, Run, Script, Step
from pipeline.stages.search import Found, searched
from pipeline.stages.span import Span
from pipeline.stages.windows import WINDOW_S, WINDOWS
from tests.pipeline.stages.canned import SOURCES, source, video
from tests.pipeline.stages.goals import LARGE, SMALL, aiming
from tests.pipeline.stages.playing import scored
from tests.support.drive import drive

LONG = source("long.mp4", video(frames=5000, duration_s=200.0), duration_s=200.0)


def usual(crf: float) -> float:
    """A film as most are: 95 at CRF 22."""
    return float(100.0 - 5.0 * 2.0 ** ((crf - 22) / 6))


def search(
    film: Source, curve: Callable[[float], float], machine: Machine = LARGE, **sets: Any
) -> tuple[Found, list[Step]]:
    """What a search ends with, and the Steps it took."""
    ended: list[Found] = []
    assert film.info is not None

    def script() -> Script:
        assert film.info is not None
        ended.append((yield from searched(film, film.info, aiming(film, rate="vmaf", **sets), machine)))
        return ()

    talk, steps, crfs = drive(script()), list[Step](), tuple[float, ...]()
    while not talk.is_over:
        steps.append(talk.asked)
        if isinstance(talk.asked, Run):
            crfs = tuple(float(each) for each in re.findall(r"-crf:v:0 ([\d.]+)", " ".join(talk.asked.command.argv)))
            talk.answers()
        else:
            talk.answers(value=[scored(curve(crf)) for crf in crfs])
    return ended[0], steps


def runs(steps: list[Step]) -> list[Run]:
    """Those that run ffmpeg."""
    return [step for step in steps if isinstance(step, Run)]


def test_all_tries_of_a_round_are_made_in_one_process() -> None:
    found, steps = search(SOURCES["1080p"], usual, target_vmaf=95.0)
    first, *_ = runs(steps)
    argv = first.command.argv
    assert sum(word.startswith("-crf") for word in argv) == 2
    assert argv.count("-dec") == 3
    assert len(first.makes) == 2
    assert abs(usual(found.crf) - 95.25) < 0.3
    assert found.expected == usual(found.crf) or abs(found.expected - usual(found.crf)) < 0.1


def test_each_round_is_followed_by_its_scores_and_nothing_else() -> None:
    _, steps = search(SOURCES["1080p"], lambda crf: usual(crf + 7), target_vmaf=95.0)
    assert [type(step) for step in steps] == [Run, Call] * (len(steps) // 2)
    assert len(steps) <= 6


def test_a_short_film_is_tried_whole_and_a_long_one_by_windows() -> None:
    (short, *_), (long, *_) = (runs(search(film, usual)[1]) for film in (SOURCES["1080p"], LONG))
    assert short.command.argv.count("-i") == 1
    assert "-force_key_frames:v:0" not in short.command.argv
    assert short.command.expect_frames == 250
    assert long.command.argv.count("-i") == WINDOWS
    assert len(long.command.argv[long.command.argv.index("-force_key_frames:v:0") + 1].split(",")) == WINDOWS - 1
    assert long.command.expect_frames == WINDOWS * WINDOW_S * 25


def test_what_short_windows_lose_is_added() -> None:
    # The fastest of x264's speeds scores windows 0.7 too low, so less of a score is looked for in them.
    slow, _ = search(LONG, usual, speed="faster")
    fast, _ = search(LONG, usual, speed="ultrafast")
    assert fast.crf > slow.crf


def test_on_a_small_computer_fewer_are_tried_at_once() -> None:
    found, steps = search(LONG, usual, SMALL)
    assert all(run.command.argv.count("-i") < WINDOWS for run in runs(steps))
    assert sum(sum(word.startswith("-crf") for word in run.command.argv) == 1 for run in runs(steps)) > 2
    for machine in (LARGE, UNKNOWN):
        same, _ = search(LONG, usual, machine)
        assert same.crf == found.crf


def test_the_bar_never_goes_back() -> None:
    for machine in (LARGE, SMALL):
        _, steps = search(LONG, lambda crf: usual(crf + 9), machine)
        starts = [(step.part[0] - 1) / step.part[1] for step in runs(steps)]
        ends = [step.part[0] / step.part[1] for step in runs(steps)]
        assert starts == sorted(starts)
        assert ends == sorted(ends)
        assert max(ends) <= 1.0001


def test_the_same_answers_lead_to_the_same_steps() -> None:
    assert search(LONG, usual) == search(LONG, usual)


def test_a_part_of_a_film_is_searched_in_that_part_alone() -> None:

    made = replace(aiming(LONG, rate="vmaf"), span=Span(50.0, 100.0))
    assert LONG.info is not None
    talk = drive(searched(LONG, LONG.info, made, LARGE))  # type: ignore[arg-type]
    argv = talk.asks_for_run().argv
    starts = [float(argv[at + 1]) for at, word in enumerate(argv) if word == "-ss"]
    assert starts
    assert all(50.0 <= start_s <= 150.0 for start_s in starts)


def test_each_codec_is_searched_on_its_own_scale() -> None:
    for codec in ("h264", "hevc", "av1", "vp9"):
        found, _ = search(SOURCES["1080p"], lambda crf: 100 - 5 * 2 ** ((crf - 33) / 9), video=codec, container="mkv")
        assert 20 < found.crf < 45, codec
