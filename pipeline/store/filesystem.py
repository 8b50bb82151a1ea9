"""What kind of file system a folder is on. The one file of the store that differs from system to system."""

from __future__ import annotations

import ctypes
import os
import sys

_NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afs", "afpfs", "webdav", "davfs", "ceph", "lustre",
    "beegfs", "gfs2", "ocfs2", "fuse.sshfs", "fuse.rclone", "fuse.davfs2", "fuse.s3fs", "fuse.glusterfs", "fuse.ceph",
    "fuse.gvfsd-fuse", "fuse.curlftpfs", "vboxsf", "vmhgfs", "fuse.vmhgfs-fuse", "remote",
})  # fmt: skip


def is_network(kind: str) -> bool:
    """Whether locks and shared memory cannot be relied on there: more than one computer may have it mounted."""
    return kind.lower() in _NETWORK


def kind_of(folder: str) -> str:
    """The name the system has for a folder's file system (`ext4`, `nfs4`, `remote` on Windows); empty if unknown."""
    try:
        if sys.platform == "win32":
            return _on_windows(folder)
        if sys.platform == "darwin":
            return _on_macos(folder)
        return _on_linux(folder)
    except (OSError, AttributeError):
        # Not to know is no reason to refuse.
        return ""


def _on_linux(folder: str) -> str:
    with open("/proc/self/mountinfo", "rb") as file:
        return innermost(file.read(), os.fsencode(os.path.realpath(folder)))


def innermost(mountinfo: bytes, folder: bytes) -> str:
    r"""The type of the file system mounted nearest above a folder; of several on one spot, the last hides the others.

    A line of mountinfo; blanks in paths are written as `\040`:
        36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
    """
    best, kind = b"", b""
    for line in mountinfo.splitlines():
        left, _, right = line.partition(b" - ")
        point = left.split()[4].decode("unicode_escape").encode("latin-1")
        inside = folder == point or folder.startswith(point.rstrip(b"/") + b"/")
        if inside and len(point) >= len(best):
            best, kind = point, right.split()[0]
    return kind.decode("ascii", "replace")


def _on_windows(folder: str) -> str:
    drive = os.path.splitdrive(os.path.realpath(folder))[0] + "\\"
    remote = 4
    answer = ctypes.windll.kernel32.GetDriveTypeW(drive)  # type: ignore[attr-defined,unused-ignore]
    return "remote" if answer == remote else "local"


class _Statfs(ctypes.Structure):
    """macOS's `struct statfs` with 64-bit inodes, as <sys/mount.h> has it."""

    _fields_ = [
        ("sizes", ctypes.c_uint32 * 2), ("counts", ctypes.c_uint64 * 5), ("fsid", ctypes.c_int32 * 2),
        ("owner", ctypes.c_uint32), ("type", ctypes.c_uint32), ("flags", ctypes.c_uint32), ("subtype", ctypes.c_uint32),
        ("name", ctypes.c_char * 16), ("paths", ctypes.c_char * 2048), ("reserved", ctypes.c_uint32 * 8),
    ]  # fmt: skip


def _on_macos(folder: str) -> str:
    library = ctypes.CDLL(None)
    # On Intel the plain name is the older call with 32-bit inodes.
    statfs = getattr(library, "statfs$INODE64", None) or library.statfs
    found = _Statfs()
    if statfs(os.fsencode(folder), ctypes.byref(found)) != 0:
        return ""
    return bytes(found.name).decode("ascii", "replace")
