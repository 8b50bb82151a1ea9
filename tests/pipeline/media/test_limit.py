from __future__ import annotations

import threading

from pipeline.media.limit import Limit


def test_it_sets_itself_and_calls_back_once() -> None:
    called = threading.Event()
    with Limit(0.01) as limit:
        limit.on_set(called.set)
        assert called.wait(30) and limit.wait(30) and limit.is_set()
    again = threading.Event()
    limit.on_set(again.set)
    assert again.is_set()


def test_leaving_the_block_stops_the_clock() -> None:
    with Limit(3600) as limit:
        assert not limit.is_set()
    assert not limit.wait(0)


def test_what_was_taken_off_is_not_called() -> None:
    taken, kept = threading.Event(), threading.Event()
    with Limit(0.05) as limit:
        off = limit.on_set(taken.set)
        limit.on_set(kept.set)
        off()
        off()
        assert kept.wait(30)
    assert not taken.is_set()
