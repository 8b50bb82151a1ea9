"""Gives a finished file its final name without ever replacing what is there. The platform's ways, best first."""

from __future__ import annotations

import ctypes
import errno
import os
import sys

_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EXDEV, errno.EMLINK, errno.ENOSYS)
_RENAME_NOREPLACE = 1
_RENAME_EXCL = 4
_AT_FDCWD = -100


def put(scratch: str, final: str) -> None:
    """Makes `final` be `scratch`, atomically. A link where the file system has them: then scratch stays too.

    Raises:
        FileExistsError: the name is taken; what stands there is untouched.
        OSError: the name could not be given.
    """
    if os.path.isdir(scratch):
        rename(scratch, final)
        return
    try:
        os.link(scratch, final)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        rename(scratch, final)


def rename(scratch: str, final: str) -> None:
    """Renames, refusing to replace. Raises FileExistsError where the name is taken."""
    if os.name == "nt":
        os.rename(scratch, final)
        return
    code = _refusing_rename(os.fsencode(scratch), os.fsencode(final))
    if code == 0:
        return
    if code not in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP):
        raise OSError(code, os.strerror(code), final)
    _rename_over_placeholder(scratch, final)


def replace(scratch: str, final: str) -> None:
    """Puts a file over an older one, for a job whose rule says so. Scratch stays where links are possible."""
    twin = scratch + ".twin"
    try:
        if os.path.lexists(twin):
            os.unlink(twin)
        os.link(scratch, twin)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        twin = scratch
    os.replace(twin, final)


def _refusing_rename(scratch: bytes, final: bytes) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin":
        failed = libc.renamex_np(scratch, final, _RENAME_EXCL)
    elif hasattr(libc, "renameat2"):
        failed = libc.renameat2(_AT_FDCWD, scratch, _AT_FDCWD, final, _RENAME_NOREPLACE)
    else:
        return errno.ENOSYS
    return ctypes.get_errno() if failed else 0


def _rename_over_placeholder(scratch: str, final: str) -> None:
    # Where no refusing rename exists, an empty file made with O_EXCL wins the name first.
    if os.path.isdir(scratch):
        os.mkdir(final)
    else:
        os.close(os.open(final, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    os.replace(scratch, final)
