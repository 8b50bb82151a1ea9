"""Names for results: the one that is wished for, and those that follow where it is taken. Touches no drive."""

from __future__ import annotations

import os
from collections.abc import Iterator

NAME_BYTES = 255


def names_like(path: str) -> Iterator[str]:
    """`clip.mp4`, `clip (2).mp4`, `clip (3).mp4`…, each shortened so that the file system takes the name."""
    folder, name = os.path.split(path)
    stem, suffix = os.path.splitext(name)
    if len(os.fsencode(suffix)) > NAME_BYTES // 4:
        # What follows the last dot of a sentence is no suffix.
        stem, suffix = name, ""
    number = 1
    while True:
        tail = (f" ({number})" if number > 1 else "") + suffix
        yield os.path.join(folder, shortened(stem, NAME_BYTES - len(os.fsencode(tail))) + tail)
        number += 1


def shortened(name: str, limit: int) -> str:
    """The name cut to a number of bytes, never inside a character."""
    while name and len(os.fsencode(name)) > limit:
        name = name[:-1]
    return name
