from __future__ import annotations

import threading
from functools import partial

from pipeline.engine.cancel import Cancel
from tests.pipeline.store.support import LIMIT_S


def test_callbacks_are_called_once_in_the_thread_that_sets_it() -> None:
    cancel = Cancel()
    called: list[tuple[str, threading.Thread]] = []
    cancel.on_set(lambda: called.append(("first", threading.current_thread())))
    cancel.on_set(lambda: called.append(("second", threading.current_thread())))
    thread = threading.Thread(target=cancel.set)
    thread.start()
    thread.join()
    cancel.set()
    assert called == [("first", thread), ("second", thread)]
    assert cancel.is_set()


def test_what_was_taken_off_is_not_called() -> None:
    cancel = Cancel()
    called: list[int] = []
    off = cancel.on_set(lambda: called.append(1))
    cancel.on_set(lambda: called.append(2))
    off()
    off()
    cancel.set()
    off()
    assert called == [2]


def test_a_callback_that_comes_late_is_called_at_once() -> None:
    cancel = Cancel()
    cancel.set()
    called: list[int] = []
    off = cancel.on_set(lambda: called.append(1))
    assert called == [1]
    off()


def test_a_callback_may_hang_up_another_and_ask() -> None:
    cancel = Cancel()
    called: list[object] = []

    def again() -> None:
        cancel.on_set(lambda: called.append(cancel.is_set()))

    cancel.on_set(again)
    cancel.set()
    assert called == [True]


def test_who_waits_is_woken() -> None:
    cancel = Cancel()
    woken: list[bool] = []
    thread = threading.Thread(target=lambda: woken.append(cancel.wait(LIMIT_S)))
    thread.start()
    cancel.set()
    thread.join()
    assert woken == [True]
    assert cancel.wait() is True
    assert Cancel().wait(0.0) is False


def test_setting_and_hanging_up_at_once_calls_each_callback_exactly_once() -> None:
    for _ in range(200):
        cancel = Cancel()
        called: list[int] = []
        setter = threading.Thread(target=cancel.set)
        setter.start()
        for number in range(5):
            cancel.on_set(partial(called.append, number))
        setter.join()
        assert sorted(called) == [0, 1, 2, 3, 4]
