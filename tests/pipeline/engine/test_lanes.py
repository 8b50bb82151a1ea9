from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pipeline.engine.lanes import Lanes, Ticket
from pipeline.model.stage import Lane

LANES: tuple[Lane, ...] = ("cpu", "net")


def lanes(**places: int) -> Lanes:
    return Lanes(threading.RLock(), {**dict.fromkeys(LANES, 1), **places})  # type: ignore[dict-item]


def test_places_are_granted_in_the_order_they_were_asked_for() -> None:
    granted: list[str] = []
    book = lanes(cpu=1)
    first = book.ask("cpu", lambda: granted.append("first"))
    second = book.ask("cpu", lambda: granted.append("second"))
    third = book.ask("cpu", lambda: granted.append("third"))
    assert granted == ["first"]
    book.give(first)
    book.give(second)
    assert granted == ["first", "second", "third"]
    book.give(third)


def test_who_asks_ahead_comes_before_those_who_wait() -> None:
    granted: list[str] = []
    book = lanes(cpu=1)
    first = book.ask("cpu", lambda: granted.append("first"))
    book.ask("cpu", lambda: granted.append("new"))
    book.ask("cpu", lambda: granted.append("resumed"), ahead=True)
    book.give(first)
    assert granted == ["first", "resumed"]


def test_those_who_ask_ahead_keep_their_order() -> None:
    granted: list[int] = []
    book = lanes(cpu=1)
    tickets = [book.ask("cpu", partial(granted.append, 0))]
    tickets += [book.ask("cpu", partial(granted.append, n), ahead=n < 4) for n in (4, 1, 2, 5, 3)]
    for ticket in (tickets[0], tickets[2], tickets[3], tickets[5], tickets[1], tickets[4]):
        book.give(ticket)
    assert granted == [0, 1, 2, 3, 4, 5]


def test_lanes_do_not_know_each_other() -> None:
    granted: list[str] = []
    book = lanes(cpu=1, net=1)
    book.ask("cpu", lambda: granted.append("cpu"))
    book.ask("net", lambda: granted.append("net"))
    assert granted == ["cpu", "net"]


def test_giving_twice_is_giving_once() -> None:
    granted: list[str] = []
    book = lanes(cpu=1)
    first = book.ask("cpu", lambda: granted.append("first"))
    for name in ("second", "third"):
        book.ask("cpu", lambda name=name: granted.append(name))  # type: ignore[misc]
    book.give(first)
    book.give(first)
    book.withdraw(first)
    assert granted == ["first", "second"]


def test_an_ask_that_was_taken_back_is_never_granted() -> None:
    granted: list[str] = []
    book = lanes(cpu=1)
    first = book.ask("cpu", lambda: granted.append("first"))
    second = book.ask("cpu", lambda: granted.append("second"))
    book.withdraw(second)
    book.withdraw(second)
    book.give(first)
    assert granted == ["first"]
    assert not second.holds


def test_fewer_places_take_none_away_and_more_are_granted_at_once() -> None:
    granted: list[int] = []
    book = lanes(cpu=3)
    tickets = [book.ask("cpu", lambda n=n: granted.append(n)) for n in range(6)]  # type: ignore[misc]
    book.set_places("cpu", 1)
    assert book.places("cpu") == 1
    book.give(tickets[0])
    book.give(tickets[1])
    assert granted == [0, 1, 2]
    book.give(tickets[2])
    assert granted == [0, 1, 2, 3]
    book.set_places("cpu", 3)
    assert granted == [0, 1, 2, 3, 4, 5]


def test_who_is_granted_may_give_and_ask_at_once() -> None:
    book = lanes(cpu=1)
    granted: list[str] = []
    first = book.ask("cpu", lambda: granted.append("first"))

    def again() -> None:
        granted.append("second")
        book.ask("cpu", lambda: granted.append("after"))

    second = book.ask("cpu", again)
    book.give(first)
    assert granted == ["first", "second"]
    book.give(second)
    assert granted == ["first", "second", "after"]


@dataclass(eq=False)
class Asker:
    lane: Lane
    grants: int = 0
    ticket: Ticket = field(init=False)
    is_done: bool = False

    def granted(self) -> None:
        self.grants += 1


class AnyOrder(RuleBasedStateMachine):
    """Asks, takes back, gives and changes places in any order, and counts along."""

    def __init__(self) -> None:
        super().__init__()
        self.lanes = lanes(cpu=2, net=1)
        self.askers: list[Asker] = []

    @rule(lane=st.sampled_from(LANES), ahead=st.booleans())
    def ask(self, lane: Lane, ahead: bool) -> None:
        asker = Asker(lane)
        self.askers.append(asker)
        asker.ticket = self.lanes.ask(lane, asker.granted, ahead=ahead)

    @precondition(lambda self: self.askers)
    @rule(data=st.data(), verb=st.sampled_from(["give", "withdraw"]))
    def end(self, data: st.DataObject, verb: str) -> None:
        asker = data.draw(st.sampled_from(self.askers))
        if verb == "withdraw":
            self.lanes.withdraw(asker.ticket)
            asker.is_done = True
        else:
            asker.is_done = asker.is_done or asker.ticket.holds
            self.lanes.give(asker.ticket)

    @rule(lane=st.sampled_from(LANES), places=st.integers(0, 4))
    def set_places(self, lane: Lane, places: int) -> None:
        self.lanes.set_places(lane, places)

    @invariant()
    def the_count_is_right(self) -> None:
        for lane in LANES:
            mine = [asker for asker in self.askers if asker.lane == lane]
            holders = [asker for asker in mine if asker.ticket.holds]
            waiting = [asker for asker in mine if not asker.is_done and not asker.ticket.holds]
            assert self.lanes._held[lane] == len(holders)
            assert not waiting or len(holders) >= self.lanes.places(lane), "somebody waits while a place is free"

    @invariant()
    def nobody_is_granted_twice_or_holds_what_was_not_granted(self) -> None:
        for asker in self.askers:
            assert asker.grants <= 1
            assert asker.grants == 1 or not asker.ticket.holds
            assert not (asker.is_done and asker.ticket.holds)

    def teardown(self) -> None:
        for asker in self.askers:
            self.lanes.withdraw(asker.ticket)
        assert all(count == 0 for count in self.lanes._held.values()), "a place has leaked"


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
