"""Counts references to None and True, which some releases of PySide6 give away until the program aborts.

Before Python 3.12 these two can die. A short test run does not show it; five minutes of a window do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

pytest.importorskip("PySide6.QtCore", exc_type=ImportError)

from PySide6.QtCore import QObject, QTimer, Signal

pytestmark = pytest.mark.skipif(sys.version_info >= (3, 12), reason="None and True cannot die from 3.12 on")

CALLS = 1000


def given_away(call: Callable[[], object]) -> int:
    """The greatest change in the number of references to None and True over many calls."""
    call()
    before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(CALLS):
        call()
    after = sys.getrefcount(None), sys.getrefcount(True)
    return max(abs(now - then) for now, then in zip(after, before, strict=True))


def test_calls_that_return_nothing_give_nothing_away() -> None:
    thing = QObject()
    timer = QTimer()

    def call() -> None:
        thing.setObjectName("name")
        timer.setInterval(5)
        timer.stop()

    assert given_away(call) < 50


def test_signals_give_nothing_away() -> None:
    class Speaker(QObject):
        spoke = Signal(object)

    speaker = Speaker()
    heard: list[object] = []
    speaker.spoke.connect(heard.append)
    assert given_away(lambda: speaker.spoke.emit("word")) < 50
    assert len(heard) == CALLS + 1
