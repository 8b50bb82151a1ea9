"""Kills the app with SIGKILL at random times, lets `resume` finish, and audits what is left.

KILL_ROUNDS says how many rounds (20), KILL_SEED the first seed (0). A round's seed is in its name.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.model.state import State
from tests.support import audit, child
from tests.support.builders import Media
from tests.support.counting_tool import CountingTool, Start
from tests.support.wait import until

ROUNDS = int(os.environ.get("KILL_ROUNDS", "20"))
FIRST_SEED = int(os.environ.get("KILL_SEED", "0"))
MARK = "REELYARD_TEST_ROUND"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and the counting tool are POSIX"),
]


@dataclass(frozen=True)
class Round:
    """One home with its sources, its destination and an ffmpeg that counts."""

    folder: Path
    sources: tuple[Path, ...]
    tool: CountingTool
    mark: str

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def destination(self) -> Path:
        return self.folder / "out"

    @property
    def env(self) -> dict[str, str]:
        return {MARK: self.mark, "REELYARD_FFMPEG": str(self.tool.file)}

    def run_words(self) -> list[str | bytes]:
        return child.command(
            "run", "convert", *self.sources, "--preset", "web-1080p", "-o", self.destination,
            "--jobs", "2", "--home", self.home, "--json",
        )  # fmt: skip

    def resume_words(self) -> list[str | bytes]:
        return child.command("resume", "--home", self.home, "--json")

    def results(self) -> int:
        """How many final names there are now."""
        return sum(1 for path in self.destination.iterdir() if path.name != audit.SCRATCH)

    def journal_bytes(self) -> int:
        wal = self.home / f"{audit.DATABASE}-wal"
        try:
            return wal.stat().st_size
        except OSError:
            return 0


@pytest.fixture
def new_round(media: Media, tmp_path: Path) -> Callable[[str], Round]:
    def make(name: str) -> Round:
        folder = tmp_path / name
        (folder / "out").mkdir(parents=True)
        (folder / "in").mkdir()
        # Two of them want the same name for their result.
        wanted = {
            "long.mp4": media.seconds(12),
            "short.mp4": media.clip("h264_aac.mp4"),
            "short.webm": media.clip("vp9_opus.webm"),
            "middle.mp4": media.seconds(6),
        }
        sources = tuple(Path(shutil.copyfile(clip, folder / "in" / name)) for name, clip in wanted.items())
        return Round(folder, sources, CountingTool(folder), f"{os.getpid()}-{name}-{time.monotonic_ns()}")

    return make


@pytest.fixture(scope="session")
def whole_run_s() -> list[float]:
    """How long an undisturbed run took; measured by the first round that needs it."""
    return []


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + ROUNDS))
def test_killed_at_a_random_time_everything_accepted_is_finished_once(
    seed: int, new_round: Callable[[str], Round], whole_run_s: list[float]
) -> None:
    chance = random.Random(seed)
    if not whole_run_s:
        whole_run_s.append(_undisturbed(new_round("undisturbed")))
    this = new_round("round")
    sums = {source: audit.digest(source) for source in this.sources}

    aim = chance.choices(("any time", "a result appears", "the journal grows", "the home is made"), (4, 3, 3, 1))[0]
    killed = [kill(this, this.run_words(), chance, aim, whole_run_s[0])]
    before = audit.books(this.home)
    accepted = {job.id for job in before.jobs}
    no_child_is_left(this)
    starts = [this.tool.starts()]
    if chance.random() < 0.4:  # no more than two: a Step in hand at three crashes is not tried again
        killed.append(kill(this, this.resume_words(), chance, "any time", whole_run_s[0]))
        no_child_is_left(this)
        starts.append(this.tool.starts())

    ended = child.run(this.resume_words(), env=this.env)
    after = audit.books(this.home)
    story = f"seed {seed}, killed {killed}, resume said:\n{ended.out[-1500:]}\n{ended.err[-1500:]}"

    assert ended.code == 0, story
    assert len(accepted) in (0, len(this.sources)), (
        f"one drop is accepted whole or not at all: {len(accepted)}; {story}"
    )
    assert not before.complaints and not after.complaints, f"{before.complaints} {after.complaints}; {story}"
    assert {job.id for job in after.jobs} == accepted, story
    assert [(job.name, job.state) for job in after.jobs if job.state is not State.COMPLETED] == [], story
    assert audit.faults_of_results(after.jobs) == [], story
    assert audit.strangers(this.destination, after.jobs) == [], story
    assert _repeated_too_much([*starts, this.tool.starts()]) == [], story
    assert {source: audit.digest(source) for source in this.sources} == sums, story
    no_child_is_left(this)


def _undisturbed(this: Round) -> float:
    began = time.monotonic()
    ended = child.run(this.run_words(), env=this.env)
    took_s = time.monotonic() - began
    assert ended.code == 0, ended.out[-3000:] + ended.err[-3000:]
    jobs = audit.books(this.home).jobs
    assert len(jobs) == len(this.sources)
    assert audit.faults_of_results(jobs) == []
    assert audit.strangers(this.destination, jobs) == []
    return took_s


def kill(this: Round, words: list[str | bytes], chance: random.Random, aim: str, whole_s: float) -> str:
    """Starts the app, kills it, and says when that was."""
    app = child.start(words, env=this.env, out=this.folder / "said.txt")
    began = time.monotonic()
    match aim:
        case "any time":
            wait(chance.uniform(0.0, whole_s * 1.05), app.poll)
        case "a result appears":
            number = chance.randint(1, len(this.sources))
            _watch(lambda: this.results() >= number, app.poll)
            wait(chance.choice((0.0, 0.0, chance.uniform(0.0, 0.005), chance.uniform(0.0, 0.03))), app.poll)
        case "the home is made":
            _watch(lambda: (this.home / audit.DATABASE).exists(), app.poll)
            wait(chance.uniform(0.0, 0.03), app.poll)
        case _:
            _watch_growth(this, chance.randint(1, 40), app.poll)
            wait(chance.uniform(0.0, 0.005), app.poll)
    app.send_signal(signal.SIGKILL)
    app.wait(30)
    return f"{aim}, {time.monotonic() - began:.3f} s after the start, exit {app.returncode}"


def wait(time_s: float, has_ended: Callable[[], int | None]) -> None:
    deadline = time.monotonic() + time_s
    while time.monotonic() < deadline and has_ended() is None:
        threading.Event().wait(min(0.01, max(0.0, deadline - time.monotonic())))


def _watch(condition: Callable[[], bool], has_ended: Callable[[], int | None]) -> None:
    # Without a rest between two looks: publishing takes less than a thousandth of a second.
    deadline = time.monotonic() + 120
    while not condition() and time.monotonic() < deadline and has_ended() is None:
        pass


def _watch_growth(this: Round, times: int, has_ended: Callable[[], int | None]) -> None:
    sizes: set[int] = set()

    def grown() -> bool:
        sizes.add(this.journal_bytes())
        return len(sizes) > times

    _watch(grown, has_ended)


def no_child_is_left(this: Round) -> None:
    until(lambda: not audit.marked(MARK, this.mark), f"the end of {audit.marked(MARK, this.mark)}", limit_s=5)


def _repeated_too_much(starts: list[list[Start]]) -> list[str]:
    """Steps that were run again after a kill, beyond the one each job had in hand."""
    faults = []
    for life in range(1, len(starts)):
        earlier, now = starts[life - 1], starts[life][len(starts[life - 1]) :]
        again = Counter(start.folder for start in now if start in earlier)
        faults += [f"life {life}: {count} Steps again in {folder}" for folder, count in again.items() if count > 1]
    return faults
