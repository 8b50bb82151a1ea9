"""Where a film is looked at, as a conversation."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.model.job import Artifact
from pipeline.model.problem import tool_killed
from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.model.stage import Script
from pipeline.stages.peek import peeked
from pipeline.stages.span import WHOLE, Span
from tests.pipeline.stages.canned import SOURCES, source, video
from tests.support.drive import Talk, drive

LONG = source("long.mp4", video(3), duration_s=100.0)


def parts(kept: Source) -> tuple[MediaInfo, MediaStream]:
    assert kept.info is not None and kept.info.video is not None
    return kept.info, kept.info.video


def peeking(kept: Source, span: Span = WHOLE, **settings: Any) -> Talk:
    """A look by a filter at four places; what was said is kept in an artifact's name."""

    def script() -> Script:
        info, film = parts(kept)
        lines = yield from peeked(kept, info, film, span, 4, label="Look", see=("idet", {}), **settings)
        return (Artifact(b"", name="|".join(lines).encode()),)

    return drive(script(), there=[kept.file] if kept.is_scratch else [])


def graph(talk: Talk) -> str:
    return talk.asks_for_run().value_of("-filter_complex")


def test_a_long_film_is_looked_at_in_several_places_by_one_process() -> None:
    run = peeking(LONG, pictures=40).asks_for_run()
    assert [run.argv[at + 1] for at, word in enumerate(run.argv) if word == "-ss"] == [
        "12.500",
        "37.500",
        "62.500",
        "87.500",
    ]
    assert run.argv.count("-noaccurate_seek") == 4
    assert run.value_of("-filter_complex").count("idet") == 4
    assert "[3:3]trim=end_frame=40" in run.value_of("-filter_complex")
    assert run.value_of("-loglevel") == "level+info"


def test_only_the_part_that_is_wanted_is_looked_at() -> None:
    run = peeking(LONG, Span(50, 40)).asks_for_run()
    assert [run.argv[at + 1] for at, word in enumerate(run.argv) if word == "-ss"] == [
        "55.000",
        "65.000",
        "75.000",
        "85.000",
    ]
    short = peeking(LONG, Span(50, 5)).asks_for_run()
    assert (short.value_of("-ss"), short.value_of("-t")) == ("50", "5")


@pytest.mark.parametrize("name", ("1080p", "raw-h264"))
def test_a_short_film_and_one_of_unknown_length_are_read_from_the_beginning(name: str) -> None:
    talk = peeking(SOURCES[name], pictures=40)
    run = talk.asks_for_run()
    assert "-ss" not in run.argv and run.argv.count("-i") == 1
    assert "trim=end_frame=160" in graph(talk)
    sparing = peeking(SOURCES[name], pictures=2, keyframes_only=True)
    assert "trim" not in graph(sparing)
    assert ("-skip_frame" in sparing.asks_for_run().argv) is (name == "raw-h264")


def test_what_was_said_until_a_fault_counts() -> None:
    talk = peeking(LONG)
    talk.answers(exit_code=183, stderr="one\ntwo")
    assert talk.returns()[0].name == b"one|two"


def test_a_fault_that_will_pass_is_left_to_the_runner() -> None:
    talk = peeking(LONG)
    talk.fails(tool_killed("ffmpeg", "SIGKILL"))
    assert talk.gives_up().code == "tool_killed"


def test_what_an_earlier_recipe_made_is_read_as_scratch() -> None:
    made = Source(path=b"1-1/result.mp4", size=5, mtime_ns=5, info=LONG.info)
    assert peeking(made).asks_for_run().step.reads == ("1-1/result.mp4",)
