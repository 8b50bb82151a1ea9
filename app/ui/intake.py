"""The way in for everything that is added: dropped, chosen or given at the start. Walks and adds in a worker."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app import text
from app.bridge.executor import PoolExecutor
from app.models.presets import Choice
from app.ui.drop_zone import paths_of
from pipeline.engine.cancel import Cancel
from pipeline.engine.control import Control
from pipeline.engine.intake import Found
from pipeline.engine.presets import PresetBook
from pipeline.model.destination import Destination
from pipeline.model.problem import PipelineError
from pipeline.model.source import Source, shown
from pipeline.model.stage import Canceled

# Skipped items are named up to this many; the rest are counted.
_NAMED = 12


class Intake(QObject):
    """One drop is one `Control.add`. Several can be on their way at once."""

    looking = Signal(object)  # how many were found so far; None when nothing is being looked for any more
    listed = Signal()  # the engine knows the jobs of a drop, committed or not
    said = Signal(str, str, object)  # for a toast
    skipped = Signal(str, str)  # a sentence, and the list of what was left out and why

    _found = Signal(object)

    def __init__(
        self, control: Control, presets: PresetBook, executor: PoolExecutor, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._control = control
        self._presets = presets
        self._executor = executor
        self._cancels: set[Cancel] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._count = 0
        self._found.connect(self._on_found)

    @property
    def is_busy(self) -> bool:
        """Whether something is being looked for or added."""
        return bool(self._tasks)

    def add_dropped(self, addresses: bytes, choice: Choice, destination: Destination) -> None:
        """Adds a text/uri-list."""
        self._begin(self._add(lambda: paths_of(addresses), choice, destination))

    def add_paths(self, paths: Sequence[str | bytes], choice: Choice, destination: Destination) -> None:
        """Adds files and folders."""
        given = [os.fsencode(path) for path in paths]
        self._begin(self._add(lambda: (given, 0), choice, destination))

    @Slot()
    def stop(self) -> None:
        """Stops looking; what was not added yet is not added."""
        for cancel in list(self._cancels):
            cancel.set()

    async def close(self) -> None:
        """Stops looking and waits until nothing is on its way."""
        self.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._on_ended)

    def _on_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not self._tasks:
            self._count = 0
            self.looking.emit(None)
        task.result()

    async def _add(self, read: Callable[[], tuple[list[bytes], int]], choice: Choice, destination: Destination) -> None:
        cancel = Cancel()
        self._cancels.add(cancel)
        try:
            flow = self._presets.flow(choice.recipe, choice.preset)
            paths, links = await self._executor.ask(read)

            def look() -> Found:
                return self._control.look(paths, flow=flow, cancel=cancel, on_found=self._tell_found)

            found = await self._executor.ask(look)
            if found.sources:
                committed = await self._executor.ask(
                    lambda: self._control.add(found.sources, flow, destination, folders=found.folders)
                )
                self.listed.emit()
                await asyncio.wrap_future(committed)
            self._report(found, links)
        except Canceled:
            self.said.emit("Stopped looking; nothing was added", "", None)
        except PipelineError as error:
            self.said.emit(f"{error.problem.message} {error.problem.remedy.text}", "", None)
        finally:
            self._cancels.discard(cancel)

    def _tell_found(self, sources: Sequence[Source]) -> None:
        """In the worker."""
        self._found.emit(len(sources))

    @Slot(object)
    def _on_found(self, count: int) -> None:
        self._count += count
        self.looking.emit(self._count)

    def _report(self, found: Found, links: int) -> None:
        total = len(found.sources) + len(found.skipped) + links
        left_out = len(found.skipped) + links
        if not left_out:
            if found.sources:
                self.said.emit(f"Added {text.count(len(found.sources), 'job')}", "", None)
            return
        sentence = f"{left_out:,} of {text.count(total, 'item')} {'was' if left_out == 1 else 'were'} skipped"
        lines = [f"{text.one_line(shown(one.path))}: {one.reason}." for one in found.skipped[:_NAMED]]
        if len(found.skipped) > _NAMED:
            lines.append(f"… and {len(found.skipped) - _NAMED:,} more.")
        if links:
            lines.append(f"{text.count(links, 'link')}: only files and folders can be added.")
        self.skipped.emit(sentence, "\n".join(lines))
