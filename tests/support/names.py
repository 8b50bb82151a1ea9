"""File names that break programs which paste strings together."""

from __future__ import annotations

import os

# What the name is like, and the name as it stands on the disk.
ODD_NAMES: dict[str, bytes] = {
    "newline": b"two\nlines.mp4",
    "percent": b"frame%d %03d%%.mp4",
    "leading dash": b"-i.mp4",
    "quotes": b'it\'s "quoted".mp4',
    "brackets": b"[a]{b}*?.mp4",
    "backslash": b"back\\slash.mp4",
    "protocol": b"http:x.mp4",
    "pipe protocol": b"pipe:1.mp4",
    "drive": b"a:b.mp4",
    "spaces": b"  two spaces  .mp4",
    "shell": b"$(reboot) `id`;&|.mp4",
    "unicode": "Zoë – 日本語 🎬.mp4".encode(),
    "not utf-8": b"caf\xe9 \xff.mp4",
    "255 bytes": b"n" * 251 + b".mp4",
    "255 bytes of unicode": "é".encode() * 125 + b"x.mp4",
    "no suffix": b"film",
    "two dots": b"film.final.v2.mp4",
    "hidden suffix": b"film.MP4",
}


def can_be_named(folder: str | os.PathLike[str], name: bytes) -> bool:
    """Whether this file system takes the name; some want UTF-8."""
    file = os.path.join(os.fsencode(folder), name)
    try:
        with open(file, "xb"):
            pass
    except OSError:
        return False
    os.unlink(file)
    return True
