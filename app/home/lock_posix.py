"""The operating system's lock on a file, for Linux and macOS. It ends with the process, however that ends."""

from __future__ import annotations

import sys

if sys.platform != "win32":
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Takes the lock without waiting; False if another open file has it."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
