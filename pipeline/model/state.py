"""The one table of a job's states. Nothing else in the product decides what may follow what."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pipeline.model.problem import Problem, Remedy


class State(StrEnum):
    """Where a job stands. The values are the words on the wire."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    COMPLETING = "completing"
    CANCELING = "canceling"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    SKIPPED = "skipped"

    @property
    def is_terminal(self) -> bool:
        """The attempt has ended."""
        return self in TERMINAL

    @property
    def is_started(self) -> bool:
        """A thread of the Executor is at work on it, or holds it suspended."""
        return self not in TERMINAL and self is not State.PENDING

    @property
    def is_paused(self) -> bool:
        """A person stopped it for now, or is about to have done so."""
        return self in (State.PAUSING, State.PAUSED)

    def takes(self, trigger: Trigger) -> bool:
        """Whether the table has a cell for this trigger."""
        return (self, trigger) in TABLE


class Trigger(StrEnum):
    """What happens to a job: a person's verb or a report of the Runner."""

    START = "start"
    PAUSE = "pause"
    PAUSED = "paused"
    RESUME = "resume"
    COMPLETE = "complete"
    FINISH = "finish"
    FAIL = "fail"
    CANCEL = "cancel"
    STOPPED = "stopped"
    SKIP = "skip"
    INTERRUPT = "interrupt"
    RETRY = "retry"


TERMINAL: Final = frozenset({State.COMPLETED, State.FAILED, State.CANCELED, State.SKIPPED})

_COLUMNS: Final = tuple(Trigger)
_STAYS: Final = "stays"

# Read as in house.md section 6; "." is "no such transition".
_ROWS: Final = """
            START    PAUSE    PAUSED  RESUME   COMPLETE    FINISH     FAIL    CANCEL     STOPPED   SKIP      INTERRUPT  RETRY
pending     running  .        .       .        .           .          failed  canceled   .         skipped   pending    .
running     .        pausing  .       .        completing  .          failed  canceling  .         skipped   pending    .
pausing     .        .        paused  running  completing  .          failed  canceling  .         skipped   pending    .
paused      .        .        .       running  .           .          failed  canceling  .         .         pending    .
completing  .        .        .       .        .           completed  failed  canceling  .         skipped   pending    .
canceling   .        .        .       .        .           completed  canceled canceling canceled  canceled  canceled   .
failed      .        .        .       .        .           .          .       stays      .         .         stays      pending
canceled    .        .        .       .        .           .          .       stays      .         .         stays      pending
skipped     .        .        .       .        .           .          .       stays      .         .         stays      pending
completed   .        .        .       .        .           .          .       stays      .         .         stays      .
"""


def _read(rows: str) -> dict[tuple[State, Trigger], State]:
    head, *lines = (line.split() for line in rows.strip().splitlines())
    assert [name.lower() for name in head] == list(_COLUMNS)
    table = {}
    for name, *cells in lines:
        for trigger, cell in zip(_COLUMNS, cells, strict=True):
            if cell != ".":
                table[State(name), trigger] = State(name) if cell == _STAYS else State(cell)
    return table


TABLE: Final = _read(_ROWS)


class IllegalTransition(Exception):
    """A report the table has no cell for. It is a bug of ours, never the user's mistake."""


def after(state: State, trigger: Trigger) -> State:
    """The state that follows.

    Raises:
        IllegalTransition: the table has no such cell.
    """
    try:
        return TABLE[state, trigger]
    except KeyError:
        raise IllegalTransition(f"{trigger.name} in state {state.value}") from None


def refusal(state: State, trigger: Trigger) -> Problem | None:
    """Why a person's verb cannot be followed now; None where it is so already."""
    if state in _SO_ALREADY.get(trigger, ()):
        return None
    verb = trigger.value
    return Problem(
        code="not_now",
        message=f"This job cannot {verb} now: it is {state.value}.",
        why=f"A {state.value} job has no way to {verb}.",
        remedy=Remedy("Choose another action for this job.", "none"),
    )


_SO_ALREADY: Final[dict[Trigger, tuple[State, ...]]] = {
    Trigger.START: (State.RUNNING, State.COMPLETING),
    Trigger.PAUSE: (State.PAUSING, State.PAUSED),
    Trigger.RESUME: (State.RUNNING, State.COMPLETING),
    Trigger.CANCEL: (State.CANCELING, State.CANCELED),
    Trigger.RETRY: (State.PENDING, State.RUNNING),
}
