"""`forecast` on real files: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app import bootstrap, cli
from app.cli.forecast import described
from pipeline.model.forecast import Forecast, Guess
from tests.support import damage
from tests.support.builders import Media

pytestmark = pytest.mark.slow


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], str]:
    """The exit code, the lines, and what was said of faults."""
    code = cli.main(["forecast", "convert", *arguments], lambda: bootstrap)
    out = capsys.readouterr()
    return code, out.out.splitlines(), out.err


def test_a_file_is_told_in_one_line(media: Media, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(media.clip("h264_aac.mp4"))
    code, lines, _ = told(capsys, file, "--preset", "audio-mp3", "--home", str(tmp_path))
    assert code == 0
    assert len(lines) == 1
    assert lines[0].startswith("h264_aac.mp4: about ")
    assert not list(tmp_path.glob("**/*.db"))


def test_several_files_are_added_up(media: Media, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(media.clip("h264_aac.mp4")), str(media.clip("mono.wav"))]
    code, lines, _ = told(capsys, *files, "--preset", "audio-mp3", "--home", str(tmp_path))
    assert code == 0
    assert lines[2].startswith("In all: about ")


def test_programs_get_numbers(media: Media, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(media.clip("h264_aac.mp4"))
    code, lines, _ = told(capsys, file, "--set", "speed=ultrafast", "--json", "--home", str(tmp_path))
    assert code == 0
    found = json.loads(lines[0])
    assert found["path"] == file
    assert 0 < found["forecast"]["bytes"]["low"] < found["forecast"]["bytes"]["high"]
    assert found["forecast"]["cpu_s"]["likely"] > 0


def test_a_bad_file_is_said_and_the_others_are_told(
    media: Media, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.mp4"
    damage.text(bad)
    code, lines, errors = told(
        capsys, str(bad), str(media.clip("mono.wav")), "--preset", "audio-mp3", "--home", str(tmp_path)
    )
    assert code == 1
    assert any(line.startswith("mono.wav: about ") for line in lines)
    assert "bad.mp4" in errors


def test_what_a_rule_leaves_out_is_said_and_not_tried(
    media: Media, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(media.clip("h264_aac.mp4"))
    code, lines, _ = told(capsys, file, "--set", "skip_codecs=h264", "--home", str(tmp_path))
    assert code == 0
    assert lines == ["h264_aac.mp4: skipped. h264_aac.mp4 is H.264 already; the rule skips h264."]


def test_wrong_names_are_refused_before_anything_is_tried(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines, errors = told(capsys, "x.mp4", "--preset", "web-1080", "--home", str(tmp_path))
    assert (code, lines) == (2, [])
    assert "web-1080p" in errors


def test_numbers_are_told_with_their_range() -> None:
    forecast = Forecast(Guess(12_400_000, 11_800_000, 13_100_000), Guess(1, 1, 1), Guess(65, 50, 80))
    assert described(forecast) == "about 12.4 MB (11.8 MB to 13.1 MB) in 1 min 05 s (50 s to 1 min 20 s)"
