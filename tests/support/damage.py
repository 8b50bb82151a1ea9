"""Damaged copies of good clips, and things that are no media at all."""

from __future__ import annotations

import os
import random
import zipfile
from pathlib import Path

PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nsegment0.ts\n#EXT-X-ENDLIST\n"


def cut(source: Path, file: Path, keep: float) -> Path:
    """The first part of a file: `keep` is the share of its bytes that is left."""
    content = source.read_bytes()
    file.write_bytes(content[: int(len(content) * keep)])
    return file


def zero_block(source: Path, file: Path, *, at: float = 0.5, share: float = 0.1) -> Path:
    """A block of zeros in the middle, as a bad sector or a torn download leaves it."""
    content = bytearray(source.read_bytes())
    start, length = int(len(content) * at), int(len(content) * share)
    content[start : start + length] = bytes(length)
    file.write_bytes(content)
    return file


def noise_block(source: Path, file: Path, *, at: float = 0.5, share: float = 0.1, seed: int = 7) -> Path:
    """A block of noise, the same one for the same seed."""
    content = bytearray(source.read_bytes())
    start, length = int(len(content) * at), int(len(content) * share)
    content[start : start + length] = random.Random(seed).randbytes(length)
    file.write_bytes(content)
    return file


def header_noise(source: Path, file: Path, *, length: int = 64, seed: int = 7) -> Path:
    """Noise where the container's header was."""
    content = source.read_bytes()
    file.write_bytes(random.Random(seed).randbytes(length) + content[length:])
    return file


def empty(file: Path) -> Path:
    """A file of 0 bytes."""
    file.write_bytes(b"")
    return file


def text(file: Path) -> Path:
    """Prose under a media file's name."""
    file.write_text("This is a letter, not a film.\n" * 40)
    return file


def archive(file: Path) -> Path:
    """A zip archive under a media file's name."""
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("letter.txt", "This is a letter, not a film.\n" * 40)
    return file


def playlist(file: Path) -> Path:
    """A playlist whose segments do not exist."""
    file.write_text(PLAYLIST)
    return file


def pipe(file: Path) -> Path:
    """A FIFO nobody writes to: opening it to read blocks for ever."""
    os.mkfifo(file)
    return file


def broken_link(file: Path) -> Path:
    """A link to a file that was never there."""
    file.symlink_to(file.with_name("never-there.mp4"))
    return file
