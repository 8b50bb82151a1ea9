from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.engine import noreplace


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    file = tmp_path / "scratch"
    file.write_bytes(b"result")
    return file


def refusing(number: int) -> Callable[..., None]:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    return refuse


def no_links(patch: pytest.MonkeyPatch, number: int = errno.EOPNOTSUPP) -> None:
    """A file system without hard links."""
    patch.setattr(os, "link", refusing(number))


def neither(patch: pytest.MonkeyPatch, code: int = errno.ENOSYS) -> None:
    """A file system without links on a system whose rename cannot refuse to replace."""
    no_links(patch)
    patch.setattr(noreplace, "_refusing_rename", lambda scratch, final: code)


# How the platform lets us give a name: links; only a rename that refuses; neither.
WAYS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "links": lambda patch: None,
    "no links": no_links,
    "no links by permission": lambda patch: no_links(patch, errno.EPERM),
    "neither": lambda patch: neither(patch),
    "neither, as FUSE says it": lambda patch: neither(patch, errno.EINVAL),
}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    WAYS[request.param](monkeypatch)
    return str(request.param)


def test_a_file_gets_its_name_and_stays_the_same_file(way: str, scratch: Path, tmp_path: Path) -> None:
    inode = scratch.stat().st_ino
    final = tmp_path / "final"
    noreplace.put(str(scratch), str(final))
    assert final.read_bytes() == b"result"
    assert final.stat().st_ino == inode
    assert scratch.exists() is (way == "links")


def test_what_stands_there_is_untouched(way: str, scratch: Path, tmp_path: Path) -> None:
    final = tmp_path / "final"
    final.write_bytes(b"a stranger's")
    with pytest.raises(FileExistsError):
        noreplace.put(str(scratch), str(final))
    assert final.read_bytes() == b"a stranger's"
    assert scratch.read_bytes() == b"result"


@pytest.mark.parametrize("target", ["nowhere", "scratch"])
def test_a_link_that_stands_there_is_not_followed(way: str, scratch: Path, tmp_path: Path, target: str) -> None:
    final = tmp_path / "final"
    final.symlink_to(tmp_path / target)
    with pytest.raises(FileExistsError):
        noreplace.put(str(scratch), str(final))
    assert final.is_symlink()


def test_a_folder_gets_its_name_or_is_refused(way: str, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "master.m3u8").write_bytes(b"#EXTM3U")
    taken, free = tmp_path / "taken", tmp_path / "free"
    taken.mkdir()
    with pytest.raises(FileExistsError):
        noreplace.put(str(folder), str(taken))
    noreplace.put(str(folder), str(free))
    assert (free / "master.m3u8").read_bytes() == b"#EXTM3U"
    assert not folder.exists() and os.listdir(taken) == []


def test_a_name_that_is_no_text_can_be_given(way: str, scratch: Path, tmp_path: Path) -> None:
    final = os.path.join(str(tmp_path), os.fsdecode(b"caf\xe9 \xff.mp4"))
    noreplace.put(str(scratch), final)
    assert os.fsencode(os.path.basename(final)) in os.listdir(os.fsencode(str(tmp_path)))


def test_other_errors_are_not_hidden(way: str, scratch: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError) as caught:
        noreplace.put(str(scratch), str(tmp_path / "gone" / "final"))
    assert caught.value.errno == errno.ENOENT
    with pytest.raises(OSError) as caught:
        noreplace.put(str(scratch), str(tmp_path / ("n" * 300)))
    assert caught.value.errno == errno.ENAMETOOLONG
    assert scratch.read_bytes() == b"result"


def test_over_an_older_file_when_the_rule_says_so(way: str, scratch: Path, tmp_path: Path) -> None:
    final = tmp_path / "final"
    final.write_bytes(b"older")
    inode = scratch.stat().st_ino
    noreplace.replace(str(scratch), str(final))
    assert final.read_bytes() == b"result"
    assert final.stat().st_ino == inode
    assert scratch.exists() is (way == "links")


def test_a_replacement_that_was_broken_off_can_be_done_again(scratch: Path, tmp_path: Path) -> None:
    (tmp_path / "scratch.twin").write_bytes(b"left")
    final = tmp_path / "final"
    noreplace.replace(str(scratch), str(final))
    assert final.read_bytes() == b"result"
    assert sorted(os.listdir(tmp_path)) == ["final", "scratch"]
