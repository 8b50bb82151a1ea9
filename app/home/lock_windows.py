"""The operating system's lock on a file, for Windows. It ends with the process, however that ends."""

from __future__ import annotations

import os
import sys

# A locked byte cannot be read by others, so the one locked lies far behind the pid they want to read.
_FAR_BEHIND = 1 << 30

if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        """Takes the lock without waiting; False if another open file has it."""
        os.lseek(descriptor, _FAR_BEHIND, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True
