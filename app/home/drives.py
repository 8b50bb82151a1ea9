"""What kind of drive a folder is on. SQLite's locks cannot be trusted on a network drive."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Protocol

_NETWORK = frozenset((
    "nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "afpfs", "ncpfs",
    "ceph", "glusterfs", "lustre", "beegfs", "gfs2", "ocfs2", "moosefs",
    "sshfs", "davfs", "webdav", "ftpfs", "rclone", "s3fs", "gcsfuse", "gvfsd-fuse",
))  # fmt: skip


class Partition(Protocol):
    """What is known of one mounted drive; `psutil.disk_partitions` gives such."""

    @property
    def mountpoint(self) -> str: ...
    @property
    def fstype(self) -> str: ...
    @property
    def opts(self) -> str: ...


def network_drive(folder: str, partitions: Callable[[], Iterable[Partition]] | None = None) -> str:
    """The kind of network drive the folder is on, such as `nfs4`; empty for a local drive.

    The folder need not exist yet. `partitions` lists the mounted drives, for tests.
    """
    place = os.path.realpath(folder)
    if place.startswith("\\\\"):
        return "UNC path"
    mounts = [mount for mount in (partitions or _mounted)() if _is_below(place, mount.mountpoint)]
    if not mounts:
        return ""
    # The last of equals: what is mounted later over the same folder hides what was there.
    mount = max(enumerate(mounts), key=lambda pair: (len(pair[1].mountpoint), pair[0]))[1]
    kind = mount.fstype.lower().removeprefix("fuse.")
    return kind if kind in _NETWORK or "remote" in mount.opts.split(",") else ""


def _mounted() -> Iterable[Partition]:
    import psutil  # 30 ms, and only who claims a home needs it

    mounted: list[Partition] = psutil.disk_partitions(all=True)
    return mounted


def _is_below(place: str, mountpoint: str) -> bool:
    root = os.path.normcase(mountpoint)
    return os.path.normcase(place) == root or os.path.normcase(place).startswith(root.rstrip("/\\") + os.sep)
