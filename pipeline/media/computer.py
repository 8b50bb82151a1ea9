"""What Scripts may know of the computer they run on."""

from __future__ import annotations

import os

import psutil

from pipeline.media.toolchain import Toolchain
from pipeline.model.machine import HardwareCodec, Machine


def machine(toolchain: Toolchain, *, with_hardware: bool) -> Machine:
    """This computer. Its hardware encoders are tried only if asked for: that takes seconds the first time.

    Raises:
        PipelineError: there is no usable ffmpeg to try them with.
    """
    found = toolchain.hardware() if with_hardware else ()
    return Machine(
        cores=_cores(),
        memory_bytes=psutil.virtual_memory().total,
        hardware=tuple(HardwareCodec(each.name, each.before_input, each.filters) for each in found),
    )


def _cores() -> int:
    """The processors this process may use, where the system says; otherwise all there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
