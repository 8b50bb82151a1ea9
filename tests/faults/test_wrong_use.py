"""Names that do not exist and values that do not fit: refused before any work, naming what would have been right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import child
from tests.support.builders import Media


@pytest.mark.parametrize(
    ("words", "sentences"),
    [
        (
            ("convert", "--preset", "web-1080"),
            ("There is no preset named “web-1080”.", "The nearest name is “web-1080p”."),
        ),
        (
            ("convert", "--preset", "web-1080p", "--set", "vidoe=hevc"),
            ("There is no option named “vidoe”.", "The nearest name is “video”."),
        ),
        (("convrt",), ("There is no recipe named “convrt”.", "The nearest name is “convert”.")),
        (
            ("convert", "--preset", "web-1080p", "--set", "crf=lots"),
            ("The option “crf” has a value it cannot take.", "Give it a value that fits, then start again."),
        ),
    ],
    ids=["unknown preset", "unknown option", "unknown recipe", "bad value"],
)
def test_a_wrong_name_is_refused_with_the_nearest_right_one(
    words: tuple[str, ...], sentences: tuple[str, ...], media: Media, tmp_path: Path
) -> None:
    recipe, *options = words
    ended = child.reelyard(
        "run",
        recipe,
        media.clip("h264_aac.mp4"),
        *options,
        "-o",
        tmp_path / "out",
        "--home",
        tmp_path / "home",
        "--json",
    )
    assert ended.code == 2, ended.out + ended.err
    for sentence in sentences:
        assert sentence in ended.err
    assert not (tmp_path / "out").exists(), "nothing is made where nothing was accepted"
