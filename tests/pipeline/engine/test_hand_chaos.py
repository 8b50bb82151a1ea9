from __future__ import annotations

import threading
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.engine.hand import Hand
from pipeline.engine.lanes import Lanes
from pipeline.model.stage import Canceled, Lane
from tests.pipeline.engine.support import FakeProcess
from tests.pipeline.store.support import LIMIT_S

JOBS, MEMBERS, STEPS = 4, 2, 4
LANE: tuple[Lane, ...] = ("cpu", "cpu", "light", "net")

VERBS: dict[str, Callable[[Hand], None]] = {
    "pause": Hand.pause,
    "resume": Hand.resume,
    "cancel": lambda hand: hand.cancel.set(),
    "interrupt": Hand.interrupt,
}


class Attempt:
    """One job: some threads, each with some Steps, every second one a process."""

    def __init__(self, lock: threading.RLock, lanes: Lanes, turn: threading.Condition) -> None:
        self.hand = Hand(lock, lanes, self._changed)
        self.faults: list[str] = []
        self.done = 0
        self._lock = lock
        self._turn = turn
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(MEMBERS)]
        for thread in self._threads:
            thread.start()

    def _changed(self) -> None:
        if self.hand.is_quiet and self.hand.only_uses:
            self.faults.append("quiet, but something works")

    def _run(self, number: int) -> None:
        try:
            for count in range(STEPS):
                with self.hand.member(LANE[(number + count) % len(LANE)]) as member:
                    process = FakeProcess()
                    if count % 2:
                        member.started(process)
                    with self._turn:
                        self._turn.wait(0.0005)
                    with self._lock:
                        if member.place == "works" and process.is_suspended:
                            self.faults.append(f"it works with signals {process.signals}")
            with self.hand.member(None):
                self.done += 1
        except Canceled:
            self.done += 1

    def has_ended(self) -> bool:
        """Waits for its threads."""
        for thread in self._threads:
            thread.join(LIMIT_S)
        return not any(thread.is_alive() for thread in self._threads)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["pause", "pause", "resume", "resume", "cancel", "interrupt"]),
                          st.integers(0, JOBS - 1)), max_size=40))  # fmt: skip
def test_in_whatever_order_verbs_come_nothing_hangs_and_no_place_is_lost(verbs: list[tuple[str, int]]) -> None:
    lock = threading.RLock()
    lanes = Lanes(lock, {"cpu": 2, "light": 1, "net": 1})
    turn = threading.Condition()
    jobs = [Attempt(lock, lanes, turn) for _ in range(JOBS)]
    for verb, index in verbs:
        VERBS[verb](jobs[index].hand)
        with turn:
            turn.notify_all()
            turn.wait(0.0002)
    for job in jobs:
        job.hand.resume()
    ended = [job.has_ended() for job in jobs]
    for job in jobs:
        job.hand.cancel.set()
    assert all(ended), "a wake-up was lost"
    assert [job.done for job in jobs] == [MEMBERS] * JOBS
    assert [fault for job in jobs for fault in job.faults] == []
    assert set(lanes._held.values()) == {0}
    assert not any(lanes._waiting.values())
