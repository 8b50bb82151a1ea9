"""Drives that behave like network ones: no links, no refusing rename; and a home that may not be on one."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app import bootstrap, cli
from pipeline.engine import noreplace
from pipeline.model.state import State
from pipeline.store import filesystem
from tests.support import audit
from tests.support.builders import Media
from tests.support.engine import opened


def _refuses(code: int) -> Callable[..., None]:
    def refuse(source: str, target: str) -> None:
        raise OSError(code, os.strerror(code), target)

    return refuse


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP], ids=["links are forbidden", "links are unknown"])
@pytest.mark.parametrize("renames", [True, False], ids=["a rename can refuse", "no rename can refuse"])
def test_a_destination_without_links_gets_every_result_once(
    code: int, renames: bool, media: Media, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", _refuses(code))
    if not renames:
        monkeypatch.setattr(noreplace, "_refusing_rename", lambda scratch, final: errno.ENOSYS)
    with opened(tmp_path) as engine:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "h264_aac.mp4").write_text("mine")
        jobs = engine.add(media.clip("h264_aac.mp4"), media.clip("h264_aac.mkv"), preset="remux-mp4")
        ended = [engine.wait_for(job.id, State.COMPLETED, State.FAILED) for job in jobs]
    assert [job.problem for job in ended] == [None, None]
    assert audit.faults_of_results(ended) == []
    assert (tmp_path / "out" / "h264_aac.mp4").read_text() == "mine"
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["h264_aac (2).mp4", "h264_aac (3).mp4", "h264_aac.mp4"]


@pytest.mark.skipif(sys.platform != "linux", reason="each system asks in its own way; Linux is tried")
def test_a_home_on_a_network_drive_is_refused_with_what_to_do(
    media: Media, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(filesystem, "_on_linux", lambda folder: "nfs4")
    words = ["run", "convert", str(media.clip("h264_aac.mp4")), "-o", str(tmp_path / "out")]
    code = cli.main([*words, "--home", str(tmp_path / "home")], lambda: bootstrap)
    assert code == 2
    said = capsys.readouterr().err
    assert f"The home folder is on a network drive: {tmp_path / 'home'}." in said
    assert "Give a folder on this computer with --home or REELYARD_HOME." in said
    assert not (tmp_path / "home").exists()
