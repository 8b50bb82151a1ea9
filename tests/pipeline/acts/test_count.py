"""Counting as an Act: twice the same, relative to the Workspace or not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from pipeline.acts.count import CountPackets
from pipeline.engine.cancel import Cancel
from tests.support.builders import Media


def test_scratch_and_sources_are_counted_and_again_alike(media: Media, tmp_path: Path) -> None:
    film = media.clip("h264_aac.mp4")
    shutil.copyfile(film, tmp_path / "result.mp4")
    act = CountPackets((b"result.mp4", os.fsencode(film)))
    first = act.run(Cancel(), lambda tick: None, str(tmp_path))
    assert first == act.run(Cancel(), lambda tick: None, str(tmp_path))
    here, there = first["value"]
    assert here == there
    assert here["streams"][0]["packets"] == 50
