"""`run`: does one recipe on files and folders, and starts nothing else."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from app import text
from app.cli.arguments import Arguments
from app.cli.inbox import Inbox
from app.cli.out import note, say
from app.cli.parts import Bootstrap, Core
from app.cli.report import Report
from app.cli.session import claim_for_run, exit_code, opened, presets_of, see_through, settings_of
from app.cli.terminal import choose_report
from app.home import Home, find_home
from app.settings import Settings
from pipeline.engine.cancel import Cancel
from pipeline.model.destination import Destination
from pipeline.model.flow import Flow
from pipeline.model.job import PRIORITIES, Job
from pipeline.model.problem import nothing_found
from pipeline.model.source import shown

if TYPE_CHECKING:
    from pipeline.engine.intake import Found, Skipped

_LEFT_OUT_NAMED = 10


def run(arguments: Arguments, bootstrap: Bootstrap) -> int:
    """Does the verb and returns the exit code.

    Raises:
        PipelineError: wrong names or values, or a home that cannot be used; nothing was begun.
    """
    home = find_home(arguments.home)
    settings = settings_of(home, arguments.jobs)
    flow = presets_of(bootstrap, home).flow(arguments.recipe, arguments.preset, arguments.sets, arguments.also)
    destination = destination_of(arguments, settings)
    report = choose_report(arguments.json)
    return do(home, settings, bootstrap, report, arguments.inputs, flow, destination, PRIORITIES[arguments.priority])


def do(
    home: Home,
    settings: Settings,
    bootstrap: Bootstrap,
    report: Report,
    inputs: Sequence[str],
    flow: Flow,
    destination: Destination,
    priority: int = 0,
) -> int:
    """Does the flow on the inputs, from taking the home to the last line; returns the exit code."""
    inbox = Inbox()
    jobs: list[Job] = []
    with (
        inbox.hearing_signals(),
        claim_for_run(home) as owner,
        opened(bootstrap, owner.home, settings, inbox, "added") as core,
    ):
        found = _look(core, inputs, inbox)
        is_all_taken = found is not None and not missing(found, inputs)
        if found is not None:
            tell_left_out(found.skipped)
        if found is not None and found.sources:
            accepted = core.control.add(
                found.sources, flow, destination, priority=priority, folders=found.folders
            ).result()
            jobs = see_through(core, accepted, inbox, report)
        elif found is not None and is_all_taken:
            is_all_taken = False
            say(nothing_found(text.listed([shown(path) for path in inputs])))
    report.finish(jobs)
    code = exit_code(jobs, inbox.wish)
    return code if is_all_taken else code or 1


def _look(core: Core, inputs: Sequence[str], inbox: Inbox) -> Found | None:
    """What is in the inputs; None if we are to end before that is known. Walking a large folder can take long."""
    cancel = Cancel()
    with ThreadPoolExecutor(1, "look") as pool:
        looking = pool.submit(core.control.look, [os.path.abspath(path) for path in inputs], cancel=cancel)
        if inbox.wait(looking):
            return looking.result()
        cancel.set()
        return None


def destination_of(arguments: Arguments, settings: Settings) -> Destination:
    """Where results go: as the settings say, unless the command line does."""
    chosen = settings.destination
    if_exists = arguments.if_exists or chosen.if_exists
    if arguments.replace:
        return Destination(if_exists=if_exists, replace_source=True)
    folder = os.fsencode(os.path.abspath(arguments.output)) if arguments.output else chosen.folder
    return Destination(folder, if_exists)


def missing(found: Found, inputs: Sequence[str]) -> bool:
    """Whether something a person named was not taken; what a folder holds besides media is no failure."""
    taken = {source.path for source in found.sources}
    named = {os.fsencode(os.path.abspath(path)) for path in inputs} - taken
    return any(one.path in named for one in found.skipped)


def tell_left_out(skipped: Sequence[Skipped]) -> None:
    """Says what was not taken, and why; of many the first."""
    for one in skipped[:_LEFT_OUT_NAMED]:
        note(f"left out {text.one_line(shown(one.path))}: {text.one_line(one.reason)}.")
    if len(skipped) > _LEFT_OUT_NAMED:
        note(f"left out {text.count(len(skipped) - _LEFT_OUT_NAMED, 'more file')}.")
