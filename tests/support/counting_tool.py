"""An ffmpeg that writes down each of its starts before it becomes the real one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.support.audit import SCRATCH
from tests.support.builders import ffmpeg

_SCRIPT = """#!/bin/sh
printf '%s\\t%s\\n' "$PWD" "$*" >> '{log}'
exec '{ffmpeg}' "$@"
"""


@dataclass(frozen=True)
class Start:
    """One start of a Step: the Workspace it ran in, and its arguments."""

    folder: str
    words: str


class CountingTool:
    """`file` is the program; give it to the product as REELYARD_FFMPEG. POSIX only."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "ffmpeg"
        self._log = folder / "starts.log"
        self.file.write_text(_SCRIPT.format(log=self._log, ffmpeg=ffmpeg()))
        self.file.chmod(0o755)

    def starts(self) -> list[Start]:
        """The Steps started so far; questions about version and encoders are left out."""
        if not self._log.exists():
            return []
        lines = self._log.read_text().splitlines()
        found = [Start(*line.split("\t", 1)) for line in lines if "\t" in line]
        return [start for start in found if f"/{SCRATCH}/" in start.folder]
