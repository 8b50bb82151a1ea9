"""Drives one job's Scripts: sends what is recorded, runs what is not, and records it. This is law 3.

A Step whose key is recorded and whose files are all there as recorded is not run again. Whatever else a Step needs,
a place in its lane, retries of transient faults, progress, is done here too, once for all recipes.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from sqlite3 import Connection
from typing import assert_never

import msgspec

from pipeline.engine.hand import Hand
from pipeline.engine.keys import Keys
from pipeline.engine.meter import Meter
from pipeline.engine.patience import RETRY_S, Patience
from pipeline.engine.workspace import Workspace, problem_of_write
from pipeline.media import process
from pipeline.media.diagnose import diagnose
from pipeline.media.toolchain import Toolchain
from pipeline.model.job import Artifact, Job, Waiting
from pipeline.model.machine import Fonts
from pipeline.model.problem import PipelineError, Problem, result_wrong
from pipeline.model.shell import pasted
from pipeline.model.source import Source
from pipeline.model.stage import (
    OUTCOME_LIMIT,
    Call,
    Canceled,
    Command,
    Outcome,
    Run,
    Script,
    Skip,
    Step,
    StepFailed,
    Tick,
    Together,
    members_of,
)
from pipeline.store.journal import StepRow, forget_steps, lay_down, record_step, take_in_hand
from pipeline.store.writer import Writer

# An Outcome is kept in the journal, so of what a tool said only so much is kept; the log file has it all.
LINES_KEPT = 60
COMPLAINTS_KEPT = 10
COMPLAINT_CHARS = 500


@dataclass(frozen=True)
class Means:
    """What Steps are run with. Numbers and callables the engine was handed."""

    toolchain: Toolchain
    writer: Writer
    mark: str
    retry_after_s: tuple[float, ...] = (2.0, 10.0)
    store_retry_s: float = RETRY_S
    low_priority: bool = False
    fonts: Fonts | None = None


@dataclass(frozen=True)
class Desk:
    """Where an attempt reports to while it runs."""

    waits: Callable[[Waiting, str], None]
    enters: Callable[[str, str], None]
    logs: Callable[[str, str], None]


class Replay:
    """One attempt's way through its Steps."""

    def __init__(
        self, means: Means, store: Patience, desk: Desk, job: Job, hand: Hand, workspace: Workspace, meter: Meter,
        recorded: dict[str, StepRow], labels: dict[str, str],
    ) -> None:  # fmt: skip
        self._means = means
        self._store = store
        self._desk = desk
        self._job = job
        self._hand = hand
        self._workspace = workspace
        self._meter = meter
        self._recorded = recorded
        self._labels = labels
        self._keys = Keys(means.toolchain.id)
        self._source = job.source
        self._made_anew: set[str] = set()
        self.ran_all = True

    def drive(self, script: Script, source: Source, part: str) -> tuple[Artifact, ...]:
        """Runs a Script on one Source to its end and returns its Artifacts. `part` stands before its Stages' ids.

        Raises:
            Canceled: the job was cancelled or interrupted.
            PipelineError: a Step failed and the Script did not catch it, or the Script itself refused.
        """
        self._keys.about(source)
        self._source = source
        try:
            step = next(script)
            while True:
                try:
                    outcome = self._do(step, part)
                except StepFailed as failure:
                    step = self._tell_failure(script, failure)
                else:
                    step = script.send(outcome)
        except StopIteration as end:
            return tuple(end.value)
        finally:
            script.close()

    def _tell_failure(self, script: Script, failure: StepFailed) -> Step:
        """Raises it in the Script. If that goes on, the failure is part of its way, and is sent again on replay."""

        def keep(connection: Connection) -> None:
            record_step(connection, self._job.id, failure.key, failure.stage, failure.outcome, ())
            lay_down(connection, self._job.id, failure.key)

        try:
            step = script.throw(failure)
        except (StopIteration, Skip):
            self._means.writer.submit(keep)
            raise
        self._means.writer.submit(keep)
        return step

    def forget(self, names: Sequence[str]) -> None:
        """Forgets the Steps that made these files: they cannot be trusted."""
        keys = self._keys.makers_of(names)
        self._means.writer.submit(lambda c: forget_steps(c, self._job.id, keys))

    def _do(self, step: Step, part: str) -> Outcome:
        members = tuple(members_of(step))
        keys = [self._keys.of(member) for member in members]
        stage = part + step.stage
        if self._meter.enters(stage):
            self._desk.enters(stage, self._labels[stage])
        self._meter.begins(members)
        match step:
            case Run() | Call():
                return self._one(step, keys[0])
            case Together():
                return Outcome(members=self._side_by_side(members, keys))
            case _:
                assert_never(step)

    def _side_by_side(self, members: Sequence[Run | Call], keys: Sequence[str]) -> tuple[Outcome, ...]:
        """Runs members at once, the first in this thread. One that fails lets the others end: their work is kept."""
        outcomes: list[Outcome | None] = [None] * len(members)
        errors: list[BaseException] = []

        def run(index: int) -> None:
            try:
                outcomes[index] = self._one(members[index], keys[index])
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=run, args=(index,), name="member") for index in range(1, len(members))]
        for thread in threads:
            thread.start()
        run(0)
        for thread in threads:
            thread.join()
        if errors:
            raise next((error for error in errors if isinstance(error, Canceled)), errors[0])
        return tuple(outcome for outcome in outcomes if outcome is not None)

    def _one(self, step: Run | Call, key: str) -> Outcome:
        row = self._recorded.get(key)
        if row is not None and not self._reads_anew(step) and self._workspace.still_has(row.files):
            self.ran_all = False
            # What is found done says nothing about how fast the rest will be.
            self._meter.rests()
            self._meter.ended(step)
            if isinstance(step, Run) and row.outcome.exit_code != 0:
                raise StepFailed(self._problem_of(step.command, row.outcome), row.outcome, key, step.stage)
            return row.outcome
        self._means.writer.submit(lambda c: take_in_hand(c, self._job.id, key, step.stage))
        outcome = self._until_it_works(step, key)
        self._record(step, key, outcome)
        self._made_anew.update(step.makes)
        self._meter.ended(step)
        return outcome

    def _reads_anew(self, step: Run | Call) -> bool:
        """Whether what it reads had to be made once more: what it found in the old files says nothing of the new."""
        return not self._made_anew.isdisjoint((*step.reads, self._source.file))

    def _until_it_works(self, step: Run | Call, key: str) -> Outcome:
        """Runs a Step, again after a while where its fault is transient. The job stays running all the while."""
        waits_s = iter(self._means.retry_after_s)
        while True:
            try:
                return self._once(step, key)
            except PipelineError as error:
                wait_s = next(waits_s, None) if error.problem.is_transient else None
                if wait_s is None:
                    raise
                self._desk.logs("warning", f"{error.problem.message} Trying again in {wait_s:g} s.")
                self._desk.waits("retry", error.problem.message)
                if self._hand.cancel.wait(wait_s):
                    raise Canceled from None
                self._desk.waits("", "")

    def _once(self, step: Run | Call, key: str) -> Outcome:
        with self._hand.member(step.lane) as member:
            try:
                self._workspace.prepare(step.makes)
            except OSError as error:
                raise PipelineError(problem_of_write(error, self._job.destination_folder)) from error

            def on_tick(tick: Tick) -> None:
                self._meter.tick(step, tick)

            if isinstance(step, Call):
                value = self._acted(step, on_tick)
                return Outcome(value=msgspec.to_builtins(value))
            command = step.command
            argv = self._means.toolchain.resolve(command.argv)
            self._desk.logs("run", pasted(argv))
            found = process.run(
                argv,
                command,
                folder=self._workspace.folder,
                cancel=self._hand.cancel,
                on_tick=on_tick,
                on_start=member.started,
                on_line=self._desk.logs,
                mark=self._means.mark,
                low_priority=self._means.low_priority,
            )
        outcome = outcome_of(found)
        if found.code != 0:
            raise StepFailed(self._problem_of(command, outcome), outcome, key, step.stage)
        return outcome

    def _acted(self, step: Call, on_tick: Callable[[Tick], None]) -> object:
        try:
            return step.act.run(self._hand.cancel, on_tick, self._workspace.folder)
        except OSError as error:
            # A full drive is the world's fault; any other error an Act did not expect is ours.
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise PipelineError(problem_of_write(error, self._job.destination_folder)) from error

    def _problem_of(self, command: Command, outcome: Outcome) -> Problem:
        ended = process.Exit(
            code=outcome.exit_code,
            active_s=outcome.active_s,
            lines=outcome.lines,
            complaints=outcome.complaints,
            last_tick=outcome.last_tick,
            stalled_s=outcome.stalled_s,
        )
        return diagnose(command, ended, source=self._source, folder=self._job.destination_folder)

    def _record(self, step: Run | Call, key: str, outcome: Outcome) -> None:
        try:
            made = self._workspace.look_at(step.makes)
        except FileNotFoundError as error:
            missing = os.path.relpath(error.filename, self._workspace.folder)
            what = f"“{step.label or step.stage}” ended well but left no {missing}"
            raise PipelineError(result_wrong(what, ())) from error
        except OSError as error:
            raise PipelineError(problem_of_write(error, self._job.destination_folder)) from error

        def work(connection: Connection) -> None:
            record_step(connection, self._job.id, key, step.stage, outcome, made)
            lay_down(connection, self._job.id, key)

        # The next Step starts when this one is committed: so a crash repeats the Step in hand and no other.
        self._store.do(work)


def outcome_of(ended: process.Exit) -> Outcome:
    """What a Script is told of a process that has ended: as much of what it said as the journal takes."""
    return _fitting(
        Outcome(
            exit_code=ended.code,
            active_s=ended.active_s,
            value=ended.value,
            last_tick=ended.last_tick,
            lines=ended.lines[-LINES_KEPT:],
            complaints=tuple((at_s, text[:COMPLAINT_CHARS]) for at_s, text in ended.complaints[:COMPLAINTS_KEPT]),
            stalled_s=ended.stalled_s,
            cpu_s=ended.cpu_s,
        )
    )


def _fitting(outcome: Outcome) -> Outcome:
    """The same with fewer lines, where its value leaves little room for them in the journal."""
    while outcome.lines and len(msgspec.json.encode(outcome)) > OUTCOME_LIMIT:
        outcome = msgspec.structs.replace(outcome, lines=outcome.lines[(len(outcome.lines) + 1) // 2 :])
    return outcome
