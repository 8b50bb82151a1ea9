"""An ffmpeg that ends well whatever it did. Its first argument says what is wrong with it; the others are ffmpeg's.

noise: writes noise, and says that it is done. nothing: writes no file. silent: leaves the sound out. lazy: stops in
the middle. cut: cuts its file in two when it is done. mute: says nothing at all. The lie is told while `encode.mp4`
is written; otherwise it is the real one.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Sequence

from tests.support.builders import ffmpeg
from tests.support.child import run

DONE = "frame=50\nout_time_us=2000000\nprogress=end\n"


def main(mood: str, words: Sequence[str]) -> int:
    """Lies where it is asked to encode; returns the exit code."""
    target = words[-1].removeprefix("file:")
    if not target.endswith("encode.mp4"):
        os.execv(ffmpeg(), [ffmpeg(), *words])
    match mood:
        case "noise":
            with open(target, "wb") as file:
                file.write(random.Random(7).randbytes(200_000))
            print(DONE, flush=True)
        case "nothing":
            print(DONE, flush=True)
        case "silent":
            _honestly([*words[:-1], "-an", words[-1]])
        case "lazy":
            _honestly([*words[:-1], "-t", "1", words[-1]])
        case "cut":
            _honestly(words)
            os.truncate(target, os.path.getsize(target) // 2)
        case "mute":
            _honestly(words, says=False)
    return 0


def _honestly(words: Sequence[str], *, says: bool = True) -> None:
    done = run([ffmpeg(), *words], folder=".")
    if says:
        print(done.out, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
