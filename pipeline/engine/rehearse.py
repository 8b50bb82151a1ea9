"""Rehearses a recipe on one source: says what would happen, why, and with which commands. Makes nothing that stays.

The recipe's own Script is driven. What only looks is run for real, in a folder of its own; what would make files is
answered as if it had gone well.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pipeline.engine.aside import Aside
from pipeline.media.toolchain import Toolchain
from pipeline.model.destination import Destination
from pipeline.model.machine import UNKNOWN, Machine
from pipeline.model.problem import PipelineError, Problem, Warn, destination_exists
from pipeline.model.recipe import O, Recipe
from pipeline.model.source import Source
from pipeline.model.stage import (
    Call,
    CancelSignal,
    Command,
    Outcome,
    Run,
    Scratch,
    Script,
    Skip,
    Stage,
    StepFailed,
    Tick,
    Together,
    members_of,
)

# Its Steps are run also where they make files: small ones, which say something about the source.
LOOK = "look"

_WHOLE_S = 1.0  # how long a result is taken to be, where nobody knows


@dataclass(frozen=True)
class Rehearsal:
    """What would happen to one source.

    `problem` says why it would be skipped or fail. `warnings` are known beforehand; the result may have more. `name`
    is what the result will be called, empty where that is not known yet; a number comes behind one that is taken.
    `commands` are those of the job in order, as far as they can be foreseen; `unforeseen` says in a sentence what
    comes after them and depends on what is found while the job runs, empty where nothing of note does.
    """

    would: Literal["convert", "skip", "fail"]
    problem: Problem | None = None
    warnings: tuple[Warn, ...] = ()
    name: bytes = b""
    commands: tuple[Command, ...] = ()
    unforeseen: str = ""


def rehearsed(
    recipe: Recipe[O],
    source: Source,
    options: O,
    *,
    toolchain: Toolchain,
    cancel: CancelSignal,
    destination: Destination | None = None,
    machine: Machine = UNKNOWN,
    folder: str | None = None,
) -> Rehearsal:
    """What would happen to one source. Blocks as long as looking into it takes; `source.info` is there.

    Args:
        recipe: what would be made.
        source: of what.
        options: how.
        toolchain: the tools it would be made with.
        cancel: ends it.
        destination: where results would go; without it, what is there already does not count.
        machine: what the Script would know of the computer.
        folder: where looks put what they note; without it where the system keeps such things.

    Raises:
        Canceled: `cancel` was set.
    """
    try:
        name = recipe.result_name(source, options)
        if reason := _there(source, name, destination) or recipe.skips(source, options):
            return Rehearsal("skip", reason)
        foreseen = recipe.foresees(source, options)
    except PipelineError as error:
        return Rehearsal("fail", error.problem)
    heard = _Heard()
    with tempfile.TemporaryDirectory(prefix="reelyard-", dir=folder) as scratch:
        script = _looking(recipe.script(source, options, Scratch(machine=machine)), heard)
        try:
            made = Aside(toolchain, scratch, cancel).drive(script, source)
        except Skip as skip:
            return Rehearsal("skip", skip.problem)
        except PipelineError as error:
            return Rehearsal("fail", error.problem, name=name, commands=tuple(heard.commands))
    warnings = (*foreseen, *(warn for artifact in made for warn in artifact.warnings))
    return Rehearsal(
        "convert",
        warnings=tuple(dict.fromkeys(warnings)),
        name=name,
        commands=tuple(heard.commands),
        unforeseen=_after(recipe.stages(source, options), heard.stopped_in),
    )


@dataclass
class _Heard:
    """What a Script asked for, and in which Stage it wanted to know what nobody can assume."""

    commands: list[Command] = field(default_factory=list)
    stopped_in: str = ""


def _looking(script: Script, heard: _Heard) -> Script:
    """The Script with nothing but its looks left to run, up to where it asks what is in a file that was not made."""
    reply: Outcome | None = None
    failure: BaseException | None = None
    is_assuming = False
    stage = ""
    try:
        while True:
            try:
                step = script.throw(failure) if failure else script.send(reply)  # type: ignore[arg-type]
            except StopIteration as end:
                return tuple(end.value)
            except Exception:
                if not is_assuming:
                    raise
                # An assumption may have led it astray, so what it says now counts for nothing.
                heard.stopped_in = stage
                return ()
            reply, failure, stage = None, None, step.stage
            heard.commands += [member.command for member in members_of(step) if isinstance(member, Run)]
            is_assuming = is_assuming or not all(_is_look(member) for member in members_of(step))
            if not is_assuming:
                try:
                    reply = yield step
                except StepFailed as error:
                    failure = error
            elif any(_answers_with_a_value(member) for member in members_of(step)):
                heard.stopped_in = stage
                return ()
            else:
                members = tuple(_as_if_well(member) for member in members_of(step))
                reply = Outcome(members=members) if isinstance(step, Together) else members[0]
    finally:
        script.close()


def _is_look(step: Run | Call) -> bool:
    # An Act that makes nothing may still change something: it may send, or move.
    return step.stage == LOOK or (isinstance(step, Run) and not step.makes)


def _answers_with_a_value(step: Run | Call) -> bool:
    return step.command.speaks == "json" if isinstance(step, Run) else not step.makes


def _as_if_well(step: Run | Call) -> Outcome:
    if isinstance(step, Call):
        return Outcome()
    length_s, frames = step.command.expect_s or _WHOLE_S, step.command.expect_frames or 1
    return Outcome(last_tick=Tick(done=length_s, total=length_s, out_time_s=length_s, frame=frames))


def _after(stages: Sequence[Stage], stopped_in: str) -> str:
    """What comes after the Stage in which it ended, in a sentence; empty where that was the last one."""
    ids = [stage.id for stage in stages]
    if stopped_in not in ids:
        return ""
    at = ids.index(stopped_in)
    *most, last = [f"“{stage.label}”" for stage in stages[at + 1 :]] or [""]
    following = f"{', '.join(most)} and {last}" if most else last
    return f"What comes in {following} depends on what “{stages[at].label}” finds." if following else ""


def _there(source: Source, name: bytes, destination: Destination | None) -> Problem | None:
    """The result that is there already, where the rule is to skip such."""
    if destination is None or destination.if_exists != "skip" or not name:
        return None
    path = os.path.join(destination.folder_for(source.file, source.subfolder), os.fsdecode(name))
    makes_room = destination.replace_source and path == source.file
    return destination_exists(path) if os.path.lexists(path) and not makes_room else None
