"""Bus to window: events gather in a locked buffer and wake the main thread by one signal without parameters."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from pipeline.engine.bus import Bus
from pipeline.model.event import Event, JobLogged, JobProgressed, Told

PROGRESS_GAP_MS = 33
BURST = 8
LOG_LINES_KEPT = 5000


@dataclass
class News:
    """What came in since the last time. `facts` in their order; the latest progress of each job; log lines by job.

    A job's facts are to be read before its progress: progress never overtakes a fact on the Bus.
    """

    facts: list[Event] = field(default_factory=list)
    progress: dict[str, JobProgressed] = field(default_factory=dict)
    logs: dict[str, list[JobLogged]] = field(default_factory=dict)


def _nothing() -> None:
    """There is nothing more to leave."""


class EventInbox(QObject):
    """Reads the Bus on its writer's thread, delivers in the main thread: facts at once, progress every 33 ms or so."""

    delivered = Signal(object)  # News
    _woken = Signal()

    def __init__(self, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._news = News()
        self._is_woken = False
        self._has_urgent = False
        self._is_open = True
        self._credit = float(BURST)
        self._counted_s = time.monotonic()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._deliver)
        self._woken.connect(self._on_woken, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe: Callable[[], None] = bus.subscribe(self._take)

    def close(self) -> None:
        """Reads no more. After it returned no thread touches this object."""
        self._unsubscribe()
        self._unsubscribe = _nothing
        with self._lock:
            self._is_open = False
        self._timer.stop()

    def _take(self, told: Sequence[Told]) -> None:
        with self._lock:
            if not self._is_open:
                return
            news = self._news
            is_urgent = False
            for one in told:
                match one.event:
                    case JobProgressed() as event:
                        news.progress[event.job_id] = event
                    case JobLogged() as event:
                        lines = news.logs.setdefault(event.job_id, [])
                        lines.append(event)
                        del lines[:-LOG_LINES_KEPT]
                    case event:
                        news.facts.append(event)
                        is_urgent = True
            if not self._is_woken or (is_urgent and not self._has_urgent):
                # Inside the lock, so that close() cannot come between the question and the signal.
                self._woken.emit()
            self._is_woken = True
            self._has_urgent = self._has_urgent or is_urgent

    @Slot()
    def _on_woken(self) -> None:
        with self._lock:
            is_urgent = self._has_urgent
        credit = self._count_credit()
        if is_urgent or credit >= 1:
            self._deliver()
        elif not self._timer.isActive():
            self._timer.start(max(1, round((1 - credit) * PROGRESS_GAP_MS)))

    def _count_credit(self) -> float:
        """How many deliveries may follow at once: one more each gap, so that a few jobs' ticks wait for nobody."""
        now_s = time.monotonic()
        earned = (now_s - self._counted_s) * 1000 / PROGRESS_GAP_MS
        self._credit = min(float(BURST), self._credit + earned)
        self._counted_s = now_s
        return self._credit

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            if not self._is_woken or not self._is_open:
                return
            news, self._news = self._news, News()
            self._is_woken = self._has_urgent = False
        self._timer.stop()
        self._credit = max(0.0, self._count_credit() - 1)
        self.delivered.emit(news)
