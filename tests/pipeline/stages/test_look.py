"""What is looked for, and when nothing is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.model.problem import PipelineError
from pipeline.model.source import Source
from pipeline.stages.bars import Crop
from pipeline.stages.look import UNSEEN, Seen, is_looked_into, looked
from pipeline.stages.span import span_of
from tests.pipeline.stages.canned import SOURCES, source, video, wanted
from tests.pipeline.stages.running import done

SILENT_DV = source("tape.avi", video(codec="dvvideo", height=576, field_order=""), container="avi")


def seen(kept: Source, **choices: Any) -> Seen:
    """What is found where nothing need be run."""
    assert kept.info is not None
    options = wanted(**choices)
    return done(looked(kept, kept.info, span_of(kept, kept.info, options), options), Path("/nowhere"))


def steps(kept: Source, **choices: Any) -> list[str]:
    """The looks that are asked for first."""
    assert kept.info is not None
    options = wanted(**choices)
    talk = looked(kept, kept.info, span_of(kept, kept.info, options), options)
    return [step.label for step in (next(talk, None),) if step is not None]


@pytest.mark.parametrize(
    ("kept", "choices", "label"),
    (
        (SOURCES["1080p"], {}, ""),
        (SOURCES["1080p"], {"start": "2", "end": "5"}, ""),
        (SOURCES["1080p"], {"crop": "10:10:0:0"}, ""),
        (SOURCES["1080p"], {"crop": "auto"}, "Look for black bars"),
        (SOURCES["1080p"], {"crop": "auto", "video": "copy"}, ""),
        (SOURCES["1080p"], {"crop": "auto", "video": "none"}, ""),
        (SOURCES["wav"], {"crop": "auto"}, ""),
        (SOURCES["1080p"], {"video": "copy", "end": "5"}, ""),
        (SOURCES["1080p"], {"video": "copy", "start": "2"}, "Find the key frame"),
        (SILENT_DV, {}, "Look for interlaced pictures"),
        (SILENT_DV, {"deinterlace": "off"}, ""),
        (SILENT_DV, {"video": "copy"}, ""),
    ),
)
def test_only_what_is_needed_is_looked_for(kept: Source, choices: dict[str, Any], label: str) -> None:
    assert steps(kept, **choices) == ([label] if label else [])
    assert is_looked_into(kept.info, wanted(**choices)) is bool(label)


def test_before_the_probe_only_what_a_person_asks_for_is_foreseen() -> None:
    assert is_looked_into(None, wanted(crop="auto"))
    assert is_looked_into(None, wanted(video="copy", start="2"))
    assert not is_looked_into(None, wanted())


@pytest.mark.parametrize(
    ("crop", "expected"),
    (("off", Crop()), (" OFF ", Crop()), ("", Crop()), ("10:12:0:0", Crop(10, 12))),
)
def test_a_crop_that_is_said_needs_no_look(crop: str, expected: Crop) -> None:
    assert seen(SOURCES["1080p"], crop=crop) == Seen(expected)


def test_nothing_is_seen_of_sound() -> None:
    assert seen(SOURCES["wav"], crop="10:10:10:10") == UNSEEN


def test_a_crop_larger_than_the_picture_is_refused() -> None:
    with pytest.raises(PipelineError, match="1920 pixels wide and 1080 high"):
        seen(SOURCES["1080p"], crop="600:600:0:0")
