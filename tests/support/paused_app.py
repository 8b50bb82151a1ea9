"""An app that pauses its only job, says so, and waits to be killed. Its arguments are a source and a folder."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from pipeline.model.state import State
from tests.support.engine import opened


def main(source: str, folder: str) -> None:
    """Does not return."""
    with opened(Path(folder)) as engine:
        (job,) = engine.add(Path(source))
        engine.wait(lambda: engine.job(job.id).progress.out_time_s > 0, "work to begin")
        engine.core.control.pause([job.id])
        engine.wait_for(job.id, State.PAUSED)
        print("paused", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
