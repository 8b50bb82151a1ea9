"""Waits for a condition, never for an amount of time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_NEVER = threading.Event()


def until(condition: Callable[[], T], what: str, *, limit_s: float = 30.0, every_s: float = 0.005) -> T:
    """The first true answer of `condition`.

    Raises:
        AssertionError: it had none within `limit_s`; the message says `what` was waited for.
    """
    tries = int(limit_s / every_s) + 1
    for _ in range(tries):
        if answer := condition():
            return answer
        _NEVER.wait(every_s)
    raise AssertionError(f"waited {limit_s:g} s in vain for {what}")
