"""Does the Steps of one job one after the other, as a person with a shell would: no engine, no journal, no queue."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from pipeline.engine.cancel import Cancel
from pipeline.media.progress import Ear, Heard, Value
from pipeline.media.toolchain import Toolchain
from pipeline.model.job import Artifact
from pipeline.model.stage import Call, Outcome, Run, Script, Tick, Together, members_of
from tests.support.child import Ended, run


def by_hand(
    script: Script, folder: Path, toolchain: Toolchain, on_run: Callable[[list[str]], None] = lambda argv: None
) -> tuple[Artifact, ...]:
    """Runs a script's Steps in `folder` and returns what it returns; members of a Together run in turn.

    `on_run` is told the arguments of every process before it starts.

    Raises:
        RuntimeError: a process ended with an exit code other than 0.
    """
    try:
        step = next(script)
        while True:
            for member in members_of(step):
                for name in member.makes:
                    os.makedirs(folder / Path(name).parent, exist_ok=True)
            outcomes = tuple(_done(member, folder, toolchain, on_run) for member in members_of(step))
            step = script.send(Outcome(members=outcomes) if isinstance(step, Together) else outcomes[0])
    except StopIteration as end:
        artifacts: tuple[Artifact, ...] = end.value
        return artifacts


def _done(step: Run | Call, folder: Path, toolchain: Toolchain, on_run: Callable[[list[str]], None]) -> Outcome:
    if isinstance(step, Call):
        return Outcome(value=msgspec.to_builtins(step.act.run(Cancel(), lambda tick: None, str(folder))))
    argv = toolchain.resolve(step.command.argv)
    on_run(list(argv))
    ended = run(argv, folder=folder, env={"PYTHONPATH": os.getcwd()}, limit_s=3600)
    if ended.code:
        raise RuntimeError(f"{' '.join(step.command.argv)}: exit {ended.code}: {ended.err[-500:]}")
    heard = _heard(step, ended)
    ticks = [each for each in heard if isinstance(each, Tick)]
    values = [each.value for each in heard if isinstance(each, Value)]
    return Outcome(value=values[-1] if values else None, last_tick=ticks[-1] if ticks else None)


def _heard(step: Run, ended: Ended) -> list[Heard]:
    """What the process said; a script asks how far it came, or what it found."""
    ear = Ear(step.command)
    return [*ear.hear(ended.out.encode()), *ear.end()]
