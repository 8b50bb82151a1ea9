"""An ffmpeg with a graphics card that is none: h264_nvenc makes its pictures with libx264.

Its first argument is its mood, the others are ffmpeg's. works: it goes on working. full: it works while it is tried
out, and has no memory left when the job comes. gone: it crashes then. Otherwise it is the real one.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from tests.support.builders import ffmpeg
from tests.support.child import run

CARD = "h264_nvenc"
_LISTED = f" V....D {CARD}           NVIDIA NVENC H.264 encoder (codec h264)"
# What ffmpeg says where a card cannot open one session more.
_FULL = (
    f"[{CARD} @ 0x5580] [error] OpenEncodeSessionEx failed: out of memory (10): (no details)\n"
    f"[vost#0:0/{CARD} @ 0x5581] [enc:{CARD} @ 0x5582] [error] Error while opening encoder - maybe incorrect "
    "parameters such as bit_rate, rate, width or height.\n"
    f"[vost#0:0/{CARD} @ 0x5581] [error] Task finished with error code: -12 (Cannot allocate memory)"
)


def main(mood: str, words: Sequence[str]) -> int:
    """Becomes the real one, where nothing is asked of the card; returns the exit code."""
    if words[-1:] == ["-encoders"]:
        lines = [line for line in run([ffmpeg(), *words]).out.splitlines() if "_nvenc" not in line]
        print("\n".join([*lines, _LISTED]), flush=True)
        return 0
    is_job = words[-1:] != ["-"]
    if CARD in words and is_job and mood == "full":
        print(_FULL, flush=True)
        return 234
    if CARD in words and is_job and mood == "gone":
        os.kill(os.getpid(), signal.SIGSEGV)
    os.execv(ffmpeg(), [ffmpeg(), *_without_card(words)])


def _without_card(words: Sequence[str]) -> list[str]:
    if CARD not in words:
        return list(words)
    own = {"-rc": 2, "-preset": 2, "-cq": 2}
    kept: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        name = word.partition(":")[0]
        if name in own:
            if name == "-cq":
                kept += [word.replace("-cq", "-crf"), words[at + 1]]
            at += 2
        elif name == "-b" and words[at + 1] == "0":
            at += 2
        else:
            kept.append("libx264" if word == CARD else word)
            at += 1
    return kept


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
