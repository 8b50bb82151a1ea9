"""Finds the hardware encoders that work. Being listed means nothing: each is asked to make a small picture."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import msgspec

from pipeline.media.limit import Limit
from pipeline.media.process import run
from pipeline.model.stage import Canceled, Command

Family = Literal["nvenc", "qsv", "vaapi", "amf", "videotoolbox", "v4l2m2m", "vulkan", "mf", "d3d12va", "mediacodec"]

_FAMILIES: tuple[Family, ...] = (
    "nvenc", "qsv", "vaapi", "amf", "videotoolbox", "v4l2m2m", "vulkan", "mf", "d3d12va", "mediacodec",
)  # fmt: skip
_SOUND = ("aac_", "ac3_", "mp3_")  # Windows has these in its family too
_NODES = "/dev/dri"
_AT_ONCE = 4
_LIMIT_S = 10.0


class HardwareEncoder(msgspec.Struct, frozen=True):
    """An encoder that uses a piece of hardware. `device` is its node, for families that must be told which."""

    name: str
    family: Family
    device: str = ""

    @property
    def before_input(self) -> tuple[str, ...]:
        """The arguments that stand before the input: they open the device."""
        match self.family:
            case "vaapi":
                return "-init_hw_device", f"vaapi=hw:{self.device}", "-filter_hw_device", "hw"
            case "qsv" | "vulkan" | "d3d12va":
                return "-init_hw_device", f"{self.family}=hw", "-filter_hw_device", "hw"
            case _:
                return ()

    @property
    def filters(self) -> str:
        """The last filters before it: the format it takes, and the way into the hardware's memory."""
        return "format=nv12,hwupload" if self.before_input else "format=nv12"


def candidates(encoders: Iterable[str], nodes: Sequence[str]) -> tuple[HardwareEncoder, ...]:
    """The listed encoders that are hardware encoders by name; for VAAPI one for every node."""
    found: list[HardwareEncoder] = []
    for name in sorted(encoders):
        family = next((each for each in _FAMILIES if name.endswith(f"_{each}")), None)
        if family is not None and not name.startswith(_SOUND):
            found += [HardwareEncoder(name, family, node) for node in (nodes if family == "vaapi" else ("",))]
    return tuple(found)


def devices() -> tuple[str, ...]:
    """The render nodes of this computer; empty where there is none, or where they have no files."""
    try:
        return tuple(os.path.join(_NODES, name) for name in sorted(os.listdir(_NODES)) if name.startswith("renderD"))
    except OSError:
        return ()


def working(program: str, asked: Sequence[HardwareEncoder]) -> tuple[HardwareEncoder, ...]:
    """Those that encode five small frames within ten seconds. Four are tried at once."""
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="hardware") as pool:
        return tuple(
            each for each, works in zip(asked, pool.map(lambda one: _works(program, one), asked), strict=True) if works
        )


def _works(program: str, encoder: HardwareEncoder) -> bool:
    # Not smaller: some encoders refuse tiny frames, and would be taken for broken.
    argv = [
        program, "-hide_banner", "-nostdin", "-loglevel", "level+error",
        *encoder.before_input,
        "-f", "lavfi", "-i", "color=black:size=640x360:rate=30",
        "-vf", encoder.filters, "-frames:v", "5", "-c:v", encoder.name, "-f", "null", "-",
    ]  # fmt: skip
    try:
        with Limit(_LIMIT_S) as limit:
            exit = run(
                argv,
                Command(("ffmpeg", *argv[1:])),
                folder=os.path.dirname(program),
                cancel=limit,
                on_tick=lambda tick: None,
                low_priority=True,
            )
    except Canceled:
        return False
    return exit.code == 0
