from __future__ import annotations

import signal
import sys
import threading
from concurrent.futures import Future

import pytest

from app.cli.inbox import Inbox, Wish
from pipeline.model.event import JobRemoved, Told
from tests.support import child
from tests.support.fake_core import EPOCH


def told(number: int) -> list[Told]:
    return [Told(JobRemoved(str(number)), number, 0, number, 0, EPOCH)]


def test_events_come_out_as_they_went_in() -> None:
    inbox = Inbox()
    for number in (1, 2, 3):
        inbox.put(told(number))
    assert [inbox.take(1.0) for _ in range(3)] == [told(1), told(2), told(3)]
    assert inbox.take(0.001) == ()


def test_events_that_come_while_something_is_awaited_are_kept_in_order() -> None:
    inbox, future = Inbox(), Future[int]()
    inbox.put(told(1))
    inbox.put(told(2))
    threading.Timer(0.01, lambda: future.set_result(5)).start()
    assert inbox.wait(future)
    inbox.put(told(3))
    taken = [chunk for _ in range(5) if (chunk := inbox.take(0.001))]
    assert taken == [told(1), told(2), told(3)]


def test_what_is_done_already_is_not_waited_for() -> None:
    future = Future[int]()
    future.set_result(5)
    assert Inbox().wait(future)


@pytest.mark.parametrize(
    ("number", "wish"),
    [(signal.SIGINT, Wish.CANCEL), (signal.SIGTERM, Wish.LEAVE)]
    + ([] if sys.platform == "win32" else [(signal.SIGHUP, Wish.LEAVE)]),
)
def test_a_signal_wakes_whoever_waits_and_leaves_a_wish(number: signal.Signals, wish: Wish) -> None:
    inbox = Inbox()
    before = signal.getsignal(number)
    with inbox.hearing_signals():
        signal.raise_signal(number)
        assert inbox.wish is wish
        assert inbox.take(10.0) == ()
        assert not inbox.wait(Future())
    assert signal.getsignal(number) == before


def test_to_leave_goes_before_to_cancel() -> None:
    inbox = Inbox()
    with inbox.hearing_signals():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
        assert inbox.wish is Wish.LEAVE


def test_asked_twice_the_process_ends_at_once() -> None:
    code = (
        "import signal; from app.cli.inbox import Inbox; i = Inbox()\n"
        "with i.hearing_signals():\n"
        "    signal.raise_signal(signal.SIGINT); print('once', flush=True); signal.raise_signal(signal.SIGINT)\n"
        "    print('never')"
    )
    ended = child.run([sys.executable, "-c", code])
    assert (ended.code, ended.out) == (130, "once\n")
