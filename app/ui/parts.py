"""What the window is given by `app.bootstrap`, which stands above it and joins the parts."""

from __future__ import annotations

from typing import Literal, Protocol

from app.home import Home
from app.settings import Settings
from pipeline.engine.bus import Bus
from pipeline.engine.control import Control
from pipeline.engine.executor import Executor
from pipeline.engine.presets import PresetBook
from pipeline.model.problem import Problem
from pipeline.store.history import History


class Core(Protocol):
    """An opened engine."""

    @property
    def control(self) -> Control: ...
    @property
    def bus(self) -> Bus: ...
    @property
    def presets(self) -> PresetBook: ...
    @property
    def history(self) -> History: ...
    @property
    def salvaged(self) -> Problem | None: ...

    def close(self) -> None:
        """Stops in order; what was running comes back at the next start."""
        ...


class Bootstrap(Protocol):
    """Opens the engine."""

    def open_core(self, home: Home, settings: Settings, executor: Executor, *, scope: Literal["all", "added"]) -> Core:
        """The whole engine on a home the caller owns."""
        ...
