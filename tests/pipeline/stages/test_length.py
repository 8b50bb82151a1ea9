"""Lengths that pass and lengths that do not, by tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.model.job import Artifact
from pipeline.model.stage import Script, Talk
from pipeline.stages.counting import Count
from pipeline.stages.length import fault_of_length, wrong_length
from pipeline.stages.look import UNSEEN, Seen
from pipeline.stages.span import span_of
from tests.pipeline.stages.canned import SOURCES, an_output, wanted
from tests.pipeline.stages.playing import Player
from tests.support.drive import drive

COPY = {"video": "copy", "audio": "copy"}
AT_2S = {"start": "2", "end": "7"}


def said(made_s: float, seen: Seen = UNSEEN, packets: int = 100, **choices: Any) -> str:
    """What is said of a result of the ten seconds of a film."""
    kept, options = SOURCES["1080p"], wanted(**choices)
    assert kept.info is not None
    output = an_output(kept, options, span=span_of(kept, kept.info, options), seen=seen)
    return wrong_length(kept.info, output, made_s, packets)


@pytest.mark.parametrize(
    ("made_s", "seen", "choices"),
    (
        (5.0, UNSEEN, AT_2S),
        (5.4, UNSEEN, AT_2S),
        (4.6, UNSEEN, AT_2S),
        (6.9, UNSEEN, {**AT_2S, **COPY}),
        (6.9, Seen(copied_from_s=0.1), {**AT_2S, **COPY}),
        (3.0, Seen(copied_from_s=4.0), {**AT_2S, **COPY}),
        (10.9, UNSEEN, {"fps": 1.0}),
        (9.0, UNSEEN, {"fps": 1.0}),
        (20.0, UNSEEN, {"filters": "setpts=2*PTS"}),
        (0.0, UNSEEN, {"video": "sheet", "container": "jpg"}),
    ),
)
def test_a_length_that_is_explained_passes(made_s: float, seen: Seen, choices: dict[str, Any]) -> None:
    assert said(made_s, seen, **choices) == ""


@pytest.mark.parametrize(
    ("made_s", "seen", "choices", "text"),
    (
        (4.4, UNSEEN, AT_2S, "It is 4.40 s long; it should be 5.00 s"),
        (5.6, UNSEEN, AT_2S, "It is 5.60 s long; it should be 5.00 s"),
        (10.0, UNSEEN, AT_2S, "It is 10.00 s long; it should be 5.00 s"),
        (4.4, Seen(copied_from_s=1.0), {**AT_2S, **COPY}, "It is 4.40 s long; it should be 5.00 s"),
        (9.0, Seen(copied_from_s=1.0), {**AT_2S, **COPY}, "It is 9.00 s long; it should be 5.00 s"),
        (9.0, UNSEEN, {"fps": 10.0}, "It is 9.00 s long; it should be 10.00 s"),
        (20.0, UNSEEN, {"filters": "negate", "fps": 10.0}, "It is 20.00 s long; it should be 10.00 s"),
    ),
)
def test_a_length_that_nothing_explains_is_told(made_s: float, seen: Seen, choices: dict[str, Any], text: str) -> None:
    assert said(made_s, seen, **choices) == text


def test_a_moving_picture_that_does_not_move_has_no_length() -> None:
    assert said(0.0, packets=1, video="webp", container="webp", fps=5.0) == ""
    assert said(0.0, packets=9, video="webp", container="webp", fps=5.0)


def _told(talk: Talk[tuple[str, tuple[Count, ...] | None]]) -> Script:
    wrong, there = yield from talk
    return (Artifact(b"told", measures={"wrong": wrong, "is_counted": there is not None}),)


@pytest.mark.parametrize(
    ("made_s", "real_s", "wrong", "is_counted"),
    (
        (10.0, 10.0, "", False),
        (6.0, 6.0, "", True),
        (6.0, 10.0, "It is 6.00 s long; it should be 10.00 s", True),
        (4.0, 6.0, "It is 4.00 s long; it should be 6.00 s", True),
        (14.0, 10.0, "It is 14.00 s long; it should be 10.00 s", False),
    ),
)
def test_a_source_is_believed_by_what_it_holds_where_a_result_is_short(
    made_s: float, real_s: float, wrong: str, is_counted: bool
) -> None:
    kept = SOURCES["1080p"]
    assert kept.info is not None
    output = an_output(kept, wanted(fps=10.0))
    talk = drive(_told(fault_of_length(kept, kept.info, output, made_s, 100, None)))
    player = Player(kept)
    held = player.files[kept.file]
    player.files[kept.file] = tuple(replace(each, end_s=real_s) for each in held)
    player.answer_all(talk)
    assert talk.returns()[0].measures == {"wrong": wrong, "is_counted": is_counted}
