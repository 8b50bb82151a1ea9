"""A probe worker that hangs, dies, floods or errs over files whose names ask for it, and is a good one otherwise."""

from __future__ import annotations

import os
import threading

from pipeline.media.probe_worker import look, own_pipes, serve
from pipeline.model.source import MediaInfo


def wild(path: str) -> MediaInfo:
    """Does what the name says."""
    name = os.path.basename(path)
    if "hang" in name:
        while True:
            threading.Event().wait(3600)
    if "abort" in name:
        os.write(2, b"a library's last words\n")
        os.abort()
    if "flood" in name:
        for _ in range(200):
            os.write(1, b"y" * 65536)
            os.write(2, b"z" * 65536)
    if "mistake" in name:
        raise ZeroDivisionError("a mistake of ours")
    return look(path)


if __name__ == "__main__":
    serve(*own_pipes(), wild)
