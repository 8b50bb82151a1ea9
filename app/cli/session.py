"""One run beside or in a home: its owner, its engine, and the wait until its jobs have ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import msgspec

from app.cli.inbox import Inbox, Wish
from app.cli.out import CANCELED, DONE, FAILED, note, say
from app.cli.parts import Bootstrap, Core
from app.cli.report import Report
from app.home import Home, Owner, claim
from app.settings import Settings, load_settings
from pipeline.engine.executor import Threads
from pipeline.engine.presets import PresetBook
from pipeline.model.event import JobChanged, JobRemoved, Told, job_of
from pipeline.model.job import Job
from pipeline.model.problem import PipelineError
from pipeline.model.source import shown
from pipeline.model.state import State


def settings_of(home: Home, places: int | None = None) -> Settings:
    """The home's settings, with `--jobs` in place of theirs. Says what is wrong with the file."""
    found = load_settings(home.settings_file)
    for warning in found.warnings:
        say(warning)
    return msgspec.structs.replace(found.settings, jobs_at_once=places) if places else found.settings


def presets_of(bootstrap: Bootstrap, home: Home) -> PresetBook:
    """Recipes and presets. Says which of the user's own presets cannot be used."""
    book = bootstrap.open_presets(home)
    for problem in book.problems:
        say(problem)
    return book


def claim_for_run(home: Home) -> Owner:
    """The home itself, or one of this run's own in it if another process has it.

    Raises:
        PipelineError: home_on_network, home_unwritable.
    """
    try:
        return claim(home)
    except PipelineError as error:
        if error.problem.code != "home_owned":
            raise
        owner = claim(home.for_run())
        note(f"{error.problem.message} This run keeps its records in {shown(owner.home.folder)}.")
        return owner


@contextmanager
def opened(
    bootstrap: Bootstrap, home: Home, settings: Settings, inbox: Inbox, scope: Literal["all", "added"]
) -> Iterator[Core]:
    """The engine on a home this process owns, its events going to the inbox; closed in order at the end."""
    core = bootstrap.open_core(home, settings, Threads(), scope=scope)
    leave = core.bus.subscribe(inbox.put)
    try:
        yield core
    finally:
        leave()
        core.close()


def see_through(core: Core, jobs: Sequence[Job], inbox: Inbox, report: Report) -> list[Job]:
    """Waits until the jobs have ended or whoever started us wants to leave; returns them as they are then."""
    ids = {job.id for job in jobs}
    left = set(ids)
    asked_to_cancel = False
    report.begin(jobs)
    try:
        # Some may have ended before anyone listened.
        _count_off(core, {job.id for job in jobs if job.state.is_terminal}, left, ids, report)
        while left and inbox.wish is not Wish.LEAVE:
            if inbox.wish is Wish.CANCEL and not asked_to_cancel:
                asked_to_cancel = True
                core.control.cancel(tuple(left))
            told = [told for told in inbox.take(report.pulse_s) if job_of(told.event) in ids | {""}]
            for one in told:
                report.told(one)
            _count_off(core, _ended(told), left, ids, report)
            report.pulse(core.control.queue_eta)
    except BaseException:
        report.abandon()
        raise
    return [core.control.job(job.id) or job for job in jobs]


def exit_code(jobs: Sequence[Job], wish: Wish | None) -> int:
    """0 all completed or skipped, 1 some failed or left, 130 canceled."""
    states = {job.state for job in jobs}
    if State.CANCELED in states or (wish is Wish.CANCEL and not jobs):
        return CANCELED
    return DONE if states <= {State.COMPLETED, State.SKIPPED} else FAILED


def _ended(told: Sequence[Told]) -> set[str]:
    """The jobs these events end: nothing more will be told of them."""
    ended = set()
    for one in told:
        match one.event:
            case JobChanged(job_id=job_id, state=state) if state.is_terminal:
                ended.add(job_id)
            case JobRemoved(job_id=job_id):
                ended.add(job_id)
            case _:
                pass
    return ended


def _count_off(core: Core, ended: set[str], left: set[str], ids: set[str], report: Report) -> None:
    for job_id in ended & left:
        left.discard(job_id)
        if job := core.control.job(job_id):
            report.ended(job, len(ids) - len(left), len(ids))
