"""`resume`: finishes what a home and its single runs have left, if no living process owns them."""

from __future__ import annotations

from app import text
from app.cli.arguments import Arguments
from app.cli.inbox import Inbox
from app.cli.out import note
from app.cli.parts import Bootstrap
from app.cli.report import Report
from app.cli.session import exit_code, opened, see_through, settings_of
from app.cli.terminal import choose_report
from app.home import Home, claim, find_home
from app.settings import Settings
from pipeline.model.job import Job
from pipeline.model.problem import PipelineError


def resume(arguments: Arguments, bootstrap: Bootstrap) -> int:
    """Does the verb and returns the exit code.

    Raises:
        PipelineError: the home cannot be used.
    """
    home = find_home(arguments.home)
    settings = settings_of(home, arguments.jobs)
    report = choose_report(arguments.json)
    inbox = Inbox()
    jobs: list[Job] = []
    with inbox.hearing_signals():
        # Single runs first: the owner of the home takes the jobs of ended runs into its history.
        for one in (*home.runs(), home):
            if inbox.wish is None:
                jobs += _finish(one, settings, bootstrap, inbox, report)
    if not jobs and not arguments.json:
        note("nothing was left to finish.")
    report.finish(jobs)
    return exit_code(jobs, inbox.wish)


def _finish(home: Home, settings: Settings, bootstrap: Bootstrap, inbox: Inbox, report: Report) -> list[Job]:
    try:
        owner = claim(home)
    except PipelineError as error:
        if error.problem.code != "home_owned":
            raise
        note(f"{error.problem.message} Its jobs are left to it.")
        return []
    with owner, opened(bootstrap, home, settings, inbox, "all") as core:
        jobs = [core.control.job(job.id) or job for job in core.left if job.held_by != "person"]
        if held := len(core.left) - len(jobs):
            note(f"{text.count(held, 'job is', 'jobs are')} held by you; start them in the window.")
        core.control.release(tuple(job.id for job in jobs if job.held_by == "crash"))
        return see_through(core, jobs, inbox, report) if jobs else []
