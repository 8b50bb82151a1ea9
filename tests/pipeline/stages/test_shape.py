"""Sizes, by tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages.bars import Crop
from pipeline.stages.look import UNSEEN, Seen
from pipeline.stages.shape import frame_of, shape_of
from tests.pipeline.stages.canned import video, wanted
from tests.pipeline.stages.running import drawn, film_of
from tests.support.builders import Media


@pytest.mark.parametrize(
    ("stream", "max_height", "size"),
    (
        ({}, 1080, (1920, 1080)),
        ({}, 720, (1280, 720)),
        ({}, 0, (1920, 1080)),
        ({"width": 1280, "height": 720}, 1080, (1280, 720)),
        ({"rotation": 90}, 1080, (1080, 1920)),
        ({"rotation": 270}, 720, (720, 1280)),
        ({"rotation": 180}, 720, (1280, 720)),
        ({"rotation": 5}, 1080, (1920, 1080)),
        ({"width": 720, "height": 576, "sample_aspect": "64:45"}, 1080, (1024, 576)),
        ({"width": 720, "height": 480, "sample_aspect": "8:9"}, 1080, (640, 480)),
        ({"width": 720, "height": 576, "sample_aspect": "64:45", "rotation": 90}, 0, (576, 1024)),
        ({"sample_aspect": "0:1"}, 0, (1920, 1080)),
        ({"sample_aspect": ""}, 0, (1920, 1080)),
        ({"width": 321, "height": 181}, 1080, (322, 182)),
        ({"width": 1, "height": 1}, 1080, (2, 2)),
        ({"width": 3840, "height": 1606}, 1080, (2582, 1080)),
        ({}, 481, (854, 480)),
    ),
)
def test_a_picture_is_fitted(stream: dict[str, Any], max_height: int, size: tuple[int, int]) -> None:
    assert frame_of(video(**stream), wanted(max_height=max_height), UNSEEN) == size


DVD = {"width": 720, "height": 576, "sample_aspect": "64:45"}


@pytest.mark.parametrize(
    ("stream", "choices", "crop", "size"),
    (
        ({}, {"max_width": 1280}, Crop(), (1280, 720)),
        ({}, {"max_width": 853}, Crop(), (852, 480)),
        ({}, {"max_width": 1280, "max_height": 480}, Crop(), (854, 480)),
        ({"rotation": 90}, {"max_width": 1280}, Crop(), (720, 1280)),
        ({}, {"max_height": 2160}, Crop(), (1920, 1080)),
        ({}, {"max_height": 2160, "upscale": True}, Crop(), (3840, 2160)),
        ({}, {"upscale": True}, Crop(), (1920, 1080)),
        ({}, {"rotate": "90"}, Crop(), (1080, 1920)),
        ({}, {"rotate": "180"}, Crop(), (1920, 1080)),
        (DVD, {"rotate": "270"}, Crop(), (576, 1024)),
        ({}, {}, Crop(top=140, bottom=140), (1920, 800)),
        ({}, {}, Crop(top=1, left=3), (1916, 1078)),
        ({}, {"max_height": 400}, Crop(top=140, bottom=140), (960, 400)),
        ({"rotation": 90}, {}, Crop(top=100), (1080, 1820)),
        (DVD, {}, Crop(top=72, bottom=72), (1024, 432)),
        ({}, {"aspect": "1:1"}, Crop(), (1080, 1080)),
        ({}, {"aspect": "9:16"}, Crop(), (608, 1080)),
        ({}, {"aspect": "9:16", "max_height": 1080, "upscale": True}, Crop(), (1080, 1920)),
        ({}, {"aspect": "16:9"}, Crop(), (1920, 1080)),
        ({}, {"aspect": "16:9"}, Crop(top=140, bottom=140), (1422, 800)),
        (DVD, {"aspect": "4:3"}, Crop(), (768, 576)),
        ({}, {"aspect": "1:1", "fill": "pad"}, Crop(), (1920, 1920)),
        ({}, {"aspect": "9:16", "fill": "blur", "max_height": 1080}, Crop(), (1080, 1920)),
        ({}, {"aspect": "9:16", "rotate": "90"}, Crop(), (1080, 1920)),
    ),
)
def test_part_shape_and_direction_decide_the_size(
    stream: dict[str, Any], choices: dict[str, Any], crop: Crop, size: tuple[int, int]
) -> None:
    assert frame_of(video(**stream), wanted(**choices), Seen(crop)) == size


def test_cutting_to_a_shape_keeps_the_middle_of_what_is_left() -> None:
    shape = shape_of(video(), wanted(aspect="1:1"), Seen(Crop(top=140, bottom=140)))
    assert shape.cut == (800, 800, 560, 140)
    turned = shape_of(video(), wanted(aspect="9:16", rotate="90"), UNSEEN)
    assert turned.cut is None


def test_bars_of_a_pixel_or_two_are_not_added() -> None:
    shape = shape_of(video(width=1918), wanted(aspect="16:9", fill="pad"), UNSEEN)
    assert shape.inner == shape.frame
    assert shape_of(video(width=1900), wanted(aspect="16:9", fill="pad"), UNSEEN).inner != shape.frame


@given(
    width=st.integers(16, 8192),
    height=st.integers(16, 8192),
    max_height=st.integers(0, 4320),
    max_width=st.integers(0, 4320),
    rotation=st.sampled_from((0, 90, 180, 270)),
    rotate=st.sampled_from(("0", "90", "180", "270")),
    aspect=st.sampled_from(("keep", "16:9", "9:16", "1:1")),
    fill=st.sampled_from(("crop", "pad", "blur")),
    crop=st.builds(Crop, *[st.integers(0, 4)] * 4),
    pixel=st.sampled_from(("1:1", "64:45", "8:9", "")),
)
def test_sizes_are_even_within_their_limits_and_hold_what_is_put_in_them(
    width: int, height: int, max_height: int, max_width: int, rotation: int, rotate: Any, aspect: Any, fill: Any,
    crop: Crop, pixel: str,
) -> None:  # fmt: skip
    film = video(width=width, height=height, rotation=rotation, sample_aspect=pixel)
    choices = wanted(max_height=max_height, max_width=max_width, rotate=rotate, aspect=aspect, fill=fill)
    shape = shape_of(film, choices, Seen(crop))
    assert all(side % 2 == 0 and side >= 2 for side in (*shape.frame, *shape.inner))
    assert shape.inner[0] <= shape.frame[0] and shape.inner[1] <= shape.frame[1]
    assert not max_height or min(shape.frame) <= max(2, max_height)
    assert not max_width or max(shape.frame) <= max(2, max_width)
    if shape.cut is not None:
        cut_width, cut_height, x, y = shape.cut
        assert x + cut_width <= film.upright[0] and y + cut_height <= film.upright[1]
        assert min(cut_width, cut_height) >= 2 and x % 2 == y % 2 == 0


@pytest.mark.parametrize(
    ("clip", "choices", "size"),
    (
        ("h264_aac.mp4", {"crop": "20:40:0:60"}, (260, 120)),
        ("rotated.mp4", {"crop": "20:0:0:0"}, (180, 300)),
        ("anamorphic.mp4", {"aspect": "1:1"}, (288, 288)),
        ("odd_321x181.mkv", {"crop": "1:0:1:0"}, (318, 178)),
        ("h264_aac.mp4", {"max_height": 360, "upscale": True}, (640, 360)),
    ),
)
def test_ffmpeg_makes_the_size_that_was_said(
    clip: str, choices: dict[str, Any], size: tuple[int, int], media: Media, tmp_path: Path
) -> None:
    film = film_of(drawn(media.clip(clip), tmp_path, **choices))
    assert (film.width, film.height) == size
