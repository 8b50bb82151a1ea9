"""Where copied pictures begin, as a conversation and with real files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.model.stage import Outcome
from pipeline.stages.keyframe import copied_from, moved_start
from pipeline.stages.span import Span
from tests.pipeline.stages.canned import SOURCES
from tests.pipeline.stages.running import done, probed
from tests.support.builders import Media, make


def first(*lines: str) -> float | None:
    info = SOURCES["1080p"].info
    assert info is not None and info.video is not None
    talk = copied_from(SOURCES["1080p"], info, info.video, Span(3.0))
    next(talk)
    with pytest.raises(StopIteration) as over:
        talk.send(Outcome(lines=lines))
    at_s: float | None = over.value.value
    return at_s


def test_the_first_packet_is_read() -> None:
    assert (
        first("#software: Lavf", "#tb 0: 1/12800", "0,      24576,      25600,      512,    12239, 0x5d1b5d1a") == 2.0
    )
    assert first("#tb 0: 1/12800") is None
    assert first() is None


@pytest.mark.parametrize("container", ("mp4", "mkv", "ts"))
def test_a_copy_begins_at_the_key_frame_that_was_said(container: str, media: Media, tmp_path: Path) -> None:
    four_s = media.seconds(4)
    words = ["-i", str(four_s), "-c", "copy"]
    file = make(words, tmp_path / f"film.{container}")
    kept = probed(file)
    assert kept.info is not None and kept.info.video is not None
    at_s = done(copied_from(kept, kept.info, kept.info.video, Span(2.5)), tmp_path)
    assert at_s is not None
    # A key frame every second. A transport stream is found again only at the one behind.
    assert at_s == pytest.approx(3.0 if container == "ts" else 2.0, abs=0.03)


def test_a_source_that_cannot_be_read_there_says_nothing(tmp_path: Path) -> None:
    info = SOURCES["1080p"].info
    assert info is not None and info.video is not None
    assert done(copied_from(SOURCES["1080p"], info, info.video, Span(3.0)), tmp_path) is None


@pytest.mark.parametrize(
    ("really", "container", "said"),
    (
        (None, "mkv", ""),
        (3.001, "mkv", ""),
        (2.0, "mkv", "Copied pictures can begin only at a key frame: here at 0:02 instead of 0:03."),
        (
            2.0,
            "mp4",
            "Copied pictures can begin only at a key frame: here at 0:02 instead of 0:03. "
            "Most players pass over what lies before.",
        ),
        (4.0, "mp4", "Copied pictures can begin only at a key frame: here at 0:04 instead of 0:03."),
    ),
)
def test_a_moved_start_is_told(really: float | None, container: str, said: str) -> None:
    assert [each.message for each in moved_start(Span(3.0), really, container)] == ([said] if said else [])
