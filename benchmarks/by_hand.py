"""Does the Steps of one job one after the other, as a person with a shell would: no engine, no journal, no queue."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec

from pipeline.engine.cancel import Cancel
from pipeline.media.toolchain import Toolchain
from pipeline.model.job import Artifact
from pipeline.model.stage import Call, Outcome, Run, Script, Together, members_of
from tests.support.child import Ended, run


def by_hand(script: Script, folder: Path, toolchain: Toolchain) -> tuple[Artifact, ...]:
    """Runs a script's Steps in `folder` and returns what it returns; members of a Together run in turn.

    Raises:
        RuntimeError: a process ended with an exit code other than 0.
    """
    try:
        step = next(script)
        while True:
            for member in members_of(step):
                for name in member.makes:
                    os.makedirs(folder / Path(name).parent, exist_ok=True)
            outcomes = tuple(_done(member, folder, toolchain) for member in members_of(step))
            step = script.send(Outcome(members=outcomes) if isinstance(step, Together) else outcomes[0])
    except StopIteration as end:
        artifacts: tuple[Artifact, ...] = end.value
        return artifacts


def _done(step: Run | Call, folder: Path, toolchain: Toolchain) -> Outcome:
    if isinstance(step, Call):
        return Outcome(value=msgspec.to_builtins(step.act.run(Cancel(), lambda tick: None, str(folder))))
    ended = run(toolchain.resolve(step.command.argv), folder=folder, env={"PYTHONPATH": os.getcwd()}, limit_s=3600)
    if ended.code:
        raise RuntimeError(f"{' '.join(step.command.argv)}: exit {ended.code}: {ended.err[-500:]}")
    return Outcome(value=_value(ended) if step.command.speaks == "json" else None)


def _value(ended: Ended) -> Any:
    found = [json.loads(line) for line in ended.out.splitlines() if line.startswith("{")]
    return next((line["value"] for line in reversed(found) if "value" in line), None)
