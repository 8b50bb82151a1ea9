"""What is expected of a source, by a table."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.model.source import MediaInfo
from pipeline.stages import expect
from tests.pipeline.stages.canned import audio, video


@pytest.mark.parametrize(
    ("container", "film", "frames", "seconds"),
    (
        ({"duration_s": 10.0}, {}, 250, 10.0),
        ({"duration_s": 10.5}, {"frames": 0}, 250, 10.5),
        ({"duration_s": 10.0}, {"frames": 0, "duration_s": None}, 250, 10.0),
        ({"duration_s": None}, {"frames": 0, "duration_s": None}, 0, 0.0),
        ({"duration_s": 10.0}, {"frames": 0, "frame_rate": 0.0}, 0, 10.0),
        ({"duration_s": 10.0}, {"frames": 27}, 27, 10.0),
    ),
)
def test_frames_and_seconds(container: dict[str, Any], film: dict[str, Any], frames: int, seconds: float) -> None:
    info = MediaInfo("mp4", streams=(video(**film),), **container)
    assert (expect.frames(info), expect.seconds(info)) == (frames, seconds)


def test_sound_alone_has_no_frames() -> None:
    info = MediaInfo("mp3", 10.0, (audio(0),))
    assert (expect.frames(info), expect.seconds(info)) == (0, 10.0)
