"""What a Script may know of the computer it runs on. It is stored with the attempt, so that a replay knows the same."""

from __future__ import annotations

import msgspec


class HardwareCodec(msgspec.Struct, frozen=True):
    """A hardware encoder that was proven by a tiny encode.

    `before_input` are the ffmpeg arguments that open its device, `filters` the last ones before it.
    """

    encoder: str
    before_input: tuple[str, ...] = ()
    filters: str = ""


class Fonts(msgspec.Struct, frozen=True):
    """Fonts that come with the program, of one family, by absolute path. `are_all` says the system has none."""

    family: str
    files: tuple[str, ...]
    are_all: bool = False


class Machine(msgspec.Struct, frozen=True):
    """The computer, as far as Scripts branch on it or report it.

    `memory_bytes` is all there is, not what is free. `ffmpeg` is its version, empty where nobody asked for it.
    """

    cores: int = 1
    memory_bytes: int = 0
    hardware: tuple[HardwareCodec, ...] = ()
    fonts: Fonts | None = None
    ffmpeg: str = ""


UNKNOWN = Machine()
"""A computer nobody has looked at."""
