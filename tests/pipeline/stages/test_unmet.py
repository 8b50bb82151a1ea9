"""Wishes about what is copied are told of, each by its name; what changes nothing is no wish."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.stages.unmet import unmet
from tests.pipeline.stages.canned import video, wanted

FILM = video(width=1920, height=1080, frame_rate=25.0)


@pytest.mark.parametrize(
    ("choices", "said"),
    (
        ({"crop": "10:10:0:0"}, "crop"),
        ({"crop": "auto", "denoise": "light"}, "crop and denoising"),
        ({"rotate": "90"}, "rotation"),
        ({"mirror": "vertical", "sharpen": "strong", "fps": 10}, "flip, frame rate and sharpening"),
        ({"aspect": "1:1", "max_height": 720}, "shape"),
        ({"max_height": 720}, "size"),
        ({"max_width": 1280}, "size"),
        ({"max_height": 2160, "upscale": True}, "size"),
        ({"max_fps": 20}, "frame rate"),
        ({"deinterlace": "double"}, "deinterlacing"),
        ({"filters": "negate"}, "further filters"),
        ({"subtitles": "burn"}, "burnt subtitles"),
    ),
)
def test_a_wish_about_copied_pictures_is_told(choices: dict[str, Any], said: str) -> None:
    (warning,) = unmet(wanted(video="copy", audio="aac", **choices), FILM, True)
    assert warning.code == "not_done"
    assert warning.message == (f"Pictures are copied as they are, so this is not done: {said}. It needs a video codec.")
    assert not unmet(wanted(video="h264", audio="aac", **choices), FILM, True)


@pytest.mark.parametrize(
    "choices", ({}, {"max_height": 1080}, {"max_width": 1920, "max_height": 1080}, {"max_fps": 60}, {"hdr": "sdr"})
)
def test_what_the_film_keeps_anyway_is_no_wish(choices: dict[str, Any]) -> None:
    assert not unmet(wanted(video="copy", audio="copy", **choices), FILM, True)


@pytest.mark.parametrize(
    ("choices", "said"),
    (({"loudness": -16.0}, "loudness"), ({"channels": "mono", "sample_rate": "48000"}, "mixing down and sample rate")),
)
def test_a_wish_about_copied_sound_is_told(choices: dict[str, Any], said: str) -> None:
    (warning,) = unmet(wanted(video="h264", audio="copy", **choices), FILM, True)
    assert warning.message == f"Sound is copied as it is, so this is not done: {said}. It needs an audio codec."
    assert not unmet(wanted(video="h264", audio="copy", **choices), FILM, False)
