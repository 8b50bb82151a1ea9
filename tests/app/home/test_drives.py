from __future__ import annotations

import os
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from app.home import network_drive

Mount = namedtuple("Mount", "mountpoint fstype opts", defaults=("rw",))

MOUNTS = (
    Mount("/", "ext4"),
    Mount("/mnt/share", "nfs4"),
    Mount("/mnt/share/local", "xfs"),
    Mount("/mnt/samba", "cifs"),
    Mount("/mnt/by-ssh", "fuse.sshfs"),
    Mount("/mnt/stick", "fuseblk"),
    Mount("/mnt/over", "ext4"),
    Mount("/mnt/over", "nfs"),
    Mount("/mnt/drive", "NTFS", "rw,remote"),
)


@pytest.mark.skipif(sys.platform == "win32", reason="paths are written otherwise there")
@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/someone/new/folder", ""),
        ("/mnt/share", "nfs4"),
        ("/mnt/share/deep/below", "nfs4"),
        ("/mnt/sharesalike", ""),
        ("/mnt/share/local/x", ""),
        ("/mnt/samba/x", "cifs"),
        ("/mnt/by-ssh/x", "sshfs"),
        ("/mnt/stick/x", ""),
        ("/mnt/over/x", "nfs"),
        ("/mnt/drive/x", "ntfs"),
    ],
)
def test_the_drive_mounted_nearest_and_last_decides(folder: str, kind: str) -> None:
    assert network_drive(folder, lambda: MOUNTS) == kind


def test_nothing_mounted_is_no_network() -> None:
    assert network_drive(os.sep, lambda: ()) == ""


def test_this_computer_answers(tmp_path: Path) -> None:
    assert network_drive(str(tmp_path)) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_is_followed_to_the_drive(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    mounts = (Mount("/", "ext4"), Mount(str((tmp_path / "there").resolve()), "nfs"))
    assert network_drive(str(tmp_path / "link" / "home"), lambda: mounts) == "nfs"
