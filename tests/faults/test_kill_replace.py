"""Kills a run that replaces its sources with SIGKILL at random times, and the undo too, and looks for every source.

KILL_REPLACE_ROUNDS says how many rounds (8), KILL_SEED the first seed (0).
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.model.job import Job
from pipeline.model.state import State
from pipeline.store.kept import Kept, all_kept
from tests.faults.test_kill import Round, kill, no_child_is_left, wait
from tests.support import audit, child
from tests.support.builders import Media
from tests.support.counting_tool import CountingTool

ROUNDS = int(os.environ.get("KILL_REPLACE_ROUNDS", "8"))
FIRST_SEED = int(os.environ.get("KILL_SEED", "0"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and the counting tool are POSIX"),
]


@dataclass(frozen=True)
class Replacing(Round):
    """A round whose results take the place of their sources. One of them gets its source's very name."""

    @property
    def destination(self) -> Path:
        return self.folder / "in"

    def run_words(self) -> list[str | bytes]:
        return child.command(
            "run", "convert", *self.sources, "--preset", "web-1080p", "--replace",
            "--jobs", "2", "--home", self.home, "--json",
        )  # fmt: skip

    def undo_words(self, job: Job) -> list[str | bytes]:
        return child.command("undo", job.id, "--home", self.home)

    def results(self) -> int:
        """How many sources have made room: what comes next is the name of the result."""
        return sum(1 for _ in self.keep_folder.glob("*/*"))

    @property
    def keep_folder(self) -> Path:
        return self.destination / audit.SCRATCH / "replaced"

    def lost(self, sums: dict[Path, str]) -> list[str]:
        """Sources whose content is neither in its place nor in a keep folder."""
        kept = {audit.digest(file) for file in self.keep_folder.rglob("*") if file.is_file()}
        return [
            str(source)
            for source, content in sums.items()
            if content not in kept and not (source.is_file() and audit.digest(source) == content)
        ]


@pytest.fixture
def new_round(media: Media, tmp_path: Path) -> Callable[[str], Replacing]:
    def make(name: str) -> Replacing:
        folder = tmp_path / name
        (folder / "in").mkdir(parents=True)
        wanted = {
            "long.mp4": media.seconds(6),
            "short.mp4": media.clip("h264_aac.mp4"),
            "short.webm": media.clip("vp9_opus.webm"),
            "other.mkv": media.clip("h264_aac.mkv"),
        }
        sources = tuple(Path(shutil.copyfile(clip, folder / "in" / name)) for name, clip in wanted.items())
        for number, source in enumerate(sources, 1):
            os.utime(source, (number * 10**8, number * 10**8))
        return Replacing(folder, sources, CountingTool(folder), f"{os.getpid()}-{name}-{time.monotonic_ns()}")

    return make


@pytest.fixture(scope="session")
def whole_run_s() -> list[float]:
    """How long an undisturbed run took; measured by the first round that needs it."""
    return []


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + ROUNDS))
def test_no_source_is_lost_whenever_the_app_is_killed_and_all_come_back(
    seed: int, new_round: Callable[[str], Replacing], whole_run_s: list[float]
) -> None:
    chance = random.Random(seed)
    if not whole_run_s:
        began = time.monotonic()
        first = new_round("undisturbed")
        ended = child.run(first.run_words(), env=first.env)
        whole_run_s.append(time.monotonic() - began)
        assert ended.code == 0, ended.out[-3000:] + ended.err[-3000:]
    this = new_round("round")
    sums = {source: audit.digest(source) for source in this.sources}
    dates = {source: source.stat().st_mtime_ns for source in this.sources}

    killed = []
    aim = chance.choice(("any time", "a result appears", "a result appears", "the journal grows"))
    for words, where in (
        (this.run_words(), aim),
        (this.resume_words(), chance.choice(("any time", "a result appears"))),
    ):
        killed.append(kill(this, words, chance, where, whole_run_s[0]))
        no_child_is_left(this)
        assert this.lost(sums) == [], f"seed {seed}, killed {killed}"
    accepted = audit.books(this.home).jobs
    ended = child.run(this.resume_words(), env=this.env)
    story = f"seed {seed}, killed {killed}, resume said:\n{ended.out[-1500:]}\n{ended.err[-1500:]}"
    assert ended.code == 0, story

    jobs = audit.books(this.home).jobs
    assert len(accepted) in (0, len(this.sources)) and len(jobs) == len(accepted), story
    assert [(job.name, job.state) for job in jobs if job.state is not State.COMPLETED] == [], story
    assert audit.faults_of_results(jobs) == [], story
    for job in jobs:
        kept = this.keep_folder / job.id / job.name
        assert audit.digest(kept) == sums[Path(job.source.file)], story
        assert kept.stat().st_mtime_ns == dates[Path(job.source.file)], story
    assert _strangers(this, jobs) == [], story
    assert {row.state for row in _rows(this)} <= {"kept"}, story

    for job in jobs:
        app = child.start(this.undo_words(job), env=this.env)
        wait(chance.uniform(0.0, 2.5), app.poll)
        app.send_signal(signal.SIGKILL)
        app.wait(30)
        assert this.lost(sums) == [], f"{story} and undo of {job.name} killed"
        undone = child.run(this.undo_words(job), env=this.env)
        assert undone.code == 0, undone.err
    assert {source: audit.digest(source) for source in this.sources} == sums, story
    assert {source: source.stat().st_mtime_ns for source in this.sources} == dates, story
    names = sorted(path.name for path in this.destination.iterdir() if path.name != audit.SCRATCH)
    assert names == sorted(source.name for source in this.sources), story
    assert len(list(this.keep_folder.glob("*/undone/*"))) == len(jobs), "every result is kept"


def _rows(this: Replacing) -> list[Kept]:
    with closing(sqlite3.connect(f"file:{this.home / audit.DATABASE}?mode=ro", uri=True)) as connection:
        return all_kept(connection)


def _strangers(this: Replacing, jobs: tuple[Job, ...]) -> list[str]:
    """Files beside the results that are no source in a keep folder."""
    kept = {str(this.keep_folder / job.id / job.name) for job in jobs}
    found = [path for path in audit.strangers(this.destination, jobs) if path not in kept]
    return [path for path in found if not any(file.startswith(f"{path}{os.sep}") for file in kept)] if jobs else []
