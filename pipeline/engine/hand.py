"""Reaches into one started job: stops it, suspends it, lets it go on. Knows nothing of states or of the store.

Every running Step of the job is a Member. A Member holds a lane's place while it works, gives it back while it is
suspended, and asks again, ahead of new ones, before it goes on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

from pipeline.engine.cancel import Cancel
from pipeline.engine.lanes import Lanes, Ticket
from pipeline.model.stage import Canceled, Lane

Place = Literal["asks", "works", "suspended", "rests"]


class Process(Protocol):
    """A running process, as far as a job's hand is concerned. No call blocks; all are safe after its end."""

    def suspend(self) -> None:
        """Stops the whole process tree where it is."""
        ...

    def resume(self) -> None:
        """Lets it go on."""
        ...

    def kill(self, stalled_s: float = 0.0) -> None:
        """Ends the whole process tree at once; `stalled_s` says for how long it had made no progress."""
        ...

    def quiet_s(self) -> float:
        """Seconds without progress, suspended time left out."""
        ...


class Hand:
    """One started job's cancel flag and pause gate. Any thread may call any method.

    `on_change` is called under the engine's lock whenever a Step starts, ends, asks, is granted or suspended.
    """

    def __init__(self, lock: threading.RLock, lanes: Lanes, on_change: Callable[[], None]) -> None:
        self.cancel = Cancel()
        self.is_interrupted = False
        self._lock = lock
        self._lanes = lanes
        self._on_change = on_change
        self._paused = False
        self._members: list[Member] = []
        self._since_s = time.monotonic()
        self._idle_since_s: float | None = None
        self._idle_s = 0.0

    @property
    def is_paused(self) -> bool:
        """Whether a pause is asked for, in effect or not."""
        return self._paused

    @property
    def is_quiet(self) -> bool:
        """Whether a pause is in effect everywhere in the job."""
        return self._paused and bool(self._members) and all(m.place in ("suspended", "rests") for m in self._members)

    @property
    def waits_for_place(self) -> bool:
        """Whether the job does nothing but wait for places."""
        return bool(self._members) and all(m.place == "asks" for m in self._members)

    @property
    def only_uses(self) -> frozenset[Lane]:
        """The lanes its Steps work in now; empty between Steps."""
        return frozenset(m.lane for m in self._members if m.lane and m.place == "works")

    def active_s(self) -> float:
        """Seconds since it was started, without the time a pause was in effect or it only waited for places."""
        with self._lock:
            now = time.monotonic()
            idle_s = self._idle_s + (now - self._idle_since_s if self._idle_since_s is not None else 0.0)
            return now - self._since_s - idle_s

    def pause(self) -> None:
        """Suspends what runs and keeps new Steps from starting. Takes effect during a Call when that returns."""
        with self._lock:
            self._paused = True
            # Asks are taken back first: a place that is given back must not go to another Step of this job.
            for member in sorted(self._members, key=lambda member: member.place != "asks"):
                member.hold()
            self.settle()

    def resume(self) -> None:
        """Lets everything go on, as soon as there are places again."""
        with self._lock:
            self._paused = False
            for member in list(self._members):
                member.go_on()
            self.settle()

    def interrupt(self) -> None:
        """Ends the attempt because the app is closing; the job comes back."""
        self.is_interrupted = True
        self.cancel.set()

    def stop_if_stalled(self, limit_s: float) -> float:
        """Kills each process that made no progress for so long; returns the longest quiet of one that works."""
        with self._lock:
            working = [m.process for m in self._members if m.place == "works" and m.process is not None]
        longest = 0.0
        for process in working:
            quiet_s = process.quiet_s()
            longest = max(longest, quiet_s)
            if quiet_s > limit_s:
                process.kill(stalled_s=quiet_s)
        return longest

    @contextmanager
    def member(self, lane: Lane | None) -> Iterator[Member]:
        """A place for one Step, from before it starts until it has ended. `None` is a rest between Steps.

        Raises:
            Canceled: the job was cancelled while it waited.
        """
        member = Member(self, self._lanes, lane)
        with self._lock:
            self._members.append(member)
            member.enter(self._paused)
            self.settle()
        off = self.cancel.on_set(member.wake)
        try:
            member.wait(self.cancel)
            yield member
        finally:
            off()
            with self._lock:
                self._members.remove(member)
                member.leave()
                self.settle()

    def settle(self) -> None:
        """Keeps the clock of work, and says that something changed. Under the lock."""
        now = time.monotonic()
        is_idle = self.is_quiet or self.waits_for_place
        if is_idle and self._idle_since_s is None:
            self._idle_since_s = now
        elif not is_idle and self._idle_since_s is not None:
            self._idle_s += now - self._idle_since_s
            self._idle_since_s = None
        self._on_change()


class Member:
    """One Step of a started job: asks for a place, works, is suspended, rests. All under the engine's lock."""

    def __init__(self, hand: Hand, lanes: Lanes, lane: Lane | None) -> None:
        self.lane = lane
        self.place: Place = "rests"
        self._hand = hand
        self._lanes = lanes
        self._lock = hand._lock
        self._ticket: Ticket | None = None
        self.process: Process | None = None
        self._gate = threading.Event()

    def started(self, process: Process) -> None:
        """Hands over the process that now does the Step's work; it is suspended at once if a pause came first."""
        with self._lock:
            self.process = process
            if self._hand.is_paused:
                self.hold()
                self._hand.settle()

    def enter(self, paused: bool) -> None:
        """Takes up its place in the job; asks for one in its lane unless the job is paused."""
        if not paused:
            self._ask(ahead=False)

    def wait(self, cancel: Cancel) -> None:
        """Blocks until there is a place and no pause.

        Raises:
            Canceled: the job was cancelled first.
        """
        while not cancel.is_set():
            with self._lock:
                if self.place == "works" and not self._hand.is_paused:
                    return
                if self.place == "works":
                    # A pause came between the grant and here; nothing has begun yet.
                    self.place = "rests"
                    self._give()
                    self._hand.settle()
                self._gate.clear()
            if not cancel.is_set():
                self._gate.wait()
        raise Canceled

    def wake(self) -> None:
        """Makes `wait` look again."""
        self._gate.set()

    def hold(self) -> None:
        """Suspends the process, or takes back the ask. A Call that runs goes on until it returns."""
        if self.place == "works" and self.process is not None:
            self.process.suspend()
            self.place = "suspended"
            self._give()
        elif self.place == "asks":
            self.place = "rests"
            self._give()

    def go_on(self) -> None:
        """Asks for a place again, ahead of new Steps."""
        if self.place in ("suspended", "rests"):
            self._ask(ahead=True)

    def leave(self) -> None:
        """The Step has ended, one way or another."""
        self._give()
        self.process = None

    def _ask(self, *, ahead: bool) -> None:
        self.place = "asks"
        if self.lane is None:
            self._granted()
            return
        self._ticket = self._lanes.ask(self.lane, self._granted, ahead=ahead)

    def _granted(self) -> None:
        self.place = "works"
        if self.process is not None:
            self.process.resume()
        self._gate.set()
        self._hand.settle()

    def _give(self) -> None:
        ticket, self._ticket = self._ticket, None
        if ticket is not None:
            self._lanes.withdraw(ticket)
