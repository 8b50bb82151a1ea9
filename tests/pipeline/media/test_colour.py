from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.media.colour import PRIMARIES, RANGES, SPACES, TRANSFERS, name_in
from tests.pipeline.media.support import FFMPEG, QUIET
from tests.support import child


@pytest.mark.parametrize(
    ("option", "names"),
    [("range", RANGES), ("color_primaries", PRIMARIES), ("color_trc", TRANSFERS), ("colorspace", SPACES)],
)
def test_ffmpeg_knows_our_names_by_our_numbers(option: str, names: Mapping[int, str], tmp_path: Path) -> None:
    """It takes a number as well as a name; showinfo then says the name it has for it."""
    for code, name in names.items():
        picture = f"color=size=16x16:rate=1:duration=1,format=yuv444p,setparams={option}={code},showinfo"
        said = child.run([FFMPEG, *QUIET, "-loglevel", "info", "-f", "lavfi", "-i", picture, "-f", "null", "-"])
        shown = {"range": "color_range", "colorspace": "color_space"}.get(option, option)
        assert f"{shown}:{name}" in said.err, (code, said.err[-800:])


def test_what_has_no_name_is_empty() -> None:
    assert name_in(SPACES, 2) == "" and name_in(PRIMARIES, 99) == "" and name_in(TRANSFERS, 16) == "smpte2084"
