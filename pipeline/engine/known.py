"""What the Scripts of an attempt branch on. It is stored with the attempt, so that a replay knows the same."""

from __future__ import annotations

import msgspec

from pipeline.engine.plan import Plan
from pipeline.media.computer import machine
from pipeline.media.toolchain import Toolchain
from pipeline.model.job import Job
from pipeline.model.machine import UNKNOWN, Fonts, Machine
from pipeline.model.source import Source


class Known(msgspec.Struct, frozen=True):
    """The source as it was looked at, the version of ffmpeg, and the computer."""

    source: Source
    ffmpeg: str
    machine: Machine = UNKNOWN


def known(job: Job, ready: Plan, toolchain: Toolchain, before: bytes | None, fonts: Fonts | None = None) -> Known:
    """What is known for an attempt that begins. `before` is what an earlier one stored whose Steps are still there,
    `fonts` are those that come with the program.

    The computer is looked at anew only where no Step depends on what it was: a driver that came or went meanwhile
    would make other Steps of the rest than those that are done.

    Raises:
        PipelineError: there is no usable ffmpeg.
    """
    version = toolchain.abilities().version
    earlier = _told(before)
    if earlier.ffmpeg == version and earlier.machine != UNKNOWN:
        # Fonts lie where the program is now, which may not be where it was.
        return Known(job.source, version, msgspec.structs.replace(earlier.machine, fonts=fonts))
    wants_hardware = any(recipe.wants_hardware(options) for recipe, options in ready.parts)
    computer = machine(toolchain, with_hardware=wants_hardware)
    return Known(job.source, version, msgspec.structs.replace(computer, fonts=fonts, ffmpeg=version))


class _Earlier(msgspec.Struct, frozen=True):
    """What of it counts later."""

    ffmpeg: str = ""
    machine: Machine = UNKNOWN


def _told(before: bytes | None) -> _Earlier:
    """Reads what was stored. What another version wrote, and this one cannot read, says nothing."""
    try:
        return _Earlier() if before is None else msgspec.json.decode(before, type=_Earlier)
    except msgspec.DecodeError:
        return _Earlier()
