"""`queue` and `history`: what has not ended and what has. Reads only, so both work beside an open window."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime

from app import text
from app.cli.arguments import Arguments
from app.cli.report import ending
from app.home import Home, find_home, living_owner
from pipeline.model import wire
from pipeline.model.job import Job
from pipeline.model.problem import PipelineError, store_damaged
from pipeline.model.state import State
from pipeline.store.connection import is_there, reader
from pipeline.store.history import History
from pipeline.store.jobs import load_jobs
from pipeline.store.recovery import NAME
from pipeline.store.schema import version_of
from pipeline.store.trouble import is_damage


def jobs(arguments: Arguments) -> int:
    """Lists the open or the ended jobs of a home, and of the single runs in it that it has not taken over yet."""
    home = find_home(arguments.home)
    found = queued(home) if arguments.verb == "queue" else ended(home, arguments.search, arguments.limit)
    if arguments.json:
        for job in found:
            sys.stdout.write(wire.line(wire.job_object(job)).decode() + "\n")
    elif found:
        for job in found:
            print(_queue_line(job) if arguments.verb == "queue" else _history_line(job))
    else:
        print(_nothing(arguments, home))
    return 0


def queued(home: Home) -> list[Job]:
    """The jobs that have not ended, in queue order, those of single runs last."""
    found: list[Job] = []
    for _, database in databases(home):
        with reading(), closing(reader(database)) as connection:
            # Another process may be about to make its tables.
            found += load_jobs(connection, open_only=True) if version_of(connection) else []
    return found


def ended(home: Home, search: str, limit: int) -> list[Job]:
    """Up to `limit` jobs that have ended, the last one first."""
    found: dict[str, Job] = {}
    for _, database in databases(home):
        with reading(), closing(reader(database)) as connection:
            if version_of(connection) == 0:
                continue
        with reading(), closing(History(database)) as history:
            # A job the home took over from a single run is in both.
            found = {job.id: job for job in history.page(search=search, limit=limit)} | found
    return sorted(found.values(), key=lambda job: (job.ended_ms or 0, job.num), reverse=True)[:limit]


@contextmanager
def reading() -> Iterator[None]:
    """Turns damage found while reading a database into its Problem.

    Raises:
        PipelineError: store_damaged.
    """
    try:
        yield
    except Exception as error:
        if is_damage(error):
            raise PipelineError(store_damaged(str(error))) from error
        raise


def databases(home: Home) -> Iterable[tuple[Home, str]]:
    """The databases that are there: that of the home, then those of single runs it has not taken over yet.

    Raises:
        PipelineError: store_damaged.
    """
    for one in (home, *home.runs()):
        database = os.path.join(one.database_folder, NAME)
        with reading():
            is_readable = is_there(database)
        if is_readable:
            yield one, database


def _queue_line(job: Job) -> str:
    why = {"crash": " since Reelyard stopped unexpectedly", "person": " by you"}.get(job.held_by, "")
    if job.waiting_why:
        why = f": {text.one_line(job.waiting_why)}"
    return f"{job.num:>5}  {text.state_word(job)}{why}  {job.flow.title}  {text.one_line(job.name)}"


def _history_line(job: Job) -> str:
    when = datetime.fromtimestamp((job.ended_ms or 0) / 1000).strftime("%Y-%m-%d %H:%M")
    # Why a job was skipped is a part of its ending.
    why = f". {text.one_line(job.problem.message)}" if job.problem and job.state is not State.SKIPPED else ""
    return f"{job.num:>5}  {when}  {job.flow.title}  {ending(job)}{why}"


def _nothing(arguments: Arguments, home: Home) -> str:
    if arguments.verb == "history":
        return f"No match for “{arguments.search}”." if arguments.search else "Nothing has finished yet."
    return "Nothing waits or runs." if living_owner(home) else "Nothing was left to finish."
