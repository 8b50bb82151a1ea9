"""Opens the home's database so that the app always starts: makes it, migrates it, and repairs it where it must."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from pipeline.model.problem import Problem
from pipeline.store import lineage, schema
from pipeline.store.connection import writable

NAME = "reelyard.db"


@dataclass(frozen=True)
class Opened:
    path: str
    epoch: str
    was_clean: bool
    salvaged: Problem | None = None


def open_database(folder: str) -> Opened:
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, NAME)
    c = writable(path)
    try:
        schema.migrate(c)
        if not lineage.epoch_of(c):
            lineage.set_meta(c, "epoch", lineage.new_epoch(time.time_ns() // 1_000_000))
        return Opened(path, lineage.epoch_of(c), lineage.was_closed(c))
    finally:
        c.close()
