"""Puts one source through a program, and keeps what came of it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.support import audit, child
from tests.support.reader import Film, read


@dataclass(frozen=True)
class Tried:
    """How it went: the exit code, all that was said, and the result where there is one."""

    source: Path
    file: Path | None
    code: int
    said: str

    @cached_property
    def film(self) -> Film:
        """The result as an independent reader sees it."""
        assert self.file is not None
        return read(self.file)

    @cached_property
    def before(self) -> Film:
        """The source as that reader sees it."""
        return read(self.source)


def ours(source: Path, folder: Path, preset: str, sets: Sequence[str]) -> Tried:
    """One run of the product into a folder of its own."""
    out = folder / "out"
    words = [word for text in sets for word in ("--set", text)]
    ended = child.reelyard(
        "run", "convert", source, "--preset", preset, *words, "-o", out, "--home", folder / "home", "--json"
    )
    jobs = ended.summary["jobs"] if ended.out.strip() else []
    said = [warning["message"] for job in jobs for warning in job["warnings"]]
    return Tried(source, _only_file(out), ended.code, "\n".join([ended.said, *said]))


def theirs(source: Path, folder: Path, suffix: str, words: Sequence[str]) -> Tried:
    """One run of HandBrakeCLI, the result named after the source as ours is."""
    out = folder / "out"
    out.mkdir()
    form = {"mp4": "av_mp4", "mkv": "av_mkv", "webm": "av_webm"}[suffix]
    named = out / f"{source.stem}.{suffix}"
    ended = child.run(["HandBrakeCLI", "-i", str(source), "-o", str(named), "--format", form, *words], limit_s=120)
    return Tried(source, _only_file(out), ended.code, ended.out + ended.err)


def can_compare() -> bool:
    """Whether HandBrakeCLI is installed."""
    return shutil.which("HandBrakeCLI") is not None


def _only_file(folder: Path) -> Path | None:
    """What was made: not what a failed job keeps to go on with, and an empty file is nothing."""
    found = [file for file in sorted(folder.rglob("*")) if file.is_file()] if folder.exists() else []
    made = [file for file in found if audit.SCRATCH not in file.parts and file.stat().st_size]
    return made[0] if made else None
