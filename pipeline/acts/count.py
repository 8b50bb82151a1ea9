"""Counts the packets of files: what they hold, stream by stream, without decoding any of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from pipeline.media.counter import COUNTER
from pipeline.model.stage import Act, CancelSignal, Tick


class CountPackets(Act, frozen=True):
    """What the files hold. Names are relative to the Workspace, or absolute; `every_s` asks for moments, too.

    Its value has either `value`, for each file its `bytes` and `streams`, or `error`, why that cannot be told. Looking
    again does no harm.
    """

    files: tuple[bytes, ...]
    every_s: float = 0.0

    def run(self, cancel: CancelSignal, tick: Callable[[Tick], None], folder: str) -> dict[str, Any]:
        """Does it; a file that cannot be read is an answer.

        Raises:
            Canceled: `cancel` was set.
            PipelineError: `tool_stalled`, where nothing is heard of a file for too long.
        """
        files = [os.path.join(folder, os.fsdecode(file)) for file in self.files]
        return COUNTER.count(files, self.every_s, cancel, tick)
