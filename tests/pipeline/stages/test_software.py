from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.model.option import fields_of
from pipeline.stages.choices.video import VideoChoices
from pipeline.stages.software import LARGEST_CRF, USUAL_CRF, Bitrate, Crf, coded, keyframes, logs_of, webp_effort, whole
from tests.pipeline.stages.canned import wanted
from tests.support.builders import ffmpeg
from tests.support.child import run

SPEEDS = next([value for value, _ in field.values] for field in fields_of(VideoChoices) if field.name == "speed")


@pytest.mark.parametrize("codec", sorted(LARGEST_CRF))
@pytest.mark.parametrize("speed", SPEEDS)
def test_every_codec_has_every_speed(codec: Any, speed: Any) -> None:
    options = coded(wanted(video=codec, speed=speed), Crf(USUAL_CRF[codec]), "v:0", 25.0)
    assert "preset:v:0" in options or "cpu-used:v:0" in options
    assert 0 <= webp_effort(wanted(speed=speed)) <= 6


@pytest.mark.parametrize(("codec", "name"), [("av1", "preset:v:0"), ("vp9", "cpu-used:v:0")])
def test_a_slower_name_is_never_a_faster_speed(codec: Any, name: str) -> None:
    numbers = [coded(wanted(video=codec, speed=speed), Crf(30), "v:0", 0)[name] for speed in SPEEDS]
    assert numbers == sorted(numbers, reverse=True)


def test_usual_qualities_are_on_their_scales() -> None:
    assert USUAL_CRF.keys() == LARGEST_CRF.keys()
    assert all(0 < USUAL_CRF[codec] < largest for codec, largest in LARGEST_CRF.items())


@pytest.mark.parametrize(("codec", "crf", "taken"), [("h264", 21.4, 21.4), ("av1", 21.4, 21.5), ("vp9", 21.6, 22.0)])
def test_only_numbers_it_knows_are_given_to_an_encoder(codec: str, crf: float, taken: float) -> None:
    assert whole(codec, crf) == taken


def test_keyframes_are_ten_seconds_apart_at_most() -> None:
    assert keyframes("v:0", 29.97) == {"g:v:0": 300}
    assert keyframes("v:0", 0.05) == {"g:v:0": 1}
    assert keyframes("v:0", 0.0) == {}


@pytest.mark.slow
@pytest.mark.parametrize("speed", SPEEDS[:3])
def test_the_second_of_two_turns_finds_what_the_first_left_of_vp9_however_fast(speed: Any, tmp_path: Path) -> None:
    source = ["-f", "lavfi", "-i", "testsrc2=size=128x72:rate=25:duration=1", "-pix_fmt", "yuv420p"]
    for turn in (1, 2):
        options = coded(wanted(video="vp9", speed=speed), Bitrate(200, turn, "turns"), "v:0", 25.0)
        words = [word for name, value in options.items() for word in (f"-{name}", str(value))]
        ended = run([ffmpeg(), "-v", "error", *source, *words, "-f", "null", "-"], folder=str(tmp_path))
        assert ended.code == 0, ended.err


# Not of AV1: with ffmpeg 9.0.2 its first turn crashes once in 50 times or so on a busy machine.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("codec", "speed"),
    [("h264", "superfast"), ("h264", "veryfast"), ("hevc", "ultrafast"), ("vp9", "veryfast")],
)
def test_the_first_of_two_turns_leaves_the_logs_that_are_named(codec: Any, speed: Any, tmp_path: Path) -> None:
    options = coded(wanted(video=codec, speed=speed), Bitrate(200, 1, "turns"), "v:0", 25.0)
    words = [word for name, value in options.items() for word in (f"-{name}", str(value))]
    source = ["-f", "lavfi", "-i", "testsrc2=size=128x72:rate=25:duration=1", "-pix_fmt", "yuv420p"]
    ended = run([ffmpeg(), "-v", "error", *source, *words, "-f", "null", "-"], folder=str(tmp_path))
    assert ended.code == 0, ended.err
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(
        logs_of(wanted(video=codec, speed=speed), "turns")
    )


@pytest.mark.parametrize(
    ("choices", "logs"),
    (
        ({"video": "hevc"}, ("t-0.log", "t-0.log.cutree")),
        # x265's grain switches the looking off, and a person's own arguments may.
        ({"video": "hevc", "tune": "grain"}, ("t-0.log",)),
        ({"video": "h264", "extra": "-rc-lookahead 0"}, ("t-0.log",)),
        ({"video": "vp9"}, ("t-0.log",)),
    ),
)
def test_only_logs_that_will_be_there_are_counted_on(choices: dict[str, Any], logs: tuple[str, ...]) -> None:
    assert logs_of(wanted(**choices), "t") == logs
