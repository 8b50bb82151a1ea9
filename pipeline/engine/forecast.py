"""Says before a job starts how large its results will be and how long it will take, by trying parts of it."""

from __future__ import annotations

import tempfile

import msgspec

from pipeline.engine.aside import Aside
from pipeline.engine.estimate import Speeds
from pipeline.media.toolchain import Toolchain
from pipeline.model.destination import Destination
from pipeline.model.flow import Flow
from pipeline.model.forecast import Forecast, Guess
from pipeline.model.job import Job
from pipeline.model.machine import UNKNOWN, Machine
from pipeline.model.recipe import O, Recipe
from pipeline.model.source import Source
from pipeline.model.stage import CancelSignal, Scratch


def forecast(
    recipe: Recipe[O],
    source: Source,
    options: O,
    *,
    toolchain: Toolchain,
    cancel: CancelSignal,
    machine: Machine = UNKNOWN,
    folder: str | None = None,
) -> Forecast | None:
    """What to expect; None where the recipe cannot tell. Blocks for some seconds; `source.info` is there.

    Args:
        recipe: what would be made.
        source: of what.
        options: how.
        toolchain: the tools it would be made with.
        cancel: ends it.
        machine: what the Script knows of the computer.
        folder: where what is tried lies meanwhile; without it where the system keeps such things.

    Raises:
        Canceled: `cancel` was set.
        PipelineError: the source cannot be made into what the options ask for.
    """
    with tempfile.TemporaryDirectory(prefix="reelyard-", dir=folder) as scratch:
        talk = recipe.forecast(source, options, Scratch(machine=machine))
        return Aside(toolchain, scratch, cancel).drive(talk, source)


def with_history(told: Forecast, source: Source, flow: Flow, speeds: Speeds) -> Forecast:
    """The same with the time narrowed by what jobs like it took on this computer, where both agree."""
    expected = speeds.expected_s(Job("", 0, source, flow, Destination()))
    if expected is None:
        return told
    low, high = max(told.wall_s.low, expected[0]), min(told.wall_s.high, expected[1])
    if low >= high:
        # They contradict each other: one of them was measured while something else was going on.
        return told
    return msgspec.structs.replace(told, wall_s=Guess(min(max(told.wall_s.likely, low), high), low, high))
