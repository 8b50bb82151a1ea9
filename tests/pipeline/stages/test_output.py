"""What an Output knows of itself: how long, how many pictures, how large, and whether it is all of its source."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.model.problem import PipelineError
from pipeline.stages.look import Seen
from pipeline.stages.output import size_before
from pipeline.stages.span import Span
from tests.pipeline.stages.canned import SOURCES, an_output, wanted

FILM = SOURCES["1080p"]


def info() -> Any:
    return FILM.info


@pytest.mark.parametrize(
    ("choices", "span", "seconds", "frames"),
    (
        ({}, Span(), 10.0, 250),
        ({"fps": 10}, Span(), 10.0, 100),
        ({"max_fps": 12.5}, Span(), 10.0, 125),
        ({"max_fps": 60}, Span(), 10.0, 250),
        ({}, Span(2.0, 4.0), 4.0, 100),
        ({"fps": 10}, Span(8.0), 2.0, 20),
        ({"video": "none"}, Span(), 10.0, 0),
        ({"container": "jpg", "video": "sheet", "audio": "none"}, Span(), 10.0, 0),
    ),
)
def test_it_knows_how_long_and_how_many(choices: dict[str, Any], span: Span, seconds: float, frames: int) -> None:
    made = an_output(FILM, wanted(**choices), span=span)
    assert made.seconds(info()) == seconds
    assert made.frames(info()) == frames


@pytest.mark.parametrize(
    ("choices", "span", "is_all"),
    (
        ({}, Span(), True),
        ({"max_height": 720, "crop": "10:10:0:0"}, Span(), True),
        ({}, Span(1.0), False),
        ({"fps": 10}, Span(), False),
        ({"video": "copy", "fps": 10}, Span(), True),
    ),
)
def test_it_knows_whether_it_is_all_of_its_source(choices: dict[str, Any], span: Span, is_all: bool) -> None:
    assert an_output(FILM, wanted(**choices), span=span).is_all_of_the_source is is_all


@pytest.mark.parametrize(
    ("choices", "size"),
    (
        ({}, (1920, 1080)),
        ({"max_height": 720}, (1280, 720)),
        ({"crop": "140:140:0:0"}, (1920, 800)),
        ({"rotate": "90"}, (1080, 1920)),
        ({"video": "copy", "max_height": 720, "crop": "auto"}, (1920, 1080)),
        ({"video": "none"}, (0, 0)),
        ({"crop": "auto"}, None),
    ),
)
def test_a_size_is_known_before_anybody_looks_unless_bars_are_to_be_found(
    choices: dict[str, Any], size: tuple[int, int] | None
) -> None:
    assert size_before(info(), wanted(**choices)) == size


def test_a_size_is_not_known_before_the_probe() -> None:
    assert size_before(None, wanted()) is None


def test_a_crop_larger_than_the_picture_is_refused_at_once() -> None:
    with pytest.raises(PipelineError) as raised:
        size_before(info(), wanted(crop="600:600:0:0"))
    assert raised.value.problem.code == "bad_option"


def test_what_is_copied_from_a_keyframe_on_is_told_before_the_run() -> None:
    made = an_output(FILM, wanted(video="copy", audio="copy"), span=Span(3.0), seen=Seen(copied_from_s=2.0))
    assert made.foretold
