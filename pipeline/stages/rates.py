"""How the quality of pictures is said to an encoder: by a constant rate factor, or by a bit rate."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Crf:
    """Quality by constant rate factor, on the codec's own scale."""

    value: float


@dataclass(frozen=True)
class Bitrate:
    """Quality by bit rate. `turn` is 1 or 2 of two, 0 for a single one; `log` is what the first leaves the second."""

    kbps: float
    turn: int = 0
    log: str = ""


Quality = Crf | Bitrate
