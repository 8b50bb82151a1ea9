"""Interlaced or not: whom to ask, and what is made of the answer."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.model.stage import Outcome, Run
from pipeline.stages.fields import Fields, found_fields, is_flagged, is_told_by_pictures, looks_for_fields
from pipeline.stages.span import WHOLE
from tests.pipeline.stages.canned import SOURCES, video, wanted

SILENT: dict[str, Any] = {"field_order": ""}


@pytest.mark.parametrize(
    ("stream", "choice", "looks"),
    (
        ({}, "auto", False),
        ({}, "double", True),
        ({}, "always", False),
        ({"height": 720}, "double", False),
        ({"field_order": "tt"}, "auto", False),
        ({"field_order": "tt"}, "double", False),
        (SILENT, "auto", True),
        (SILENT, "double", True),
        (SILENT, "off", False),
        (SILENT, "always", False),
        ({**SILENT, "height": 720}, "auto", False),
        ({**SILENT, "height": 576, "codec": "dvvideo"}, "auto", True),
        ({**SILENT, "codec": "vp9"}, "auto", False),
        ({**SILENT, "codec": "av1"}, "auto", False),
    ),
)
def test_pictures_are_looked_at_only_where_nothing_else_can_tell(
    stream: dict[str, Any], choice: Any, looks: bool
) -> None:
    assert looks_for_fields(video(**stream), wanted(deinterlace=choice)) is looks


def test_files_that_say_it_and_files_whose_pictures_may() -> None:
    assert is_flagged(video(field_order="bt")) and not is_flagged(video()) and not is_flagged(video(**SILENT))
    assert is_told_by_pictures(video(**SILENT)) and not is_told_by_pictures(video(**SILENT, codec="theora"))


def seen(*counts: tuple[int, int, int, int]) -> Fields:
    """What comes of such counts at several places, as ffmpeg 9.0.2 prints them."""
    lines = tuple(
        f"[Parsed_idet_{at}] Multi frame detection: "
        f"TFF: {top:5} BFF: {bottom:5} Progressive: {whole:5} Undetermined: {rest:5}"
        for at, (top, bottom, whole, rest) in enumerate(counts)
    )
    info = SOURCES["anamorphic-dvd"].info
    assert info is not None and info.video is not None
    talk = found_fields(SOURCES["anamorphic-dvd"], info, info.video, WHOLE)
    assert isinstance(next(talk), Run)
    with pytest.raises(StopIteration) as over:
        talk.send(Outcome(lines=("[Parsed_idet_0] Repeated Fields: Neither:    41 Top:     0 Bottom:     0", *lines)))
    verdict: Fields = over.value.value
    return verdict


@pytest.mark.parametrize(
    ("counts", "verdict"),
    (
        (((40, 0, 0, 1), (38, 0, 2, 0)), "tff"),
        (((0, 40, 0, 1), (0, 20, 20, 0)), "bff"),
        (((0, 0, 40, 1), (0, 1, 39, 0)), "progressive"),
        (((0, 0, 0, 41), (0, 0, 0, 41)), "unknown"),  # nothing moves
        (((9, 0, 0, 32), (9, 0, 0, 32)), "unknown"),  # too little does
        (((40, 0, 0, 0), (0, 40, 0, 0)), "unknown"),  # a pattern that looks like both
        (((10, 0, 30, 0), (10, 0, 30, 0)), "unknown"),
        (((30, 0, 10, 0), (20, 0, 20, 0), (0, 0, 0, 40)), "tff"),
        ((), "unknown"),
    ),
)
def test_what_moves_decides(counts: tuple[tuple[int, int, int, int], ...], verdict: str) -> None:
    assert seen(*counts) == verdict
