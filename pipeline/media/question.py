"""What the child that counts packets is asked. Loads nothing that reads media."""

from __future__ import annotations

import msgspec


class Question(msgspec.Struct, frozen=True):
    """One request: absolute paths as `os.fsencode` bytes. `every_s` above 0 asks for the bytes of every moment, too."""

    files: tuple[bytes, ...]
    every_s: float = 0.0
