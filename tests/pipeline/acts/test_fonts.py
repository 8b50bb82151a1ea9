"""Laying out fonts: copies under their own names, as often as one likes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.acts.fonts import LayFonts
from pipeline.engine.cancel import Cancel


def test_fonts_are_copied_and_may_be_copied_again(tmp_path: Path) -> None:
    font = tmp_path / "own fonts" / "Plain.ttf"
    font.parent.mkdir()
    font.write_bytes(b"\0\1\0\0")
    scratch = tmp_path / "scratch"
    (scratch / "2" / "fonts").mkdir(parents=True)
    act = LayFonts((str(font),), "2/fonts")
    assert act.makes == ("2/fonts/Plain.ttf",)
    for _ in range(2):
        act.run(Cancel(), lambda tick: None, str(scratch))
        assert (scratch / act.makes[0]).read_bytes() == b"\0\1\0\0"


def test_a_font_that_is_gone_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        LayFonts((str(tmp_path / "gone.ttf"),), ".").run(Cancel(), lambda tick: None, str(tmp_path))
