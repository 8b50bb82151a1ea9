"""What probes found before, kept in the store. Reads with a connection of its own, writes through the writer."""

from __future__ import annotations

import threading

from pipeline.model.source import MediaInfo
from pipeline.store.connection import reader
from pipeline.store.probes import get_probe, put_probe
from pipeline.store.writer import Writer


class KeptProbes:
    """The Prober's cache. Any thread may call."""

    def __init__(self, path: str, writer: Writer) -> None:
        self._connection = reader(path)
        self._lock = threading.Lock()
        self._writer = writer

    def get(self, path: bytes, size: int, mtime_ns: int) -> MediaInfo | None:
        """What was found in this file, if it is as it was."""
        with self._lock:
            return get_probe(self._connection, path, size, mtime_ns)

    def put(self, path: bytes, size: int, mtime_ns: int, info: MediaInfo) -> None:
        """Keeps what was found. Does not wait for the commit: a lost probe is only done again."""
        self._writer.submit(lambda connection: put_probe(connection, path, size, mtime_ns, info))

    def close(self) -> None:
        """Lets go of the database."""
        with self._lock:
            self._connection.close()
