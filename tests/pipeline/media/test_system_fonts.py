"""Whether the system has fonts: a folder with one, and folders without."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipeline.media.system_fonts import has_fonts


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="cannot be without fonts")
def test_a_font_counts_wherever_it_lies_and_other_files_do_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "shared"))
    assert not has_fonts()
    folder = tmp_path / "shared" / "fonts" / "truetype" / "plain"
    folder.mkdir(parents=True)
    (folder / "README").touch()
    assert not has_fonts()
    (folder / "Plain.TTF").touch()
    assert has_fonts()


@pytest.mark.parametrize("system", ("win32", "darwin"))
def test_some_systems_cannot_be_without(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert has_fonts()
