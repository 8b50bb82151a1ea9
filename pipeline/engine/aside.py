"""Runs the Steps of a Script beside the queue: in a folder of its own, in order, with nothing recorded or published."""

from __future__ import annotations

import os
from typing import TypeVar

import msgspec

from pipeline.engine.replay import outcome_of
from pipeline.media import process
from pipeline.media.diagnose import diagnose
from pipeline.media.toolchain import Toolchain
from pipeline.model.source import Source
from pipeline.model.stage import Call, CancelSignal, Outcome, Run, StepFailed, Talk, Tick, Together, members_of

T = TypeVar("T")


class Aside:
    """What Steps are run with that belong to no job. For one thread."""

    def __init__(self, toolchain: Toolchain, folder: str, cancel: CancelSignal, mark: str = "") -> None:
        """`folder` must be there, and is the caller's to remove; `mark` is as for `process.run`."""
        self._toolchain = toolchain
        self._folder = folder
        self._cancel = cancel
        self._mark = mark

    def drive(self, talk: Talk[T], source: Source) -> T:
        """Runs it to its end and returns what it returns.

        Raises:
            Canceled: the signal was set.
            PipelineError: a Step failed and the Script did not catch it, or the Script itself refused.
        """
        try:
            step = next(talk)
            while True:
                try:
                    outcomes = tuple(self._one(member, source) for member in members_of(step))
                except StepFailed as failure:
                    step = talk.throw(failure)
                else:
                    step = talk.send(Outcome(members=outcomes) if isinstance(step, Together) else outcomes[0])
        except StopIteration as end:
            value: T = end.value
            return value
        finally:
            talk.close()

    def _one(self, step: Run | Call, source: Source) -> Outcome:
        for name in step.makes:
            os.makedirs(os.path.dirname(os.path.join(self._folder, name)), exist_ok=True)
        if isinstance(step, Call):
            value = step.act.run(self._cancel, lambda tick: None, self._folder)
            return Outcome(value=msgspec.to_builtins(value))
        ended = process.run(
            self._toolchain.resolve(step.command.argv),
            step.command,
            folder=self._folder,
            cancel=self._cancel,
            on_tick=_unheard,
            mark=self._mark,
        )
        outcome = outcome_of(ended)
        if ended.code != 0:
            problem = diagnose(step.command, ended, source=source, folder=self._folder)
            raise StepFailed(problem, outcome, stage=step.stage)
        return outcome


def _unheard(tick: Tick) -> None:
    """Nobody watches."""
