"""What replays and runners are tried with: a shell as the tool, an act that counts, and an attempt driven by hand."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from pipeline.engine.hand import Hand
from pipeline.engine.lanes import Lanes
from pipeline.engine.meter import Meter
from pipeline.engine.patience import Patience
from pipeline.engine.replay import Desk, Means, Replay
from pipeline.engine.workspace import Workspace
from pipeline.media.toolchain import Abilities, Toolchain
from pipeline.model.destination import Destination
from pipeline.model.job import Artifact, Job, Progress
from pipeline.model.problem import PipelineError, Problem, tool_missing
from pipeline.model.source import Source
from pipeline.model.stage import Act, Call, CancelSignal, Command, Outcome, Run, Script, Stage, Talk, Tick
from pipeline.store.jobs import save_jobs
from pipeline.store.journal import StepRow, in_hand, steps_of
from pipeline.store.recovery import open_database
from pipeline.store.writer import Writer
from tests.pipeline.engine.support import PLACES
from tests.pipeline.store.support import INFO, LIMIT_S, Heard, a_job

MAKE, USE = Stage("make", "Make", 50), Stage("use", "Use", 50)


class Tools(Toolchain):
    """Knows one tool, the shell. `version` stands for which one it is."""

    def __init__(self) -> None:
        super().__init__()
        self.version = "1"

    def resolve(self, argv: Sequence[str]) -> list[str]:
        if argv[0] != "sh":
            raise PipelineError(tool_missing(argv[0]))
        return ["/bin/sh", *argv[1:]]

    def id(self, tool: str) -> str:
        return f"{tool} {self.version}"

    def abilities(self) -> Abilities:
        return Abilities(self.version, frozenset(), frozenset())


def sh(code: str, *makes: str, reads: Sequence[str] = (), lane: Any = "cpu", **command: Any) -> Run:
    """A Run of a few shell words in the Workspace. `echo >> ../../ran` is how tests count what was run."""
    argv = ("sh", "-c", f"set -e; {code}")
    return Run(Command(argv, **{"speaks": "nothing", **command}), lane, tuple(reads), tuple(makes))


class Note(Act, frozen=True):
    """Appends its word to the file `ran` beside the destination, and to the files it is to make."""

    word: str
    makes: tuple[str, ...] = ()

    def run(self, cancel: CancelSignal, tick: Callable[[Tick], None], folder: str) -> Any:
        tick(Tick(1, 2))
        for name in self.makes:
            Path(folder, name).write_text(self.word)
        note(folder, self.word)
        return {"noted": self.word}


def note(folder: str, word: str) -> None:
    """What the shell's `ran` does, for acts."""
    with open(os.path.join(folder, "..", "..", "ran"), "a") as file:
        file.write(f"{word}\n")


def noted(word: str, code: str = "", *makes: str, **more: Any) -> Run:
    """A Run that says it ran, and writes its word into the files it makes."""
    writes = "".join(f"printf %s '{word}' > '{name}'; " for name in makes)
    return sh(f"echo '{word}' >> ../../ran; {writes}{code}", *makes, **more)


def call(word: str, *makes: str, reads: Sequence[str] = (), act: Act | None = None) -> Call:
    """A Call of an act that says it ran."""
    return Call(act or Note(word, makes), "light", tuple(reads), makes)


class Attempts:
    """One job whose attempts are driven by hand, one after another, on one store and one Workspace."""

    def __init__(self, folder: Path) -> None:
        self.heard = Heard()
        self.writer = Writer(open_database(str(folder / "home")).path, self.heard.tell, self.heard.trouble)
        self.writer.start()
        self.out = folder / "out"
        self.out.mkdir()
        source = folder / "clip.mov"
        source.write_bytes(b"source")
        stat = source.stat()
        self.job: Job = msgspec.structs.replace(
            a_job(1),
            source=Source(os.fsencode(source), size=stat.st_size, mtime_ns=stat.st_mtime_ns, info=INFO),
            destination=Destination(os.fsencode(self.out)),
        )
        self.writer.submit(lambda c: save_jobs(c, [self.job])).result(LIMIT_S)
        self.workspace = Workspace.of(self.job)
        self.workspace.open()
        self.tools = Tools()
        self.lock = threading.RLock()
        self.lanes = Lanes(self.lock, {**PLACES, "cpu": 4})
        self.hand = Hand(self.lock, self.lanes, lambda: None)
        self.waits: list[tuple[str, str]] = []
        self.entered: list[str] = []
        self.logged: list[tuple[str, str]] = []
        self.progress: list[Progress] = []
        self.replay: Replay

    def close(self) -> None:
        self.writer.close()

    def run(self, script: Script, **means: Any) -> tuple[Artifact, ...]:
        """One attempt, from what is recorded until the Script has ended."""
        self.hand = Hand(self.lock, self.lanes, lambda: None)
        self.prepare(**means)
        return self.replay.drive(script, self.job.source, "")

    def prepare(self, **means: Any) -> None:
        """Makes the Replay of the next attempt."""
        stages = (MAKE, USE)
        made = replace(Means(self.tools, self.writer, "", (0.0, 0.0)), **means)
        self.replay = Replay(
            made,
            Patience(made.writer, self.hand.cancel, lambda *told: self.waits.append(told), made.store_retry_s),
            Desk(
                lambda waiting_for, why: self.waits.append((waiting_for, why)),
                lambda stage, label: self.entered.append(f"{stage}: {label}"),
                lambda level, line: self.logged.append((level, line)),
            ),
            self.job,
            self.hand,
            self.workspace,
            Meter(stages, self.progress.append),
            self.recorded(),
            {stage.id: stage.label for stage in stages},
        )

    def ran(self) -> list[str]:
        """The words noted since this was last asked."""
        file = self.out / "ran"
        words = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return words

    def recorded(self) -> dict[str, StepRow]:
        return self.writer.submit(lambda c: steps_of(c, self.job.id)).result(LIMIT_S)

    def in_hand(self) -> dict[str, str]:
        return self.writer.submit(lambda c: in_hand(c, self.job.id)).result(LIMIT_S)

    def file(self, name: str) -> Path:
        """A scratch file."""
        return Path(self.workspace.path(name))


def problem_of(error: BaseException) -> Problem:
    """What a PipelineError carries."""
    assert isinstance(error, PipelineError)
    return error.problem


def one(step: object) -> Talk[Outcome]:
    """A Script's part of one Step, for `Stage.does`."""
    outcome: Outcome = yield step  # type: ignore[misc]
    return outcome


def one_step(step: object) -> Script:
    """A whole Script of one Step."""
    yield from MAKE.does(one(step))
    return (Artifact(b"a"),)
