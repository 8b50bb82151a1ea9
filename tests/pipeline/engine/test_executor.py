from __future__ import annotations

import threading

from pipeline.engine.executor import Threads
from tests.pipeline.store.support import LIMIT_S


def test_all_work_starts_at_once_each_in_its_own_thread() -> None:
    executor = Threads()
    meet = threading.Barrier(50, timeout=LIMIT_S)
    threads: set[threading.Thread] = set()

    def work() -> None:
        threads.add(threading.current_thread())
        meet.wait()

    for _ in range(50):
        executor.start(work)
    assert executor.close(LIMIT_S)
    assert len(threads) == 50


def test_closing_says_whether_all_has_ended() -> None:
    executor = Threads()
    go = threading.Event()

    def work() -> None:
        go.wait(LIMIT_S)

    executor.start(work)
    assert executor.close(0.0) is False
    go.set()
    assert executor.close(LIMIT_S) is True


def test_work_may_start_more_work() -> None:
    executor = Threads()
    done = threading.Event()
    executor.start(lambda: executor.start(done.set))
    assert done.wait(LIMIT_S)
    assert executor.close(LIMIT_S)


def test_closing_with_nothing_at_work_is_at_once() -> None:
    assert Threads().close(0.0)
