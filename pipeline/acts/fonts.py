"""Lays fonts that come with the program into scratch, where a filter finds them by a name without odd letters."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

from pipeline.model.stage import Act, CancelSignal, Tick


class LayFonts(Act, frozen=True):
    """Copies font files, given by absolute path, into a folder of the Workspace."""

    files: tuple[str, ...]
    into: str

    @property
    def makes(self) -> tuple[str, ...]:
        """The scratch files this makes."""
        return tuple(f"{self.into}/{os.path.basename(file)}" for file in self.files)

    def run(self, cancel: CancelSignal, tick: Callable[[Tick], None], folder: str) -> None:
        """Copies them.

        Raises:
            OSError: one cannot be read or written.
        """
        for file, made in zip(self.files, self.makes, strict=True):
            shutil.copyfile(file, os.path.join(folder, made))
