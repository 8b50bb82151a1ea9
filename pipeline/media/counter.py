"""Counts the packets of files, in children that live on: to start one takes twenty times as long as to count."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from pipeline.media.question import Question
from pipeline.media.worker import Worker
from pipeline.model.problem import PipelineError, tool_stalled
from pipeline.model.stage import Canceled, CancelSignal, Tick

WORKER = (sys.executable, "-m", "pipeline.media.packets")
# A file nothing is heard of for so long is on a drive that is gone.
QUIET_S = 120.0
_KEPT = 2


class Counter:
    """The children. Any thread may call any of these; each question has a child of its own meanwhile."""

    def __init__(self, worker: Sequence[str] = WORKER, quiet_s: float = QUIET_S) -> None:
        """Starts nothing yet."""
        self._command = worker
        self._quiet_s = quiet_s
        self._lock = threading.Lock()
        self._idle: list[Worker] = []

    def count(
        self, files: Sequence[str], every_s: float, cancel: CancelSignal, tick: Callable[[Tick], None]
    ) -> dict[str, Any]:
        """What the files hold, as `value`, or as `error` why it cannot be told.

        Raises:
            Canceled: `cancel` was set.
                PipelineError: `tool_stalled`, where nothing is heard for too long.
        """
        line = msgspec.json.encode(Question(tuple(os.fsencode(os.path.abspath(file)) for file in files), every_s))
        # A child that was there already may have been killed while it was idle; of a new one it is known why it died.
        for worker in (self._taken(), None):
            found = self._asked(worker or Worker(self._command), line, cancel, tick)
            if found is not None:
                return found
        return {"error": "Counting packets failed: what counts them died twice"}

    def close(self) -> None:
        """Ends the children that wait. May be called again, and counted with again."""
        with self._lock:
            ended, self._idle = self._idle, []
        for worker in ended:
            worker.kill()
        for worker in ended:
            worker.join()

    def _asked(
        self, worker: Worker, line: bytes, cancel: CancelSignal, tick: Callable[[Tick], None]
    ) -> dict[str, Any] | None:
        """Its answer; None where it died. A child that answered waits for the next question."""
        take_off = cancel.on_set(worker.kill)
        is_whole = False
        try:
            worker.send(line)
            while (said := worker.next(self._quiet_s)) is not None and said.endswith(b"\n"):
                message: dict[str, Any] = msgspec.json.decode(said)
                if "done" not in message:
                    is_whole = True
                    return message
                tick(Tick(done=message["done"], total=message["total"], unit="bytes"))
            if cancel.is_set():
                raise Canceled
            if said is None:
                raise PipelineError(tool_stalled("python", self._quiet_s))
            return None
        finally:
            take_off()
            self._give_back(worker, is_whole)

    def _taken(self) -> Worker | None:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive():
                    return worker
            return None

    def _give_back(self, worker: Worker, is_whole: bool) -> None:
        with self._lock:
            if is_whole and len(self._idle) < _KEPT and worker.is_alive():
                self._idle.append(worker)
                return
        worker.kill()
        worker.join()


COUNTER = Counter()
"""The one all Acts use. Who opens the engine closes it."""
