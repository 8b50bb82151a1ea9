"""The one thread that looks at the clock: stalled tools, scratch that is due, a store that may work again."""

from __future__ import annotations

import logging
import threading

from pipeline.engine.scheduler import Scheduler
from pipeline.engine.sweep import Sweeper
from pipeline.store.writer import Writer

PERIOD_S = 0.5
QUIET_S = 30.0

_LOG = logging.getLogger(__name__)


class Watch:
    """Looks every half second. `stall_after_s` is how long a tool may make no progress before it is ended."""

    def __init__(
        self,
        scheduler: Scheduler,
        sweeper: Sweeper,
        writer: Writer,
        *,
        stall_after_s: float,
        period_s: float = PERIOD_S,
    ) -> None:
        self._scheduler = scheduler
        self._sweeper = sweeper
        self._writer = writer
        self._stall_after_s = stall_after_s
        self._period_s = period_s
        self._ends = threading.Event()
        self._is_troubled = False
        self._stalled: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="watch")

    def start(self) -> None:
        """Starts looking."""
        self._thread.start()

    def close(self) -> None:
        """Ends the thread."""
        self._ends.set()
        self._thread.join()

    def trouble(self, on: bool) -> None:
        """Whether the store cannot be written now; while so, a small write is tried now and then."""
        self._is_troubled = on

    def _run(self) -> None:
        while not self._ends.wait(self._period_s):
            try:
                self._look()
            except Exception:
                _LOG.exception("the watch met a bug and goes on")

    def _look(self) -> None:
        hands = self._scheduler.hands()
        self._stalled.intersection_update(hands)
        for job_id, hand in hands.items():
            quiet_s = hand.stop_if_stalled(self._stall_after_s)
            # Said long before it is acted on: a person may know better what the tool is doing.
            if quiet_s > min(QUIET_S, self._stall_after_s / 2):
                self._stalled.add(job_id)
                self._scheduler.waits(job_id, "stalled", f"No progress for {quiet_s:.0f} s.")
            elif job_id in self._stalled:
                self._stalled.discard(job_id)
                self._scheduler.waits(job_id, "", instead_of="stalled")
        self._sweeper.sweep()
        self._scheduler.begin()
        self._scheduler.save_again()
        if self._is_troubled:
            self._writer.try_again()
