from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

import pytest

from pipeline.engine.bus import Bus
from pipeline.model.event import JobRemoved, Told

ONE = [Told(JobRemoved("a"), 1, 0, 1, 0, "0")]
TWO = [Told(JobRemoved("b"), 2, 0, 1, 0, "0")]


def test_every_reader_hears_all_in_order_until_it_leaves() -> None:
    bus = Bus()
    first: list[Told] = []
    second: list[Told] = []
    leave = bus.subscribe(first.extend)
    bus.subscribe(second.extend)
    bus.tell(ONE)
    leave()
    leave()
    bus.tell(TWO)
    assert first == ONE
    assert second == ONE + TWO


def test_a_reader_that_fails_keeps_nothing_from_the_others(caplog: pytest.LogCaptureFixture) -> None:
    bus = Bus()
    heard: list[Told] = []

    def fails(told: Sequence[Told]) -> None:
        raise ValueError("broken")

    bus.subscribe(fails)
    bus.subscribe(heard.extend)
    with caplog.at_level(logging.ERROR):
        bus.tell(ONE)
    assert heard == ONE
    assert "a reader of events failed" in caplog.text


def test_the_same_reader_twice_leaves_with_both() -> None:
    bus = Bus()
    heard: list[Told] = []
    reader = heard.extend
    bus.subscribe(reader)
    leave = bus.subscribe(reader)
    bus.tell(ONE)
    assert heard == ONE * 2
    leave()
    bus.tell(TWO)
    assert heard == ONE * 2


def test_a_reader_may_leave_while_it_is_told() -> None:
    bus = Bus()
    heard: list[str] = []

    def once(told: Sequence[Told]) -> None:
        heard.append("once")
        leave()

    leave = bus.subscribe(once)
    bus.subscribe(lambda told: heard.append("always"))
    bus.tell(ONE)
    bus.tell(TWO)
    assert heard == ["once", "always", "always"]


def test_readers_may_come_from_many_threads() -> None:
    bus = Bus()
    heard: list[int] = []
    threads = [threading.Thread(target=lambda n=n: bus.subscribe(lambda told: heard.append(n))) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bus.tell(ONE)
    assert sorted(heard) == list(range(50))
