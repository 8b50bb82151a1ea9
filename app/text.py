"""Words and numbers as people read them: sizes, durations, time left, states. Pure functions, one sitting to review."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from pipeline.model.job import Job
from pipeline.model.problem import Problem
from pipeline.model.state import State

UNKNOWN = "–"

_SIZE_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_STATE_WORDS = {
    State.PENDING: "Queued",
    State.RUNNING: "Running",
    State.PAUSING: "Pausing",
    State.PAUSED: "Paused",
    State.COMPLETING: "Finishing",
    State.CANCELING: "Cancelling",
    State.COMPLETED: "Done",
    State.FAILED: "Failed",
    State.CANCELED: "Cancelled",
    State.SKIPPED: "Skipped",
}


def size(size_bytes: float) -> str:
    """`812 B`, `12.4 MB`, `182 MB`: powers of 1,000, one decimal below 100."""
    value = float(size_bytes)
    for unit in _SIZE_UNITS:
        # Rounded first, so that 999,999 bytes are 1.0 MB and never 1000 kB.
        rounded = round(value) if unit == "B" or round(value, 1) >= 100 else round(value, 1)
        if rounded < 1000 or unit == _SIZE_UNITS[-1]:
            return f"{rounded} {unit}"
        value /= 1000
    raise AssertionError("unreachable: the last unit takes all")


def duration(seconds: float | None) -> str:
    """`0.4 s`, `3 s`, `1 min 05 s`, `3 h 04 min`; `–` when unknown."""
    if seconds is None:
        return UNKNOWN
    if 0 < seconds < 0.95:
        return f"{max(0.1, seconds):.1f} s"
    whole_s = round(seconds)
    if whole_s < 60:
        return f"{whole_s} s"
    if whole_s < 3600:
        return f"{whole_s // 60} min {whole_s % 60:02d} s"
    whole_min = round(seconds / 60)
    return f"{whole_min // 60} h {whole_min % 60:02d} min"


def time_left(eta_ms: int | None) -> str:
    """`about 4 min`, `about 45 s`, `almost done`; `–` when unknown. Steps of 5 s, then minutes, then 5 min."""
    if eta_ms is None:
        return UNKNOWN
    seconds = eta_ms / 1000
    if seconds <= 5:
        return "almost done"
    return f"about {_stepped(seconds)}"


def time_left_between(low_ms: int | None, high_ms: int | None) -> str:
    """An interval: `4 to 7 min`, `50 min to 1 h 10 min`; one value where both round to the same."""
    if low_ms is None or high_ms is None:
        return UNKNOWN
    low_s, high_s = sorted((low_ms / 1000, high_ms / 1000))
    if high_s <= 5:
        return "almost done"
    if high_s < 57.5:
        return "less than a minute"
    low, high = _stepped(max(low_s, 5.0)), _stepped(high_s)
    if low == high:
        return f"about {high}"
    low_number, _, low_unit = low.partition(" ")
    if low.count(" ") == high.count(" ") == 1 and low_unit == high.split(" ")[1]:
        low = low_number
    return f"{low} to {high}"


def held_steady(shown_ms: int | None, now_ms: int | None) -> int | None:
    """What to show next: the old value while the new one moves by less than 10 %."""
    if shown_ms is None or now_ms is None:
        return now_ms
    return shown_ms if abs(now_ms - shown_ms) < shown_ms / 10 else now_ms


def speed(times_real: float) -> str:
    """`1.84×` real time; `–` when unknown."""
    if times_real <= 0:
        return UNKNOWN
    decimals = 2 if times_real < 10 else 1 if times_real < 100 else 0
    return f"{times_real:.{decimals}f}×"


def bit_rate(bits_per_s: float) -> str:
    """`320 kb/s`, `4.8 Mb/s`."""
    if bits_per_s < 999_500:
        return f"{round(bits_per_s / 1000)} kb/s"
    return f"{bits_per_s / 1e6:.1f} Mb/s"


def percent(value: float) -> str:
    """`47 %`, rounded down, so that 100 % is said of finished work only."""
    return f"{int(value)} %"


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 job`, `3 jobs`, `1,204 jobs`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def state_word(job: Job) -> str:
    """A job's state as its row says it; what waits for the world is `Waiting`, what waits for a person `Held`."""
    if job.state is State.PENDING and job.held_by:
        return "Held"
    if job.waiting_for not in ("", "lane") and job.state in (State.PENDING, State.RUNNING):
        return "Waiting"
    return _STATE_WORDS[job.state]


def label_of(state: State) -> str:
    """A state as a word for filters and headings."""
    return _STATE_WORDS[state]


def one_line(name: str) -> str:
    """A name fit for one line of a terminal: control and direction-changing characters become `�`.

    File names come from strangers; an escape sequence in one must not reach the terminal.
    """
    return "".join("�" if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") else sign for sign in name)


def sentence(problem: Problem) -> str:
    """A Problem on one line: what happened, why, what to do now."""
    return one_line(str(problem))


def details(problem: Problem, limit: int = 10) -> list[str]:
    """The last lines of what a tool said of it, each fit for a terminal; of a bug, all of its traceback."""
    lines = [one_line(line.expandtabs()) for line in problem.detail.splitlines() if line.strip()]
    return lines if problem.code == "bug" else lines[-limit:]


def summary(jobs: Sequence[Job]) -> str:
    """`3 completed, 1 failed`: how many ended how."""
    order = (State.COMPLETED, State.SKIPPED, State.FAILED, State.CANCELED)
    ended = [(sum(job.state is state for job in jobs), state) for state in order]
    left = sum(not job.state.is_terminal for job in jobs)
    parts = [f"{number:,} {state.value}" for number, state in ended if number]
    return ", ".join([*parts, f"{left:,} not finished"] if left else parts)


def _stepped(seconds: float) -> str:
    if seconds < 57.5:
        return f"{max(5, 5 * round(seconds / 5))} s"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"{minutes} min"
    minutes = 5 * round(seconds / 300)
    return f"{minutes // 60} h {minutes % 60:02d} min"
