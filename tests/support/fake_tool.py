"""A tool with a personality, run as a real process: it stalls, floods, lies, crashes, ignores, or behaves.

`argv("liar")` is what starts it; `install(folder, "old")` makes a program of it that takes any arguments, to be given
to a Toolchain. What it prints about progress and log is what ffmpeg prints with `-progress pipe:1 -loglevel level`.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

if __name__ == "__main__":
    sys.path.pop(0)  # our folder: a module of ours may be named as one of Python's

_FOREVER = threading.Event()


def argv(personality: str, *words: str) -> list[str]:
    """The arguments that start it."""
    return [sys.executable, os.path.abspath(__file__), personality, *words]


def install(folder: Path, personality: str) -> Path:
    """A program of this personality; returns its path."""
    program = folder / f"ffmpeg-{personality}"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{os.path.abspath(__file__)}" {personality} "$@"\n')
    program.chmod(0o755)
    return program


def block(
    *, us: object = "N/A", frame: object = 0, size: object = "N/A", speed: object = "1x", end: bool = False
) -> str:
    """One block of progress."""
    return (
        f"frame={frame}\nfps=25.0\nstream_0_0_q=-1.0\nbitrate= 309.3kbits/s\ntotal_size={size}\nout_time_us={us}\n"
        f"out_time_ms={us}\nout_time=00:00:02.000000\ndup_frames=0\ndrop_frames=0\nspeed={speed}\n"
        f"progress={'end' if end else 'continue'}\n"
    )


def _say(text: str | bytes) -> None:
    data = text.encode() if isinstance(text, str) else text
    while data:
        data = data[os.write(1, data) :]


def _hang() -> None:
    while True:
        _FOREVER.wait(3600)


def well(*words: str) -> None:
    """Ten blocks, and a good end."""
    for number in range(1, 11):
        _say(block(us=number * 200_000, frame=number * 5, size=number * 1000, end=number == 10))


def prints(*words: str) -> None:
    """Its words, a line each."""
    _say("".join(f"{word}\n" for word in words))


def stalls(*words: str) -> None:
    """Goes on printing blocks, but nothing moves any more; only its speed falls."""
    number = 0
    while True:
        number += 1
        _say(block(us=400_000, frame=10, size=2000, speed=f"{10 / number:.3f}x"))
        _FOREVER.wait(0.01)


def hangs(*words: str) -> None:
    """Says one line and then nothing, for ever."""
    _say("ready\n")
    _hang()


def shuts_up(*words: str) -> None:
    """Closes its output and goes on for ever."""
    _say("ready\n")
    os.close(1)
    os.close(2)
    _hang()


def floods(*words: str) -> None:
    """A line of 10 MB, fifty thousand lines, and one block in between."""
    for _ in range(160):
        _say(b"x" * 65536)
    _say("\n" + block(us=1_000_000, frame=25))
    for number in range(500):
        _say("".join(f"[error] complaint {number}.{part}\n" for part in range(100)))


def binary(*words: str) -> None:
    """A megabyte of noise and a good end."""
    _say(random.Random(7).randbytes(1_000_000))


def deaf(*words: str) -> None:
    """Does not end when asked."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    hangs()


def polite(*words: str) -> None:
    """Ends in order when asked, and leaves a file to tell."""

    def end(number: int, frame: object) -> None:
        Path(words[0]).write_text("ended in order")
        os._exit(255)

    signal.signal(signal.SIGTERM, end)
    hangs()


def liar(*words: str) -> None:
    """Time and frames that go back, that are no numbers, that are too large for any film."""
    for us, frame, speed in (
        (1_000_000, 25, "1.5x"), (500_000, 10, "N/A"), ("N/A", "N/A", "N/A"), ("nan", "inf", "nanx"),
        ("-5", "-5", "-1x"), ("1e999", "twelve", ""), ("9" * 400, "25", "x"), (1_200_000, 30, "2x"),
    ):  # fmt: skip
        _say(block(us=us, frame=frame, speed=speed))


def fails(*words: str) -> None:
    """Works, complains, warns and ends badly."""
    _say(block(us=1_000_000, frame=25))
    _say("[h264 @ 0x55db286058c0] [error] error while decoding MB 0 2, bytestream 2352\n")
    _say("[vist#0:0/h264 @ 0x55db28608840] [dec:h264 @ 0x55db286b9cc0] [warning] corrupt decoded frame\n")
    _say("Svt[info]: SVT [version]: 4.0\n")
    _say("[fatal] Conversion failed!")
    sys.exit(3)


def crashes(*words: str) -> None:
    """Ends by a signal of its own making."""
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGSEGV)
    _hang()


def parent(*words: str) -> None:
    """Starts a child that hangs, says both numbers, and hangs."""
    _child()
    _hang()


def leaves(*words: str) -> None:
    """Starts a child that hangs and holds the pipe, and ends well."""
    _child()


def runaway(*words: str) -> None:
    """Starts a child that leaves the session, hangs and holds the pipe; then ends well."""
    _child(session=True)


def _child(*, session: bool = False) -> None:
    ready, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        if session:
            os.setsid()
        os.write(told, b"!")
        _hang()
    os.read(ready, 1)
    _say(f"child {pid}\n")


def speaks(*words: str) -> None:
    """Our own JSON lines, and lines that only look like them."""
    _say('{"done": 3, "total": 10, "unit": "items", "message": "three", "more": 1}\n')
    _say('{"done": "three"}\n{"neither": 1}\n[1, 2]\n{broken\nTraceback: no\n')
    _say('{"done": 10, "total": 10, "unit": "items"}\n')
    _say('{"value": {"scores": [1.5, 2.5]}}\n')


def large_value(*words: str) -> None:
    """A value of 60 KiB, which is allowed, and one of 10 MB, which is not."""
    _say('{"value": "' + "v" * 60_000 + '"}\n')
    _say('{"value": "' + "w" * 10_000_000 + '"}\n')


def old(*words: str) -> None:
    """An ffmpeg of 2018."""
    _say("ffmpeg version 4.1 Copyright (c) 2000-2018 the FFmpeg developers\nlibavcodec     58. 35.100 / 58. 35.100\n")


def old_build(*words: str) -> None:
    """An old ffmpeg that does not say its version."""
    _say("ffmpeg version N-90000-gabcdef0 Copyright the FFmpeg developers\nlibavcodec     58. 35.100 / 58. 35.100\n")


def new_build(*words: str) -> None:
    """A new ffmpeg that does not say its version, and lists little."""
    _say("ffmpeg version N-118448-g43be8d0728 Copyright the FFmpeg\nlibavcodec     62.  1.100 / 62.  1.100\n")
    _say(" V....D libx264              libx264 H.264 / AVC (codec h264)\n")
    _say(" .. scale             V->V       Scale the input video size.\n")


def nonsense(*words: str) -> None:
    """Something else altogether, with a good end."""
    _say("Usage: frobnicate [file]\n")


def refuses(*words: str) -> None:
    """Ends badly whatever it is asked."""
    _say("error while loading shared libraries: libfoo.so.1: cannot open shared object file\n")
    sys.exit(127)


PERSONALITIES: dict[str, Callable[..., None]] = {
    made.__name__: made
    for made in (
        well, prints, stalls, hangs, shuts_up, floods, binary, deaf, polite, liar, fails, crashes, parent, leaves,
        runaway, speaks, large_value, old, old_build, new_build, nonsense, refuses,
    )
}  # fmt: skip


if __name__ == "__main__":
    PERSONALITIES[sys.argv[1]](*sys.argv[2:])
