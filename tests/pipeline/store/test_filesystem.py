from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pipeline.store.filesystem import innermost, is_network, kind_of

MOUNTS = rb"""22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:26 / /home/me/My\040Share rw,relatime - cifs //server/share rw,vers=3.0
31 22 0:27 / /mnt rw,relatime shared:2 master:3 - tmpfs tmpfs rw
32 31 0:28 / /mnt rw,relatime - nfs4 server:/export rw
33 22 0:29 / /srv/caf"""
MOUNTS += (
    "é".encode()
    + rb""" rw - fuse.sshfs me@there: rw
"""
)


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        (b"/", "ext4"),
        (b"/home/me", "ext4"),
        (b"/home/me/My Share", "cifs"),
        (b"/home/me/My Share/reelyard", "cifs"),
        (b"/home/me/My Shared", "ext4"),
        (b"/mnt/a/b", "nfs4"),
        ("/srv/café/home".encode(), "fuse.sshfs"),
    ],
)
def test_the_mount_nearest_above_a_folder_counts(folder: bytes, kind: str) -> None:
    assert innermost(MOUNTS, folder) == kind


@pytest.mark.parametrize(
    ("kind", "is_it"),
    [
        ("nfs4", True),
        ("CIFS", True),
        ("fuse.sshfs", True),
        ("remote", True),
        ("ext4", False),
        ("NTFS", False),
        ("", False),
    ],
)
def test_what_counts_as_network(kind: str, is_it: bool) -> None:
    assert is_network(kind) is is_it


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the Linux kernel")
def test_this_computers_own_folders_have_a_kind(tmp_path: Path) -> None:
    assert kind_of("/proc") == "proc"
    link = tmp_path / "link"
    os.symlink("/proc", link)
    assert kind_of(str(link)) == "proc"
    # In a chroot its own root is no mount, and nothing is known of it.
    assert not is_network(kind_of(str(tmp_path)))
