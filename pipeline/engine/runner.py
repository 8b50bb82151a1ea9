"""Runs one attempt of a job, from the look at its source to the last name. Knows nothing of queues."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import os
import time
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from sqlite3 import Connection
from typing import Any

import msgspec

from pipeline.engine import replace
from pipeline.engine.estimate import Speeds
from pipeline.engine.hand import Hand
from pipeline.engine.identity import changed, looked_at, still_there
from pipeline.engine.joblog import JobLog
from pipeline.engine.known import Known, known
from pipeline.engine.meter import Meter
from pipeline.engine.patience import Patience
from pipeline.engine.plan import Plan, plan
from pipeline.engine.publish import Published, Publisher
from pipeline.engine.replay import Desk, Means, Replay
from pipeline.engine.scheduler import Scheduler
from pipeline.engine.transition import Verdict
from pipeline.engine.workspace import Workspace
from pipeline.model.event import JobLogged, Level
from pipeline.model.job import Artifact, Job
from pipeline.model.machine import Machine
from pipeline.model.problem import (
    PipelineError,
    Problem,
    Warn,
    bug,
    destination_exists,
)
from pipeline.model.recipe import Recipe
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Canceled, Scratch, Skip
from pipeline.model.state import State, Trigger
from pipeline.store.journal import begin_attempt, earlier_context, forget_all_steps, forget_scratch, lay_down, steps_of
from pipeline.store.kept import keep
from pipeline.store.publishing import clear_intents, release_names
from pipeline.store.speeds import record_speed
from pipeline.store.trouble import trouble_of

LINES_TOLD = 200

_LOG = logging.getLogger(__name__)


class Runner:
    """Runs attempts. One object serves all jobs; what belongs to one attempt is local to `run`."""

    def __init__(
        self,
        *,
        means: Means,
        recipes: Mapping[str, Recipe[Any]],
        probe: Callable[[str], MediaInfo],
        speeds: Speeds,
        log_folder: str,
    ) -> None:
        self._means = means
        self._recipes = recipes
        self._probe = probe
        self._speeds = speeds
        self._log_folder = log_folder
        self._scheduler: Scheduler

    def report_to(self, scheduler: Scheduler) -> None:
        """Says who decides. The two need each other, so this comes after both are made."""
        self._scheduler = scheduler

    def run(self, job: Job, hand: Hand) -> None:
        """Runs one attempt and reports its one ending. Blocks the calling thread until that is committed."""
        workspace = Workspace.of(job)
        with JobLog(self._log_folder, job.id, job.attempt) as log:
            try:
                verdict = self._attempt(job, hand, workspace, log)
            except Canceled:
                verdict = Verdict(Trigger.STOPPED, work=partial(lay_down, job_id=job.id))
            except Skip as skip:
                verdict = Verdict(Trigger.SKIP, skip.problem)
            except PipelineError as error:
                verdict = Verdict(Trigger.FAIL, self._blame(job.id, error.problem))
            except Exception as error:
                problem = trouble_of(error)
                if problem is None:
                    _LOG.exception("job %s met a bug", job.id)
                verdict = Verdict(Trigger.FAIL, problem or bug(traceback.format_exc()))
            if verdict.problem is not None:
                log.write("info" if verdict.trigger is Trigger.SKIP else "error", str(verdict.problem))
        if verdict.trigger in (Trigger.FAIL, Trigger.SKIP) and not self._has_steps(job.id):
            # Before the ending is known: a retry that comes at once must find its Workspace its own.
            workspace.remove()
            verdict = dataclasses.replace(verdict, work=partial(forget_scratch, job_id=job.id))
        is_saved = self._scheduler.end(job.id, verdict).exception() is None
        if verdict.trigger is Trigger.FINISH and is_saved:
            workspace.remove()
            self._means.writer.submit(partial(forget_scratch, job_id=job.id))

    def _has_steps(self, job_id: str) -> bool:
        """Whether the Workspace holds anything a retry could go on from. Yes, where the store does not say."""
        found = self._means.writer.submit(lambda connection: steps_of(connection, job_id))
        return found.exception() is not None or bool(found.result())

    def _attempt(self, job: Job, hand: Hand, workspace: Workspace, log: JobLog) -> Verdict:
        store = self._patience(job, hand)
        if job.destination.replace_source and (ended := self._without_source(job, store, workspace)):
            return ended
        source = looked_at(job.source, self._probe)
        is_same = (source.size, source.mtime_ns) == (job.source.size, job.source.mtime_ns)
        if source != job.source:
            job = self._scheduler.learn(job.id, source)
        replace.refuse_link(job)
        ready = plan(self._recipes, job)
        publisher = self._publisher(job, store, workspace)
        # What was about to be published was made from the source as it was then. It comes before the skip rule: a
        # result that got its name just before a crash is ours.
        if is_same and (settled := publisher.settled()):
            return self._end_settled(job, workspace, settled)
        if reason := self._reason_to_skip(job, ready):
            raise Skip(reason)
        workspace.open()
        earlier = store.do(partial(earlier_context, job_id=job.id))
        facts = known(job, ready, self._means.toolchain, earlier, self._means.fonts)
        replay = self._replay(job, hand, store, workspace, ready, log, facts)
        artifacts = self._made(replay, job, hand, ready, workspace, facts.machine)
        warnings = tuple(warn for artifact in artifacts for warn in artifact.warnings) + still_there(job.source)
        if not self._scheduler.completes(job.id):
            raise Canceled
        published, told = publisher.publish(artifacts)
        learnt = self._speeds.learn(job, hand.active_s()) if replay.ran_all else ()
        return self._finish(job, published, (*warnings, *told), learnt)

    def _publisher(self, job: Job, store: Patience, workspace: Workspace) -> Publisher:
        return Publisher(store, job, workspace, lambda path: self._scheduler.is_source(path, besides=job.id))

    def _without_source(self, job: Job, store: Patience, workspace: Workspace) -> Verdict | None:
        """Goes on where a crash came after the source made room for its result: there is none to look at then."""
        publisher = self._publisher(job, store, workspace)
        settled = publisher.settled() if publisher.is_source_away() else None
        return self._end_settled(job, workspace, settled) if settled else None

    def _end_settled(self, job: Job, workspace: Workspace, settled: Published) -> Verdict:
        """Ends with what stands under its final names, also where a person cancels meanwhile: it is there."""
        workspace.open()
        if not (self._scheduler.completes(job.id) or self._scheduler.roster.of(job.id).state is State.CANCELING):
            raise Canceled
        published, told = settled
        return self._finish(job, published, (*(w for each in published for w in each.warnings), *told), ())

    def _finish(
        self,
        job: Job,
        published: tuple[Artifact, ...],
        warnings: tuple[Warn, ...],
        learnt: tuple[tuple[str, float], ...],
    ) -> Verdict:
        placed = replace.placed(job, published) if job.destination.replace_source else ()
        now_ms = time.time_ns() // 1_000_000

        def work(connection: Connection) -> None:
            clear_intents(connection, job.id)
            release_names(connection, job.id)
            forget_all_steps(connection, job.id)
            lay_down(connection, job.id)
            keep(connection, job.id, placed, now_ms)
            for signature, rate in learnt:
                record_speed(connection, signature, rate)

        return Verdict(Trigger.FINISH, artifacts=published, warnings=warnings, work=work)

    def _patience(self, job: Job, hand: Hand) -> Patience:
        means, scheduler = self._means, self._scheduler
        return Patience(
            means.writer, hand.cancel, lambda waits, why: scheduler.waits(job.id, waits, why), means.store_retry_s
        )

    def _replay(
        self, job: Job, hand: Hand, store: Patience, workspace: Workspace, ready: Plan, log: JobLog, facts: Known
    ) -> Replay:
        writer, scheduler = self._means.writer, self._scheduler

        def begin(connection: Connection) -> Any:
            begin_attempt(connection, job.id, job.attempt, msgspec.json.encode(facts))
            lay_down(connection, job.id)
            return steps_of(connection, job.id)

        said = itertools.count()

        def logs(level: str, line: str) -> None:
            log.write(level, line)
            # A damaged file makes a tool complain a hundred thousand times; the log has them, nobody reads them live.
            if (told := _TOLD.get(level)) and next(said) < LINES_TOLD:
                writer.tell(JobLogged(job.id, job.attempt, told, line))

        stages = ready.stages(job.source)
        desk = Desk(
            waits=lambda waiting_for, why: scheduler.waits(job.id, waiting_for, why),
            enters=lambda stage, label: scheduler.enters(job.id, stage, label),
            logs=logs,
        )
        meter = Meter(stages, lambda progress: scheduler.progress(job.id, progress), hand.active_s)
        labels = {stage.id: stage.label for stage in stages}
        return Replay(self._means, store, desk, job, hand, workspace, meter, store.do(begin), labels)

    def _made(
        self, replay: Replay, job: Job, hand: Hand, ready: Plan, workspace: Workspace, machine: Machine
    ) -> tuple[Artifact, ...]:
        """What the Flow made. A pause that came after the last Step holds here, whatever that led to."""
        try:
            made = self._drive(replay, job, ready, workspace, machine)
        except Skip as skip:
            with hand.member(None):
                raise skip from None
        with hand.member(None):
            return made

    def _drive(
        self, replay: Replay, job: Job, ready: Plan, workspace: Workspace, machine: Machine
    ) -> tuple[Artifact, ...]:
        """Runs the Flow: each recipe's results are the next one's Sources, the last one's are published."""
        sources: tuple[Source, ...] = (job.source,)
        kept: list[Artifact] = []
        last = len(ready.parts)
        for number, (recipe, options) in enumerate(ready.parts, 1):
            part = f"{number}." if last > 1 else ""
            made: list[Artifact] = []
            for index, source in enumerate(sources, 1):
                scratch = Scratch(f"{number}-{index}" if last > 1 else "", machine)
                try:
                    made += replay.drive(recipe.script(source, options, scratch), source, part)
                except PipelineError as error:
                    replay.forget(error.problem.condemns)
                    raise
            if number == last:
                return (*kept, *made)
            kept += [artifact for artifact in made if artifact.kind == "sidecar"]
            results = [artifact for artifact in made if artifact.kind == "result"]
            sources = tuple(self._as_source(artifact, workspace) for artifact in results)
        return tuple(kept)

    def _as_source(self, artifact: Artifact, workspace: Workspace) -> Source:
        path = workspace.path(artifact.file)
        found = os.stat(path)
        return Source(
            path=artifact.path,
            alias=artifact.name,
            size=found.st_size,
            mtime_ns=found.st_mtime_ns,
            info=self._probe(path),
        )

    def _reason_to_skip(self, job: Job, ready: Plan) -> Problem | None:
        """The rule that leaves this source out: a name that is taken, or one of the recipe's own."""
        if job.without_skip_rules:
            return None
        if there := self._result_there(job, ready):
            return destination_exists(there)
        recipe, options = ready.parts[0]
        return recipe.skips(job.source, options)

    def _result_there(self, job: Job, ready: Plan) -> str:
        """The result's path, where the rule is to skip a name that is taken and it is."""
        if job.destination.if_exists != "skip":
            return ""
        recipe, options = ready.parts[-1]
        name = recipe.result_name(job.source, options)
        path = os.path.join(job.destination_folder, os.fsdecode(name))
        makes_room = job.destination.replace_source and os.fsencode(path) == job.source.path
        return path if name and os.path.lexists(path) and not makes_room else ""

    def _blame(self, job_id: str, problem: Problem) -> Problem:
        """The deeper cause, where a Step failed because the source did not stay what it was."""
        job = self._scheduler.roster.of(job_id)
        is_elsewhere = problem.code.startswith("destination") or problem.code in ("disk_full", "undo_name_taken")
        if job.source.size < 0 or is_elsewhere:
            return problem
        return changed(job.source) or problem


# What a tool merely mentions is in the log file; the Bus carries what a person may want to know.
_TOLD: Mapping[str, Level] = {"warning": "warning", "error": "error"}
