"""A small app of its own: runs one child, or one question to a Prober, says its number, and waits to be killed.

Usage: python -m tests.pipeline.media.app_with_child MARK running|suspended|probing
"""

from __future__ import annotations

import sys
import tempfile

from pipeline.engine.cancel import Cancel
from pipeline.media import process
from pipeline.media.probe import Prober
from pipeline.media.process import Running
from pipeline.model.stage import Command
from tests.pipeline.media.support import ENDLESS, FFMPEG, HEARD


def main(mark: str, manner: str) -> None:
    """Runs until it is killed."""
    if manner == "probing":
        worker = (sys.executable, "-m", "tests.pipeline.media.wild_worker")
        with tempfile.NamedTemporaryFile(suffix="hang.mp4") as file:
            file.write(b"x")
            file.flush()
            Prober(limit_s=3600, mark=mark, worker=worker).info(file.name)
        return

    def on_start(running: Running) -> None:
        if manner == "suspended":
            running.suspend()
        print(running.pid, flush=True)

    argv = [FFMPEG, *HEARD, *ENDLESS]
    command = Command(tuple(argv))
    process.run(argv, command, folder="/", cancel=Cancel(), on_tick=lambda tick: None, on_start=on_start, mark=mark)


if __name__ == "__main__":
    main(*sys.argv[1:])
