"""Holds every child on a leash: when this process is gone, however it went, they are killed. POSIX.

One tiny shell process reads the groups to kill from a pipe that only we hold. The system closes the pipe when we
end, even by kill -9; the shell then kills what is still listed, and ends.
"""

from __future__ import annotations

import os
import subprocess  # noqa: TID251 - what outlives us cannot be started by what it guards
import sys
import threading
from contextlib import suppress

# Builtins only, so that it works without a PATH. dash knows no other spelling to kill a group.
_SCRIPT = """
listed=
while read -r line; do
  group=${line#?}
  case $line in
    +*) listed="$listed $group" ;;
    -*) kept=
        for each in $listed; do [ "$each" = "$group" ] || kept="$kept $each"; done
        listed=$kept ;;
  esac
done
for each in $listed; do kill -s KILL -- "-$each"; done
"""


class Leash:
    """The shell process and the pipe to it. Started by the first `hold`, and again if someone killed it.

    Any thread may call any of these; none waits for a child.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: set[int] = set()
        self._shell: subprocess.Popen[bytes] | None = None

    def hold(self, group: int) -> None:
        """From now on this process group dies with us."""
        with self._lock:
            self._held.add(group)
            if self._shell is None or not self._write(f"+{group}\n"):
                self._start()

    def release(self, group: int) -> None:
        """The group has ended. Call this before its leader is reaped: afterwards the number may be someone else's."""
        with self._lock:
            self._held.discard(group)
            if self._shell is not None and not self._write(f"-{group}\n"):
                self._start()

    def close(self) -> None:
        """Ends the shell process; what is still held is killed."""
        with self._lock:
            self._held.clear()
            self._end()

    def _start(self) -> None:
        self._end(kill=True)
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT, "reelyard-leash"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            start_new_session=True,
        )
        assert self._shell.stdin is not None
        if sys.platform != "win32":  # says to the type checker what the first line of this file says to people
            os.set_blocking(self._shell.stdin.fileno(), False)
        self._write("".join(f"+{group}\n" for group in sorted(self._held)))

    def _write(self, lines: str) -> bool:
        assert self._shell is not None and self._shell.stdin is not None
        try:
            os.write(self._shell.stdin.fileno(), lines.encode("ascii"))
        except OSError:  # it was killed, or stopped for so long that the pipe is full
            return False
        return True

    def _end(self, *, kill: bool = False) -> None:
        if self._shell is None:
            return
        shell, self._shell = self._shell, None
        if kill:
            # A shell that is replaced must not act on its old list when its pipe closes.
            shell.kill()
        assert shell.stdin is not None
        with suppress(OSError):
            shell.stdin.close()
        try:
            shell.wait(timeout=5)
        except subprocess.TimeoutExpired:
            shell.kill()
            shell.wait()


LEASH = Leash()
"""The one leash of this process."""
