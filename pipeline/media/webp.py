"""Counts the pictures of a WebP: what FFmpeg 8 and older read of a moving one is a single packet."""

from __future__ import annotations

import struct
from typing import BinaryIO


class BadWebp(Exception):
    """It is no WebP, or it ends too early."""


def shown_s(file: BinaryIO) -> list[float]:
    """For how long each picture is shown, in seconds; a single 0 for one that does not move.

    Raises:
        BadWebp: it is no WebP, or it ends too early.
    """
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        raise BadWebp("it is no WebP")
    ends_at = 8 + int.from_bytes(head[4:8], "little")
    found: list[float] = []
    stills = 0
    at = 12
    while at + 8 <= ends_at:
        file.seek(at)
        kind, size = _chunk(file.read(8))
        if kind == b"ANMF":
            found.append(_milliseconds(file.read(16)) / 1000)
        stills += kind in (b"VP8 ", b"VP8L")
        at += 8 + size + size % 2
    file.seek(0, 2)
    if file.tell() < ends_at:
        raise BadWebp("it ends too early")
    return found or [0.0] * stills


def _chunk(head: bytes) -> tuple[bytes, int]:
    if len(head) < 8:
        raise BadWebp("it ends too early")
    kind, size = struct.unpack("<4sI", head)
    return kind, size


def _milliseconds(frame: bytes) -> int:
    # Where it stands and how large it is take 12 bytes, then three say for how long.
    if len(frame) < 16:
        raise BadWebp("it ends too early")
    return int.from_bytes(frame[12:15], "little")
