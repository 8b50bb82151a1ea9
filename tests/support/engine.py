"""A real engine in a home of its own, for tests that give orders faster than a command line can."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from app import bootstrap
from app.bootstrap import Core
from app.home import find_home
from app.settings import Settings
from pipeline.engine.executor import Threads
from pipeline.engine.replay import Means
from pipeline.model.destination import Destination
from pipeline.model.event import JobChanged, Told, job_of
from pipeline.model.job import Job
from pipeline.model.source import Source
from pipeline.model.state import State


class Engine:
    """An opened engine and everything it told."""

    def __init__(self, core: Core, out: Path) -> None:
        self.core = core
        self.out = out
        self.told: list[Told] = []
        self._heard = threading.Condition()

    def hear(self, told: Sequence[Told]) -> None:
        """A reader of the Bus."""
        with self._heard:
            self.told.extend(told)
            self._heard.notify_all()

    def add(self, *files: Path, preset: str = "web-1080p", held: bool = False, **sets: Any) -> tuple[Job, ...]:
        """Adds one drop and waits for its commit."""
        flow = self.core.presets.flow("convert", preset, sets)
        sources = [Source(path=os.fsencode(file)) for file in files]
        return self.core.control.add(sources, flow, Destination(os.fsencode(self.out)), held=held).result(30)

    def job(self, job_id: str) -> Job:
        """The newest snapshot."""
        job = self.core.control.job(job_id)
        assert job is not None
        return job

    def wait(self, condition: Callable[[], Any], what: str, limit_s: float = 60.0) -> None:
        """Waits for something that an event announces."""
        with self._heard:
            assert self._heard.wait_for(condition, limit_s), f"waited {limit_s:g} s in vain for {what}"

    def wait_for(self, job_id: str, *states: State) -> Job:
        """Waits until the job has told that it is in one of these states."""
        self.wait(lambda: self.job(job_id).state in states and self._told_state(job_id) in states, f"{states}")
        return self.job(job_id)

    def changes(self, job_id: str) -> list[JobChanged]:
        """What the job told about its states, in order."""
        with self._heard:
            return [
                each.event for each in self.told if isinstance(each.event, JobChanged) and job_of(each.event) == job_id
            ]

    def _told_state(self, job_id: str) -> State | None:
        return next(
            (
                e.event.state
                for e in reversed(self.told)
                if isinstance(e.event, JobChanged) and e.event.job_id == job_id
            ),
            None,
        )


@contextmanager
def opened(folder: Path, *, retry_after_s: tuple[float, ...] = (), **settings: Any) -> Iterator[Engine]:
    """An engine with its home and its destination in `folder`. Transient faults are not retried unless asked for."""
    with patch.object(bootstrap, "Means", partial(Means, retry_after_s=retry_after_s)):
        core = bootstrap.open_core(find_home(str(folder / "home")), Settings(**settings), Threads(), scope="all")
    engine = Engine(core, folder / "out")
    leave = core.bus.subscribe(engine.hear)
    try:
        yield engine
    finally:
        leave()
        core.close()
