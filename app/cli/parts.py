"""What the command line is given by `app.bootstrap`, which stands above it and joins the parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from app.home import Home
    from app.settings import Settings
    from pipeline.engine.bus import Bus
    from pipeline.engine.control import Control
    from pipeline.engine.executor import Executor
    from pipeline.engine.presets import PresetBook
    from pipeline.media.toolchain import Toolchain
    from pipeline.model.job import Job
    from pipeline.model.machine import Machine


class Core(Protocol):
    """An opened engine."""

    @property
    def control(self) -> Control: ...
    @property
    def bus(self) -> Bus: ...
    @property
    def presets(self) -> PresetBook: ...
    @property
    def toolchain(self) -> Toolchain: ...
    @property
    def left(self) -> tuple[Job, ...]:
        """The jobs that were open when the engine was opened."""
        ...

    def close(self) -> None:
        """Stops in order; what was running comes back at the next start."""
        ...


class Bootstrap(Protocol):
    """Opens the engine, or as much of it as a verb needs."""

    def open_core(self, home: Home, settings: Settings, executor: Executor, *, scope: Literal["all", "added"]) -> Core:
        """The whole engine on a home the caller owns. With `added` it starts only jobs added now."""
        ...

    def open_presets(self, home: Home) -> PresetBook:
        """Recipes and presets, read without opening the database."""
        ...

    def open_toolchain(self, home: Home, settings: Settings) -> Toolchain:
        """The tools, with their cache in the home."""
        ...

    def machine_of(self, toolchain: Toolchain, *, with_hardware: bool) -> Machine:
        """What Scripts are told of this computer. Trying its hardware encoders takes seconds the first time."""
        ...
