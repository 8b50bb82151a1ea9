"""Encoding in hardware through the engine, with a card that is none: see `card_ffmpeg`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.model.state import State
from tests.pipeline.recipes.support import Made, ended
from tests.support.builders import Media
from tests.support.child import ROOT
from tests.support.engine import Engine, opened

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there"),
]

CARD = "tests.pipeline.recipes.card_ffmpeg"


def tool(folder: Path, mood: str) -> str:
    file = folder / "ffmpeg"
    file.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m {CARD} {mood} "$@"\n')
    file.chmod(0o755)
    return str(file)


def made(engine: Engine, file: Path, **options: Any) -> Made:
    (job,) = engine.add(file, **{"speed": "ultrafast", "encoder": "hardware", **options})
    found = ended(engine, job)
    assert found.job.state is State.COMPLETED, found.job.problem
    return found


def test_a_proven_card_encodes(media: Media, tmp_path: Path) -> None:
    with opened(tmp_path, ffmpeg=tool(tmp_path, "works")) as engine:
        film = made(engine, media.clip("h264_aac.mp4"))
        assert (film.video.codec, film.warnings) == ("h264", [])
        encode = next(log for log in logged(engine, film) if "h264_nvenc" in log)
        assert "-cq:v:0 21" in encode


@pytest.mark.parametrize(
    ("mood", "said"),
    [("full", "OpenEncodeSessionEx failed: out of memory (10)"), ("gone", "failed, so software was used")],
)
def test_a_card_that_fails_in_the_job_hands_it_to_software(mood: str, said: str, media: Media, tmp_path: Path) -> None:
    with opened(tmp_path, ffmpeg=tool(tmp_path, mood)) as engine:
        film = made(engine, media.clip("h264_aac.mp4"), crf=30)
        assert film.video.codec == "h264"
        (warning,) = film.job.warnings
        assert warning.code == "hardware_failed"
        assert "h264_nvenc" in warning.message and said in warning.message


def test_where_no_card_is_proven_for_the_codec_software_is_used_and_said(media: Media, tmp_path: Path) -> None:
    with opened(tmp_path, ffmpeg=tool(tmp_path, "works")) as engine:
        film = made(engine, media.clip("h264_aac.mp4"), video="hevc")
        assert film.video.codec == "hevc"
        (warning,) = film.job.warnings
        assert warning.code == "hardware_missing"
        assert "No hardware encoder for HEVC was found to work" in warning.message


def logged(engine: Engine, film: Made) -> list[str]:
    """What stands in the job's log, commands included."""
    file = next((engine.out.parent / "home").rglob(f"*{film.job.id}*.log"))
    return file.read_text(encoding="utf-8", errors="replace").splitlines()
