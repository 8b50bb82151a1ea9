from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from app import bootstrap, cli
from app.home import claim, find_home
from pipeline.store.recovery import NAME, open_database


def examined(home: Path, capsys: pytest.CaptureFixture[str], *, code: int = 0) -> dict[str, Any]:
    assert cli.main(["doctor", "--json", "--home", str(home)], lambda: bootstrap) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_healthy_computer_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_database(str(tmp_path))
    assert cli.main(["doctor", "--home", str(tmp_path)], lambda: bootstrap) == 0
    said = capsys.readouterr().out
    assert said.endswith("Nothing is wrong.\n")
    for name in (
        "Python    3.",
        "Qt        6.",
        "ffmpeg    ",
        "Encoders  libx264, libx265, libsvtav1, prores_ks, gif, aac, libmp3lame, flac",
        "Home      ",
        "closed in order",
    ):
        assert name in said


def test_json_has_the_tools_with_their_ids_and_the_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = examined(tmp_path / "new", capsys)
    (tool,) = found["tools"]
    assert tool["name"] == "ffmpeg" and tool["id"].startswith("ffmpeg-") and tool["version"]
    assert [folder["name"] for folder in found["folders"]] == ["home", "settings", "cache", "logs"]
    assert (found["database"], found["owner"], found["problems"]) == (None, None, [])


def test_an_owner_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_database(str(tmp_path))
    with claim(find_home(str(tmp_path))):
        assert examined(tmp_path, capsys)["owner"] == os.getpid()
        cli.main(["doctor", "--home", str(tmp_path)], lambda: bootstrap)
    assert f"in use by process {os.getpid()}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("ffmpeg = '/nowhere/ffmpeg'\n", "tool_missing"),
        ("theme = 'pink'\n", "setting_bad"),
        ("themes = 'dark'\n", "setting_unknown"),
    ],
)
def test_what_is_wrong_is_said_with_its_remedy(
    settings: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "settings.toml").write_text(settings)
    (found,) = examined(tmp_path, capsys, code=1)["problems"]
    assert found["code"] == problem
    assert cli.main(["doctor", "--home", str(tmp_path)], lambda: bootstrap) == 1
    said = capsys.readouterr().out
    assert f"Problem: {found['message']} {found['why']} {found['remedy']}" in said
    assert said.endswith("\n1 problem.\n")


def test_a_program_that_is_no_ffmpeg_is_found_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "settings.toml").write_text(f"ffmpeg = '{sys.executable}'\n")
    (found,) = examined(tmp_path, capsys, code=1)["problems"]
    assert found["code"] == "tool_unusable"


def test_a_damaged_database_and_a_bad_preset_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / NAME).write_bytes(b"I am no database. " * 100)
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "mine.toml").write_text("schema = one")
    found = examined(tmp_path, capsys, code=1)["problems"]
    assert [problem["code"] for problem in found] == ["store_damaged", "bad_preset"]
