"""One stream of told events for all readers: list, history, terminal, remote viewers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from pipeline.model.event import Told

Reader = Callable[[Sequence[Told]], None]

_LOG = logging.getLogger(__name__)


class Bus:
    """Hands told events to readers, on the writer's thread. A reader only hands over; it never blocks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers: tuple[Reader, ...] = ()

    def subscribe(self, reader: Reader) -> Callable[[], None]:
        """Adds a reader; returns what takes it off again."""
        with self._lock:
            self._readers = (*self._readers, reader)
        return lambda: self._leave(reader)

    def tell(self, told: Sequence[Told]) -> None:
        """Called by the writer, after the events are durable. One reader's fault does not keep them from others."""
        for reader in self._readers:
            try:
                reader(told)
            except Exception:
                _LOG.exception("a reader of events failed")

    def _leave(self, reader: Reader) -> None:
        with self._lock:
            self._readers = tuple(other for other in self._readers if other is not reader)
