"""Destinations that cannot be written, are full, or know no links: the sentence, and nothing half-made."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.model.state import State
from tests.support import audit, child
from tests.support.builders import Media

needs_mount = pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounting needs root")
needs_permissions = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")


@pytest.fixture
def small_drive(tmp_path: Path) -> Iterator[Path]:
    """A drive with room for 64 KiB."""
    folder = tmp_path / "drive"
    folder.mkdir()
    mounted = child.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)])
    if mounted.code:
        pytest.skip(f"this root may not mount: {mounted.err}")
    yield folder
    child.run(["umount", "-l", str(folder)])


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A folder nothing can be written to."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    yield folder
    folder.chmod(0o755)


@needs_permissions
@pytest.mark.parametrize("below", ["", "new/folder"], ids=["it is there", "it would have to be made"])
def test_a_read_only_destination_is_named(below: str, media: Media, closed: Path, tmp_path: Path) -> None:
    wanted = closed / below
    words = child.command(
        "run", "convert", media.clip("h264_aac.mp4"), "--preset", "remux-mp4",
        "-o", wanted, "--home", tmp_path / "home", "--json",
    )  # fmt: skip
    ended = child.run(child.powerless(words))
    assert ended.code == 1, ended.out + ended.err
    assert f"Nothing can be written to {wanted}." in ended.said
    assert list(closed.iterdir()) == []


@needs_permissions
def test_results_beside_sources_in_a_read_only_folder_are_refused(media: Media, tmp_path: Path) -> None:
    folder = tmp_path / "camera"
    folder.mkdir()
    source = Path(shutil.copyfile(media.clip("h264_aac.mp4"), folder / "clip.mp4"))
    folder.chmod(0o555)
    words = child.command("run", "convert", source, "--preset", "remux-mp4", "--home", tmp_path / "home", "--json")
    ended = child.run(child.powerless(words))
    folder.chmod(0o755)
    assert ended.code == 1, ended.out + ended.err
    assert f"Nothing can be written to {folder}." in ended.said
    assert list(folder.iterdir()) == [source]


@needs_mount
def test_a_full_destination_is_named_and_nothing_half_made_stands_there(
    media: Media, small_drive: Path, tmp_path: Path
) -> None:
    source = Path(shutil.copyfile(media.seconds(12), tmp_path / "source.mp4"))
    words = ("convert", source, "--preset", "remux-mp4", "-o", small_drive, "--home", tmp_path / "home", "--json")
    ended = child.reelyard("run", *words)
    job = audit.books(tmp_path / "home").jobs[0]
    assert ended.code == 1, ended.err
    assert job.state is State.FAILED
    assert job.problem is not None
    assert job.problem.code == "disk_full", job.problem
    assert job.problem.message == f"The disk is full: {small_drive}."
    assert job.problem.remedy.text == "Free some space or choose another folder, then retry; finished steps are kept."
    assert [path.name for path in small_drive.iterdir() if path.name != audit.SCRATCH] == []


@needs_mount
def test_a_home_that_is_full_is_named(media: Media, small_drive: Path, tmp_path: Path) -> None:
    source = Path(shutil.copyfile(media.clip("h264_aac.mp4"), tmp_path / "source.mp4"))
    (small_drive / "ballast").write_bytes(bytes(60 * 1024))
    ended = child.reelyard(
        "run", "convert", source, "--preset", "remux-mp4", "-o", tmp_path / "out", "--home", small_drive / "home"
    )
    assert ended.code in (1, 2), ended.out + ended.err
    assert "home folder cannot be used" in ended.err or "history cannot be written" in ended.err, ended.err
    assert "Traceback" not in ended.err


def test_a_destination_inside_a_file_is_named(media: Media, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("I am no folder.")
    ended = child.reelyard(
        "run", "convert", media.clip("h264_aac.mp4"), "--preset", "remux-mp4",
        "-o", blocked / "out", "--home", tmp_path / "home", "--json",
    )  # fmt: skip
    assert ended.code in (1, 2), ended.out + ended.err
    assert "Traceback" not in ended.err
    assert str(blocked) in ended.said
    assert blocked.read_text() == "I am no folder."


def test_an_older_file_of_that_name_is_kept(media: Media, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "h264_aac.mp4").write_text("mine")
    ended = child.reelyard(
        "run", "convert", media.clip("h264_aac.mp4"), "--preset", "remux-mp4", "-o", out, "--home", tmp_path / "home"
    )
    assert ended.code == 0, ended.err
    assert (out / "h264_aac.mp4").read_text() == "mine"
    assert audit.faults_of_file(out / "h264_aac (2).mp4") == []


def test_a_result_beside_its_source_never_replaces_it(media: Media, tmp_path: Path) -> None:
    source = Path(shutil.copyfile(media.clip("h264_aac.mp4"), tmp_path / "clip.mp4"))
    sum_before = audit.digest(source)
    for rule in ("rename", "overwrite"):
        ended = child.reelyard(
            "run", "convert", source, "--preset", "remux-mp4", "--if-exists", rule, "--home", tmp_path / "home"
        )
        assert ended.code == 0, ended.err
        assert audit.digest(source) == sum_before
    assert audit.faults_of_file(tmp_path / "clip (2).mp4") == []
