"""Which ffmpeg there is, what it can do, and which hardware encoders really work."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import threading
from collections import deque
from collections.abc import Sequence

import imageio_ffmpeg
import msgspec

from pipeline.media import kept
from pipeline.media.hardware import HardwareEncoder, candidates, devices, working
from pipeline.media.limit import Limit
from pipeline.media.process import run
from pipeline.model.problem import PipelineError, tool_missing, tool_too_old, tool_unusable
from pipeline.model.stage import Canceled, Command

VARIABLE = "REELYARD_FFMPEG"
OLDEST = (6, 0)
_OLDEST_LIBAVCODEC = 60  # the one of 6.0, for builds that carry a date or a commit instead of a version
_LIMIT_S = 20.0
_LINES = 5000
_DETAIL_LINES = 10


class Abilities(msgspec.Struct, frozen=True):
    """What an ffmpeg says of itself. An encoder listed here need not work: see `Toolchain.hardware`."""

    version: str
    encoders: frozenset[str]
    filters: frozenset[str]


class _Identity(msgspec.Struct, frozen=True):
    """By which a remembered answer is known to be about this very file."""

    path: str
    size: int
    mtime_ns: int


class Toolchain:
    """Finds tools by their names. Any thread may call any of these; what was asked once is remembered."""

    def __init__(self, ffmpeg: str | None = None, cache: str | None = None) -> None:
        """Starts nothing and asks nothing.

        Args:
            ffmpeg: the ffmpeg to use; without it the one REELYARD_FFMPEG names, else the one we came with.
            cache: a folder for what was found out, so that the next start need not ask again.
        """
        self._ffmpeg = ffmpeg or os.environ.get(VARIABLE) or ""
        self._cache = cache
        self._abilities_lock = threading.Lock()
        self._hardware_lock = threading.Lock()
        self._abilities: tuple[_Identity, Abilities] | None = None
        self._hardware: tuple[_Identity, tuple[HardwareEncoder, ...]] | None = None

    def resolve(self, argv: Sequence[str]) -> list[str]:
        """The arguments with the tool's name replaced by its program.

        Raises:
            PipelineError: there is no such tool.
        """
        tool, *rest = argv
        return [self.program(tool), *rest]

    def program(self, tool: str) -> str:
        """The absolute path of a tool.

        Raises:
            PipelineError: there is no such tool.
        """
        match tool:
            case "ffmpeg":
                program = self._find_ffmpeg()
            case "python":
                program = sys.executable
            case _:
                raise PipelineError(tool_missing(tool))
        if not os.path.isfile(program) or not os.access(program, os.X_OK):
            raise PipelineError(tool_missing(tool))
        return program

    def id(self, tool: str) -> str:
        """Changes when the tool does; equal for the same file. Starts nothing.

        Raises:
            PipelineError: there is no such tool.
        """
        identity = self._identity(tool)
        return f"{tool}-{hashlib.sha256(f'{identity.size}.{identity.mtime_ns}'.encode()).hexdigest()[:16]}"

    def abilities(self) -> Abilities:
        """What this ffmpeg can do. Starts it three times when it was never asked before.

        Raises:
            PipelineError: there is none, it is too old, or it does not answer like ffmpeg.
        """
        identity = self._identity("ffmpeg")
        with self._abilities_lock:
            if self._abilities is None or self._abilities[0] != identity:
                self._abilities = identity, self._remembered_abilities(identity)
            return self._abilities[1]

    def hardware(self) -> tuple[HardwareEncoder, ...]:
        """The hardware encoders that made a picture on this computer. Seconds when it was never asked before.

        Raises:
            PipelineError: as `abilities`.
        """
        abilities = self.abilities()
        identity = self._identity("ffmpeg")
        with self._hardware_lock:
            if self._hardware is None or self._hardware[0] != identity:
                self._hardware = identity, self._remembered_hardware(identity, abilities)
            return self._hardware[1]

    def _find_ffmpeg(self) -> str:
        if self._ffmpeg:
            return os.path.abspath(self._ffmpeg)
        try:
            return str(imageio_ffmpeg.get_ffmpeg_exe())
        except RuntimeError:
            raise PipelineError(tool_missing("ffmpeg")) from None

    def _identity(self, tool: str) -> _Identity:
        program = self.program(tool)
        try:
            status = os.stat(program)
        except OSError:
            raise PipelineError(tool_missing(tool)) from None
        return _Identity(program, status.st_size, status.st_mtime_ns)

    def _remembered_abilities(self, identity: _Identity) -> Abilities:
        key = [identity.path, identity.size, identity.mtime_ns]
        known = kept.read(self._cache, "abilities.json", key, Abilities)
        if known is None:
            known = ask(identity.path)
            kept.write(self._cache, "abilities.json", key, known)
        return known

    def _remembered_hardware(self, identity: _Identity, abilities: Abilities) -> tuple[HardwareEncoder, ...]:
        nodes = devices()
        key = [identity.path, identity.size, identity.mtime_ns, *nodes]
        known = kept.read(self._cache, "hardware.json", key, tuple[HardwareEncoder, ...])
        if known is None:
            known = working(identity.path, candidates(abilities.encoders, nodes))
            kept.write(self._cache, "hardware.json", key, known)
        return known


def ask(program: str) -> Abilities:
    """Asks an ffmpeg what it can do.

    Raises:
        PipelineError: it cannot be started, is too old, or does not answer like ffmpeg.
    """
    version = _version(_answer(program, "-version"))
    return Abilities(
        version=version,
        encoders=_names(_answer(program, "-encoders"), _ENCODER, "encoders"),
        filters=_names(_answer(program, "-filters"), _FILTER, "filters"),
    )


def _answer(program: str, question: str) -> list[str]:
    argv = [program, "-hide_banner", question]
    lines: deque[str] = deque(maxlen=_LINES)
    try:
        with Limit(_LIMIT_S) as limit:
            exit = run(
                argv,
                Command(("ffmpeg", *argv[1:]), speaks="nothing"),
                folder=os.path.dirname(program),
                cancel=limit,
                on_tick=lambda tick: None,
                on_line=lambda level, line: lines.append(line),
            )
    except Canceled:
        raise PipelineError(tool_unusable("ffmpeg", f"No answer to {question} in {_LIMIT_S:g} s.")) from None
    if exit.code != 0:
        raise PipelineError(
            tool_unusable("ffmpeg", "\n".join([f"Exit code {exit.code}.", *exit.lines[-_DETAIL_LINES:]]))
        )
    return list(lines)


# The first lines of `ffmpeg -version`; distributions and daily builds write the version in their own ways:
#
#   ffmpeg version n9.0.2-17-g2a571b6068-20260930 Copyright (c) 2000-2026 the FFmpeg developers
#   ffmpeg version 6.1.1-3ubuntu5 Copyright (c) 2000-2023 the FFmpeg developers
#   ffmpeg version N-118448-g43be8d0728 Copyright (c) 2000-2025 the FFmpeg developers
#   libavcodec     63.  1.102 / 63.  1.102
_VERSION = re.compile(r"ffmpeg version (\S+)")
_NUMBER = re.compile(r"n?(\d+)\.(\d+)")
_LIBAVCODEC = re.compile(r"libavcodec +(\d+)\.")


def _version(lines: Sequence[str]) -> str:
    first = next((match for line in lines if (match := _VERSION.match(line))), None)
    if first is None:
        raise PipelineError(tool_unusable("ffmpeg", "\n".join(lines[:_DETAIL_LINES])))
    version = first[1]
    libavcodec = next((int(match[1]) for line in lines if (match := _LIBAVCODEC.match(line))), 0)
    if number := _NUMBER.match(version):
        is_old = (int(number[1]), int(number[2])) < OLDEST
    else:
        is_old = libavcodec < _OLDEST_LIBAVCODEC
    if is_old:
        raise PipelineError(tool_too_old("ffmpeg", version, ".".join(map(str, OLDEST))))
    return version


# One line each of `ffmpeg -encoders` and `ffmpeg -filters`, below a legend that ends in a line of dashes:
#
#    V....D libx264              libx264 H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10 (codec h264)
#    TS aap               AA->A      Apply Affine Projection algorithm to first audio stream.
_ENCODER = re.compile(r" [VAS][F.][S.][X.][B.][D.] ([^\s=]+) ")
_FILTER = re.compile(r" [T.][S.][C.]? (\S+) +[AVN|]+->[AVN|]+ ")


def _names(lines: Sequence[str], pattern: re.Pattern[str], what: str) -> frozenset[str]:
    names = frozenset(match[1] for line in lines if (match := pattern.match(line)))
    if not names:
        raise PipelineError(tool_unusable("ffmpeg", f"It lists no {what}."))
    return names
