"""Counted places for Steps. Grants by callback, so that nobody waits for one place while holding another."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.model.stage import Lane


@dataclass(eq=False)
class Ticket:
    """One ask for one place."""

    lane: Lane
    granted: Callable[[], None]
    is_ahead: bool = False
    holds: bool = False


class Lanes:
    """The places of every lane, under the engine's one lock.

    `granted` callbacks run under that lock, inside `ask`, `give` or `set_places`, and must not block.
    """

    def __init__(self, lock: threading.RLock, places: Mapping[Lane, int]) -> None:
        self._lock = lock
        self._places = dict(places)
        self._held: dict[Lane, int] = dict.fromkeys(places, 0)
        self._waiting: dict[Lane, deque[Ticket]] = {lane: deque() for lane in places}

    def ask(self, lane: Lane, granted: Callable[[], None], *, ahead: bool = False) -> Ticket:
        """Asks for a place; `granted` is called once it is there. `ahead` goes before those who asked without."""
        with self._lock:
            ticket = Ticket(lane, granted, ahead)
            line = self._waiting[lane]
            line.insert(sum(other.is_ahead for other in line) if ahead else len(line), ticket)
            self._grant(lane)
            return ticket

    def withdraw(self, ticket: Ticket) -> None:
        """Takes back an ask, or gives the place back if it was granted meanwhile."""
        with self._lock:
            if ticket.holds:
                self.give(ticket)
            elif ticket in self._waiting[ticket.lane]:
                self._waiting[ticket.lane].remove(ticket)

    def give(self, ticket: Ticket) -> None:
        """Gives a place back. Giving twice is giving once."""
        with self._lock:
            if ticket.holds:
                ticket.holds = False
                self._held[ticket.lane] -= 1
                self._grant(ticket.lane)

    def set_places(self, lane: Lane, places: int) -> None:
        """Changes how many places a lane has. Fewer places take none away; they are just not granted again."""
        with self._lock:
            self._places[lane] = places
            self._grant(lane)

    def places(self, lane: Lane) -> int:
        """How many places a lane has."""
        return self._places[lane]

    def _grant(self, lane: Lane) -> None:
        line = self._waiting[lane]
        while line and self._held[lane] < self._places[lane]:
            ticket = line.popleft()
            ticket.holds = True
            self._held[lane] += 1
            ticket.granted()
