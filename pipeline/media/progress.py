"""Reads what a child prints: ticks, log lines and, from our own children, a value. Bounded, whatever it prints."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from pipeline.model.stage import OUTCOME_LIMIT, Command, Tick

Level = Literal["info", "warning", "error"]

LINE_LIMIT = 2000
_JSON_LIMIT = OUTCOME_LIMIT + 1024
_BREAK = re.compile(rb"[\r\n]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]")


@dataclass(frozen=True)
class Line:
    """A log line without its newline, and without the level tag and addresses ffmpeg puts in it.

    `out_time_s` is how far the output was when it came.
    """

    level: Level
    text: str
    out_time_s: float = 0.0


@dataclass(frozen=True)
class Value:
    """What one of our own children returns."""

    value: Any


Heard = Tick | Line | Value


class Ear:
    """Turns the bytes of one child into what they mean."""

    def __init__(self, command: Command) -> None:
        readers: dict[str, tuple[Callable[[bytes], Heard | None], int]] = {
            "ffmpeg": (_Ffmpeg(command).read, LINE_LIMIT),
            "json": (_read_json, _JSON_LIMIT),
            "nothing": (_read_plain, LINE_LIMIT),
        }
        self._read, self._limit = readers[command.speaks]
        self._rest = bytearray()

    def hear(self, chunk: bytes) -> Iterator[Heard]:
        """What the lines that end in this chunk say. Of a line over the limit only its beginning is kept."""
        *ended, rest = _BREAK.split(chunk)
        for part in ended:
            self._keep(part)
            yield from self._line()
        self._keep(rest)

    def end(self) -> Iterator[Heard]:
        """What is left when nothing more comes: a last line without a newline."""
        yield from self._line()

    def _keep(self, part: bytes) -> None:
        self._rest += part[: self._limit - len(self._rest)]

    def _line(self) -> Iterator[Heard]:
        line = bytes(self._rest)
        self._rest.clear()
        if line.strip():
            heard = self._read(line)
            if heard is not None:
                yield heard


def _text(line: bytes) -> str:
    return _UNPRINTABLE.sub("\ufffd", line[:LINE_LIMIT].decode("utf-8", "replace")).rstrip()


def _read_plain(line: bytes) -> Heard:
    return Line("info", _text(line))


_TICK_FIELDS = frozenset(Tick.__struct_fields__)


def _read_json(line: bytes) -> Heard:
    """Ours: {"done": 3, "total": 10, "unit": "items", "message": "…"} and at the end {"value": …}; else a log line."""
    if line.startswith(b"{"):
        try:
            said = msgspec.json.decode(line)
            if "value" in said:
                return Value(said["value"])
            if "done" in said:
                return msgspec.convert({key: said[key] for key in said if key in _TICK_FIELDS}, Tick)
        except msgspec.MsgspecError:
            pass
    return _read_plain(line)


# A block of `-progress pipe:1`, and log lines of `-loglevel level+warning`, as ffmpeg 9.0.2 prints them:
#
#   frame=50
#   fps=0.00
#   stream_0_0_q=-1.0
#   bitrate= 309.3kbits/s            N/A where the output has no size, as with -f null
#   total_size=77315                 N/A likewise
#   out_time_us=2000000              N/A before the first packet, and again while an encoder is flushed
#   out_time_ms=2000000              microseconds too, an old bug
#   out_time=00:00:02.000000
#   dup_frames=0
#   drop_frames=0
#   speed=16.5x
#   progress=end                     or "continue"; always the last line of a block
#
#   [h264 @ 0x55db286058c0] [error] error while decoding MB 0 2, bytestream 2352
#   [aist#0:1/aac @ 0x55db2862e5c0] [dec:aac @ 0x55db28625600] [error] Error submitting packet to decoder: …
#   [in#0 @ 0x557cb04e4d00] [warning] Format mov,mp4,… detected only with low score of 1, misdetection possible!
#   [fatal] Error opening input files: Invalid data found when processing input
_PAIR = re.compile(
    rb"(frame|fps|stream_\d+_\d+_q|bitrate|total_size|out_time(?:_us|_ms)?|(?:dup|drop)_frames|speed|progress)=\s*(\S*)"
)
_TAGGED = re.compile(r"((?:\[[^\]]*\] )*?)\[(panic|fatal|error|warning|info|verbose|debug|trace)\] (.*)")
_ADDRESS = re.compile(r" @ (?:0x)?[0-9a-fA-F]+\]")
_LEVELS: dict[str, Level] = {"panic": "error", "fatal": "error", "error": "error", "warning": "warning"}


class _Ffmpeg:
    """Reads ffmpeg. Frames, time and size never go back, whatever it says."""

    def __init__(self, command: Command) -> None:
        self._expect_s = command.expect_s
        self._expect_frames = command.expect_frames
        self._block: dict[bytes, bytes] = {}
        self._tick = Tick()

    def read(self, line: bytes) -> Heard | None:
        pair = _PAIR.fullmatch(line.rstrip())
        if pair is None:
            return self._log(_text(line))
        key, value = pair.groups()
        if key != b"progress":
            self._block[key] = value
            return None
        self._tick = self._next_tick()
        self._block.clear()
        return self._tick

    def _log(self, text: str) -> Line:
        tagged = _TAGGED.fullmatch(text)
        if tagged is None:
            return Line("info", text, self._tick.out_time_s)
        context, level, message = tagged.groups()
        return Line(_LEVELS.get(level, "info"), _ADDRESS.sub("]", context) + message, self._tick.out_time_s)

    def _next_tick(self) -> Tick:
        last = self._tick
        frame = max(last.frame, int(self._number(b"frame", last.frame)))
        out_time_s = max(last.out_time_s, self._number(b"out_time_us", last.out_time_s * 1e6) / 1e6)
        by_frame = self._expect_frames > 0
        return Tick(
            done=float(frame) if by_frame else out_time_s,
            total=float(self._expect_frames) if by_frame else self._expect_s,
            unit="frames" if by_frame else "s",
            out_time_s=out_time_s,
            frame=frame,
            fps=self._number(b"fps", last.fps),
            speed=self._number(b"speed", last.speed, suffix=b"x"),
            bit_rate=self._number(b"bitrate", last.bit_rate / 1000, suffix=b"kbits/s") * 1000,
            out_bytes=max(last.out_bytes, int(self._number(b"total_size", last.out_bytes))),
        )

    def _number(self, key: bytes, last: float, suffix: bytes = b"") -> float:
        """The value of a key; what it was before where that is missing, N/A or nonsense."""
        try:
            number = float(self._block[key].removesuffix(suffix))
        except (KeyError, ValueError):
            return last
        return max(0.0, number) if math.isfinite(number) else last
