from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.bridge.executor import PoolExecutor
from tests.app.ui.scene import in_loop


@pytest.fixture
def pool(qapp: QApplication) -> Iterator[PoolExecutor]:
    qapp.setQuitOnLastWindowClosed(False)
    executor = PoolExecutor(threads=2)
    yield executor
    assert executor.close(10)


def test_work_starts_at_once_though_every_thread_is_busy(pool: PoolExecutor) -> None:
    go, started = threading.Event(), [threading.Event() for _ in range(40)]

    def work(mine: threading.Event) -> None:
        mine.set()
        go.wait(30)

    for each in started:
        pool.start(lambda mine=each: work(mine))  # type: ignore[misc]
    assert all(each.wait(30) for each in started)
    go.set()


@pytest.mark.parametrize("error", [ValueError("broken"), SystemExit(3)])
def test_what_work_raises_is_logged_and_ends_nothing(
    pool: PoolExecutor, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    def work() -> None:
        raise error

    with caplog.at_level(logging.ERROR):
        pool.start(work)
        assert pool.close(10)
    assert caplog.records[0].exc_info is not None
    done = threading.Event()
    pool.start(done.set)
    assert done.wait(10)


def test_close_says_when_work_did_not_end_in_time(pool: PoolExecutor) -> None:
    go = threading.Event()

    def work() -> None:
        go.wait(30)

    pool.start(work)
    assert not pool.close(0.01)
    go.set()


def test_ask_returns_or_raises_what_the_work_does(pool: PoolExecutor, qapp: QApplication) -> None:
    async def story() -> None:
        here = threading.get_ident()
        assert await pool.ask(threading.get_ident) != here
        with pytest.raises(ZeroDivisionError):
            await pool.ask(lambda: 1 // 0)
        with pytest.raises(SystemExit):
            await pool.ask(lambda: sys.exit(2))

    in_loop(qapp, story)


def test_an_answer_after_the_loop_was_closed_harms_nobody(pool: PoolExecutor, qapp: QApplication) -> None:
    go = threading.Event()

    async def story() -> None:
        import asyncio

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pool.ask(lambda: go.wait(30)), 0.01)

    in_loop(qapp, story)
    go.set()
    assert pool.close(10)
