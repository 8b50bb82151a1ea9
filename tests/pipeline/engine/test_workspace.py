from __future__ import annotations

import errno
import os
from pathlib import Path

import msgspec
import pytest

from pipeline.engine.workspace import PARENT, Workspace, flush_folder, problem_of_write
from pipeline.model.destination import Destination
from pipeline.model.problem import PipelineError
from tests.pipeline.engine.drives import make_read_only, small_drive
from tests.pipeline.store.support import a_job


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(str(tmp_path), "job")
    made.open()
    return made


def write(workspace: Workspace, name: str, content: bytes = b"made") -> Path:
    file = Path(workspace.path(name))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def problem_of_opening(folder: Path) -> str:
    with pytest.raises(PipelineError) as caught:
        Workspace(str(folder), "job").open()
    assert str(folder) in caught.value.problem.message
    assert PARENT not in caught.value.problem.message
    return caught.value.problem.code


def test_it_lies_on_the_drive_of_the_destination(tmp_path: Path) -> None:
    job = a_job(1)
    assert Workspace.of(job).folder == f"/out/{PARENT}/job-1"
    beside = msgspec.structs.replace(job, destination=Destination())
    assert Workspace.of(beside).folder == f"/videos/{PARENT}/job-1"


def test_opening_leaves_an_empty_folder_and_what_was_there(tmp_path: Path) -> None:
    workspace = Workspace(str(tmp_path), "job")
    workspace.open()
    assert os.listdir(workspace.folder) == []
    write(workspace, "kept")
    workspace.open()
    assert os.listdir(workspace.folder) == ["kept"]


def test_a_destination_that_is_gone_is_not_made_again(tmp_path: Path) -> None:
    assert problem_of_opening(tmp_path / "gone") == "destination_missing"
    (tmp_path / "file").write_bytes(b"")
    assert problem_of_opening(tmp_path / "file") == "destination_missing"


def test_a_read_only_drive_is_named_whether_the_folder_is_there_or_not(tmp_path: Path) -> None:
    with small_drive(tmp_path / "drive") as drive:
        Workspace(str(drive), "job").open()
        make_read_only(drive)
        assert problem_of_opening(drive) == "destination_readonly"
        assert os.listdir(drive / PARENT / "job") == []


def test_a_full_drive_is_named(tmp_path: Path) -> None:
    with small_drive(tmp_path / "drive") as drive:
        with pytest.raises(OSError, match="No space"):
            (drive / "filler").write_bytes(b"x" * 100_000)
        assert problem_of_opening(drive) == "disk_full"


def test_the_shared_folder_may_go_while_ours_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last other job takes the parent away between the making of parent and folder."""
    other = Workspace(str(tmp_path), "other")
    other.open()
    make = os.mkdir
    took: list[str] = []

    def mkdir(path: str, mode: int = 0o777) -> None:
        if str(path).endswith("job") and len(took) < 3:
            took.append(path)
            other.remove()
        make(path, mode)

    monkeypatch.setattr(os, "mkdir", mkdir)
    workspace = Workspace(str(tmp_path), "job")
    workspace.open()
    assert took and os.path.isdir(workspace.folder)


def test_what_a_step_left_half_made_is_taken_away_and_nothing_else(workspace: Workspace) -> None:
    half, folder, other = write(workspace, "half.mp4"), write(workspace, "hls/1.ts"), write(workspace, "other.mp4")
    link = Path(workspace.path("link"))
    link.symlink_to(other)
    workspace.prepare(["half.mp4", "hls", "link", "new/deep/file.mp4"])
    assert not half.exists() and not folder.parent.exists() and not os.path.lexists(link)
    assert other.exists()
    assert os.path.isdir(workspace.path("new/deep"))


def test_a_workspace_that_is_gone_with_its_drive_is_not_made_once_more(workspace: Workspace) -> None:
    workspace.remove()
    for names in ((), ("a.mp4",), ("deep/a.mp4",)):
        with pytest.raises(FileNotFoundError):
            workspace.prepare(names)
    assert not os.path.exists(workspace.folder)


def test_made_files_are_known_again_until_they_change(workspace: Workspace) -> None:
    write(workspace, "a.mp4")
    made = workspace.look_at(["a.mp4"])
    assert (made[0].name, made[0].size) == ("a.mp4", 4)
    assert workspace.still_has(made)
    write(workspace, "a.mp4", b"other")
    assert not workspace.still_has(made)
    os.unlink(workspace.path("a.mp4"))
    assert not workspace.still_has(made)


def test_the_same_size_at_another_time_is_another_file(workspace: Workspace) -> None:
    file = write(workspace, "a.mp4")
    made = workspace.look_at(["a.mp4"])
    os.utime(file, ns=(1, 1))
    assert not workspace.still_has(made)


def test_a_declared_file_that_is_not_there_is_missed(workspace: Workspace) -> None:
    write(workspace, "a.mp4")
    with pytest.raises(FileNotFoundError):
        workspace.look_at(["a.mp4", "b.mp4"])
    assert workspace.look_at([]) == ()
    assert workspace.still_has(())


def test_a_package_folder_is_known_by_all_that_is_in_it(workspace: Workspace) -> None:
    write(workspace, "hls/master.m3u8")
    segment = write(workspace, "hls/720p/1.ts")
    made = workspace.look_at(["hls"])
    assert made[0].size == 8
    assert workspace.still_has(made)
    segment.write_bytes(b"another")
    assert not workspace.still_has(made)
    segment.unlink()
    assert not workspace.still_has(made)


def test_removing_takes_the_folder_and_the_shared_parent_when_it_is_empty(tmp_path: Path) -> None:
    first, second = Workspace(str(tmp_path), "first"), Workspace(str(tmp_path), "second")
    first.open()
    second.open()
    write(first, "deep/file")
    first.remove()
    assert os.listdir(tmp_path / PARENT) == ["second"]
    second.remove()
    second.remove()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk_full"),
        (errno.EDQUOT, "disk_full"),
        (errno.ENOENT, "destination_missing"),
        (errno.ENOTDIR, "destination_missing"),
        (errno.ENXIO, "destination_missing"),
        (errno.EROFS, "destination_readonly"),
        (errno.EACCES, "destination_readonly"),
        (errno.EPERM, "destination_readonly"),
    ],
)
def test_what_an_error_of_the_drive_means(number: int, code: str) -> None:
    assert problem_of_write(OSError(number, "said"), "/out").code == code


def test_a_folder_can_be_flushed(tmp_path: Path) -> None:
    flush_folder(str(tmp_path))
    with pytest.raises(FileNotFoundError):
        flush_folder(str(tmp_path / "gone"))
