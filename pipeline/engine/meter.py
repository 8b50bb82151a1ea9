"""Turns a Step's ticks into a job's progress: percent that never goes back, and a time left that is honest."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from pipeline.engine.estimate import Rate
from pipeline.model.job import Progress
from pipeline.model.stage import Call, Run, Stage, Tick

GAP_S = 0.033


class Meter:
    """The progress of one attempt. `tell` gets a new Progress at most every 33 ms; the last of a Stage always.

    `weights` are the shares of the Stages. `clock` counts seconds without pauses.
    """

    def __init__(
        self, stages: Sequence[Stage], tell: Callable[[Progress], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        total = sum(stage.weight for stage in stages) or 1
        start = 0.0
        self._span: dict[str, tuple[float, float]] = {}
        for stage in stages:
            end = start + 100.0 * stage.weight / total
            self._span[stage.id] = (start, end)
            start = end
        self._labels: Mapping[str, str] = {stage.id: stage.label for stage in stages}
        self._tell = tell
        self._clock = clock
        self._rate = Rate()
        self._stage = ""
        self._lock = threading.Lock()
        self._members: dict[int, float] = {}
        self._progress = Progress()
        self._told_at = 0.0

    @property
    def progress(self) -> Progress:
        """The newest progress, told or not."""
        return self._progress

    def enters(self, stage: str) -> bool:
        """Says which Stage the next Step belongs to; True if that is another one."""
        if stage == self._stage or stage not in self._span:
            return False
        with self._lock:
            self._stage = stage
            self._move(0.0, Tick(), force=True)
        return True

    def begins(self, members: Iterable[Run | Call]) -> None:
        """Says which Steps run now; those of a Together count as one, by their mean."""
        self._members = {id(member): (number - 1) / count for member in members for number, count in [member.part]}

    def tick(self, step: Run | Call, tick: Tick) -> None:
        """A Step's sign of life. Any of the job's threads may call."""
        with self._lock:
            self._move(None if tick.fraction is None else self._reach(step, tick.fraction), tick)

    def ended(self, step: Run | Call) -> None:
        """A Step has ended, or was found done already."""
        with self._lock:
            self._move(self._reach(step, 1.0), Tick(), force=True)

    def rests(self) -> None:
        """The job was paused: what was measured before says nothing about the time after."""
        self._rate.rest()

    def _reach(self, step: Run | Call, fraction: float) -> float:
        number, count = step.part
        self._members[id(step)] = (number - 1 + fraction) / count
        return sum(self._members.values()) / len(self._members)

    def _move(self, fraction: float | None, tick: Tick, *, force: bool = False) -> None:
        start, end = self._span.get(self._stage, (0.0, 100.0))
        old = self._progress
        same = old.stage == self._stage
        stage_percent = None if fraction is None else 100.0 * fraction
        if same and stage_percent is not None and old.stage_percent is not None:
            stage_percent = max(stage_percent, old.stage_percent)
        reached = start if stage_percent is None else start + (end - start) * stage_percent / 100.0
        # 100 is said by the state, once the result is checked and has its name.
        percent = min(99.9, max(old.percent, reached))
        now = self._clock()
        self._rate.add(now, percent)
        left_s = self._rate.left_s(100.0)
        self._progress = Progress(
            percent=percent,
            stage=self._stage,
            stage_percent=stage_percent,
            message=tick.message,
            current=tick.done,
            total=tick.total,
            speed=tick.speed,
            fps=tick.fps,
            bit_rate=tick.bit_rate,
            out_time_s=tick.out_time_s,
            out_bytes=tick.out_bytes or old.out_bytes,
            eta_ms=None if left_s is None else int(left_s * 1000),
        )
        if force or now - self._told_at >= GAP_S:
            self._told_at = now
            self._tell(self._progress)
