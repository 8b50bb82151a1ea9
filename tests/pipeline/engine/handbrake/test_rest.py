from __future__ import annotations

from typing import Any

import pytest

from pipeline.engine.handbrake.fields import Fields
from pipeline.engine.handbrake.rest import rest


@pytest.mark.parametrize(
    ("name", "value", "is_left"),
    [
        ("PresetName", "Mine", False),
        ("Type", 1, False),
        ("Mp4HttpOptimize", True, False),
        ("AlignAVStart", False, False),
        ("VideoScaler", "swscale", False),
        ("VideoScaler", "opencl", True),
        ("PictureModulus", 2, False),
        ("PictureModulus", 16, True),
        ("PictureDeblockPreset", "off", False),
        ("PictureDeblockPreset", "strong", True),
        ("x264Option", "", False),
        ("x264Option", "ref=5", True),
        ("SubtitleAddCC", True, True),
        ("SomethingNew", "", False),
        ("SomethingNew", None, False),
        ("SomethingNew", {"a": 1}, True),
        ("SomethingNew", 7, True),
    ],
)
def test_what_is_left_is_named_unless_it_says_nothing(name: str, value: Any, is_left: bool) -> None:
    fields = Fields({name: value})
    rest(fields)
    assert [left.name for left in fields.left] == [name] * is_left
    assert all(left.why.endswith(".") for left in fields.left)


def test_what_was_asked_for_is_no_rest() -> None:
    fields = Fields({"SomethingNew": 7})
    fields.number("SomethingNew")
    rest(fields)
    assert fields.left == []
