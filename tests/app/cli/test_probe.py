from __future__ import annotations

import json
from pathlib import Path

import pytest

from app import cli
from app.cli.probe import described
from pipeline.model.source import MediaInfo, MediaStream
from tests.support.builders import Media
from tests.support.fake_core import FakeBootstrap


def test_a_file_is_described_in_lines(tmp_path: Path) -> None:
    file = tmp_path / "film.mkv"
    file.write_bytes(bytes(12_400))
    info = MediaInfo(
        "matroska",
        65.0,
        (
            MediaStream(
                0, "video", "hevc", profile="Main 10", width=3840, height=2160, frame_rate=24000 / 1001,
                pixel_format="yuv420p10le", colour_transfer="smpte2084", rotation=90,
            ),
            MediaStream(1, "audio", "aac", sample_rate_hz=48000, channels=6, bit_rate=384_000, language="deu"),
            MediaStream(2, "subtitle", "subrip", title="Two\nlines"),
        ),
        bit_rate=4_790_000,
        chapters=2,
    )  # fmt: skip
    assert described(str(file), info) == [
        "film.mkv: matroska, 1 min 05 s, 12.4 kB, 4.8 Mb/s, 2 chapters",
        "  0: video hevc (Main 10), 3840×2160, 23.976 fps, yuv420p10le, HDR, turned by 90°",
        "  1: audio aac, 48,000 Hz, 6 channels, 384 kb/s, deu",
        "  2: subtitle subrip, “Two�lines”",
    ]


def test_a_real_file_is_probed(media: Media, capsys: pytest.CaptureFixture[str]) -> None:
    clip = media.clip("h264_aac.mp4")
    assert cli.main(["probe", str(clip), "--json"], FakeBootstrap) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["path"], found["bytes"]) == (str(clip), clip.stat().st_size)
    assert [stream["codec"] for stream in found["media"]["streams"]] == ["h264", "aac"]
    assert cli.main(["probe", str(clip)], FakeBootstrap) == 0
    assert "video h264" in capsys.readouterr().out


def test_what_is_no_media_is_said_to_be_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("I am no film.")
    assert cli.main(["probe", str(tmp_path / "notes.txt")], FakeBootstrap) == 1
    assert "This is not a media file: " in capsys.readouterr().err
