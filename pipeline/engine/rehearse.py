"""Rehearses a recipe on one source: says what would happen, why, and with which commands. Makes nothing that stays.

The recipe's own Script is driven. What only looks is run for real, in a folder of its own; what would make files is
answered as if it had gone well.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, cast

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
    Skip,
    Stage,
    Step,
    StepFailed,
    Talk,
    Tick,
    Together,
    members_of,
)

T = TypeVar("T")

# Its Steps are run also where they make files: small ones, which say something about the source.
LOOK = "look"

_WHOLE_S = 1.0  # how long a result is taken to be, where nobody knows


@dataclass(frozen=True)
class Rehearsal:
    """What would happen to one source.

    `problem` says why it would be skipped or fail. `warnings` are known beforehand; the result may have more. `names`
    are what results will be called, the main one first, empty where that is not known yet; a number comes behind one
    that is taken.
    `commands` are those of the job in order, as far as they can be foreseen; `unforeseen` says in a sentence what
    comes after them and depends on what is found while the job runs, empty where nothing of note does.
    """

    would: Literal["convert", "skip", "fail"]
    problem: Problem | None = None
    warnings: tuple[Warn, ...] = ()
    names: tuple[bytes, ...] = ()
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
        names = recipe.result_names(source, options)
        if reason := _there(source, names[0], destination) or recipe.skips(source, options):
            return Rehearsal("skip", reason)
    except PipelineError as error:
        return Rehearsal("fail", error.problem)
    stage = _Rehearsing()
    with tempfile.TemporaryDirectory(prefix="reelyard-", dir=folder) as workspace:
        aside, scratch = Aside(toolchain, workspace, cancel), Scratch(machine=machine)
        try:
            foreseen = aside.drive(stage.looks_of(recipe.foresees(source, options, scratch)), source) or ()
            stage.commands.clear()
            made = aside.drive(stage.looks_of(recipe.script(source, options, scratch)), source) or ()
        except Skip as skip:
            return Rehearsal("skip", skip.problem)
        except PipelineError as error:
            return Rehearsal("fail", error.problem, names=names, commands=tuple(stage.commands))
    warnings = (*foreseen, *(warn for artifact in made for warn in artifact.warnings))
    return Rehearsal(
        "convert",
        warnings=tuple(dict.fromkeys(warnings)),
        names=names,
        commands=tuple(stage.commands),
        unforeseen=_after(recipe.stages(source, options), stage.stopped_in),
    )


class _Rehearsing:
    """What was asked for so far, what looks found, and the Stage that wanted to know what nobody can assume."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.stopped_in = ""
        self._found: list[tuple[Step, Outcome]] = []

    def looks_of(self, talk: Talk[T]) -> Talk[T | None]:
        """The talk with nothing but its looks left to run, each once.

        It returns None where the talk asks what is in a file that was not made.
        """
        reply: Outcome | None = None
        failure: BaseException | None = None
        is_assuming = False
        stage = ""
        try:
            while True:
                try:
                    step = talk.throw(failure) if failure else talk.send(reply)  # type: ignore[arg-type]
                except StopIteration as end:
                    return cast(T, end.value)
                except Exception:
                    if not is_assuming:
                        raise
                    # An assumption may have led it astray, so what it says now counts for nothing.
                    self.stopped_in = stage
                    return None
                reply, failure, stage = None, None, step.stage
                members = tuple(members_of(step))
                self.commands += [member.command for member in members if isinstance(member, Run)]
                is_assuming = is_assuming or not all(map(_is_look, members))
                if is_assuming and any(map(_answers_with_a_value, members)):
                    self.stopped_in = stage
                    return None
                if is_assuming:
                    outcomes = tuple(map(_as_if_well, members))
                    reply = Outcome(members=outcomes) if isinstance(step, Together) else outcomes[0]
                else:
                    try:
                        reply = yield from self._looked(step)
                    except StepFailed as error:
                        failure = error
        finally:
            talk.close()

    def _looked(self, step: Step) -> Talk[Outcome]:
        for known, outcome in self._found:
            if known == step:
                return outcome
        found: Outcome = yield step
        self._found.append((step, found))
        return found


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
    """Says in which Stage nothing more could be foreseen; empty where that was the last one, the check."""
    ids = [stage.id for stage in stages]
    if stopped_in not in ids[:-1]:
        return ""
    label = stages[ids.index(stopped_in)].label
    return f"What follows in “{label}” and after it depends on what is found there."


def _there(source: Source, name: bytes, destination: Destination | None) -> Problem | None:
    """The result that is there already, where the rule is to skip such."""
    if destination is None or destination.if_exists != "skip" or not name:
        return None
    path = os.path.join(destination.folder_for(source.file, source.subfolder), os.fsdecode(name))
    makes_room = destination.replace_source and path == source.file
    return destination_exists(path) if os.path.lexists(path) and not makes_room else None
