from __future__ import annotations

from pathlib import Path

import pytest

from app import bootstrap, cli
from app.home import find_home
from tests.support import audit
from tests.support.fake_core import FakeBootstrap


def test_the_demo_makes_checks_and_measures_a_real_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["demo", "-o", str(tmp_path / "out"), "--home", str(tmp_path / "home")]
    assert cli.main(words, lambda: bootstrap) == 0
    said = capsys.readouterr().out
    result = tmp_path / "out" / "reelyard-demo.mp4"
    assert audit.faults_of_file(result) == []
    assert f"Made:     {result} (" in said
    assert "Verified: decoded to its end, nothing missing (120 frames, 4 s)" in said
    assert "% of the clip's size" in said
    assert [job.state.value for job in audit.books(tmp_path / "home").jobs] == ["completed"]


def test_without_a_folder_it_says_where_the_clip_lies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    fake = FakeBootstrap()
    assert cli.main(["demo", "--home", str(tmp_path / "home")], lambda: fake) == 0
    (folder,) = tmp_path.glob("reelyard-demo-*")
    assert f"Made a clip of 4 s: {folder / 'reelyard-demo.mkv'} (" in capsys.readouterr().out
    (job,) = fake.core.control.kept.values()
    assert job.source.file == str(folder / "reelyard-demo.mkv")


def test_a_demo_without_ffmpeg_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = find_home(str(tmp_path))
    Path(home.settings_file).write_text("ffmpeg = '/nowhere/ffmpeg'\n")
    assert cli.main(["demo", "-o", str(tmp_path / "out"), "--home", str(tmp_path)], lambda: bootstrap) == 1
    assert "ffmpeg was not found." in capsys.readouterr().err
