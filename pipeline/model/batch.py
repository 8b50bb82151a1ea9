"""The jobs of one drop, shown as one row. A batch has no state of its own: it is derived from its jobs."""

from __future__ import annotations

import os
from collections.abc import Iterable

import msgspec

from pipeline.model.source import shown
from pipeline.model.state import State


class Batch(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the jobs of one drop or one link list have in common."""

    id: str
    num: int
    title: str
    created_ms: int = 0


_OPEN_ORDER = (
    (State.RUNNING, (State.RUNNING, State.COMPLETING)),
    (State.PAUSING, (State.PAUSING, State.CANCELING)),
    (State.PAUSED, (State.PAUSED,)),
    (State.PENDING, (State.PENDING,)),
)
_END_ORDER = (State.COMPLETED, State.FAILED, State.CANCELED, State.SKIPPED)


def state_of(states: Iterable[State]) -> State:
    """Running if any job is; else pausing, paused, pending; at the end completed if any completed, else failed…

    An empty batch is completed: nothing of it is left to do.
    """
    found = set(states)
    for answer, signs in _OPEN_ORDER:
        if found.intersection(signs):
            return answer
    return next((state for state in _END_ORDER if state in found), State.COMPLETED)


def title_of(folders: tuple[str | bytes, ...], count: int) -> str:
    """`Holiday – 240 items` for one dropped folder, `12 items` otherwise."""
    items = f"{count} item" if count == 1 else f"{count} items"
    if len(folders) == 1:
        folder = shown(folders[0])
        name = os.path.basename(folder.rstrip("/\\")) or folder
        return f"{name} – {items}"
    return items
