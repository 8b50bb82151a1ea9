"""`log`: what was said while a job ran, and the exact commands. Reads only, so it works beside an open window."""

from __future__ import annotations

import re
from contextlib import closing

from app import text
from app.cli.arguments import Arguments
from app.cli.jobs import databases, reading
from app.cli.out import DONE, FAILED, note
from app.home import Home, find_home
from pipeline.engine.joblog import LIMIT_BYTES, tail
from pipeline.model.job import Job
from pipeline.model.problem import PipelineError, wrong_use
from pipeline.store.connection import reader
from pipeline.store.finding import jobs_called
from pipeline.store.schema import version_of

_NAMED = 5

# As `joblog` writes it:
#
#   14:05:09 run     /usr/bin/ffmpeg -hide_banner -i 'file:/films/my clip.mov' file:encode.mp4
_COMMAND = re.compile(r"\d\d:\d\d:\d\d run +(.+)")


def log(arguments: Arguments) -> int:
    """Prints a job's log, or only its commands; exit code 1 where it has none.

    Raises:
        PipelineError: no job is meant by the word, or several are.
    """
    job, home = found_job(find_home(arguments.home), arguments.job)
    # Every line is a byte at least, so this is all of it.
    lines = tail(home.logs_folder, job.id, LIMIT_BYTES)
    if not lines:
        note(f"there is no log of {text.one_line(job.name)}: it has not run yet, or its log was removed.")
        return FAILED
    commands = [match[1] for line in lines if (match := _COMMAND.fullmatch(line))]
    for line in commands if arguments.commands else lines:
        print(text.one_line(line))
    return DONE


def found_job(home: Home, word: str) -> tuple[Job, Home]:
    """The job a person means by its number, its id or how that begins, and the home that has its log.

    Numbers are those of the home; those of a single run beside it count where the home has no such job.

    Raises:
        PipelineError: wrong_use, where there is no such job or more than one.
    """
    found: dict[str, tuple[Job, Home]] = {}
    for one, database in databases(home):
        if found and word.isdigit():
            break
        with reading(), closing(reader(database)) as connection:
            if version_of(connection):
                # A job the home took over from a single run is in both.
                found = {job.id: (job, one) for job in jobs_called(connection, word)} | found
    if not found:
        hint = "“reelyard history” and “reelyard queue” list them with their numbers."
        raise PipelineError(wrong_use(f"There is no job “{text.one_line(word)}”.", hint))
    if len(found) > 1:
        ids = list(found)
        named = [f"{id_} ({text.one_line(found[id_][0].name)})" for id_ in ids[:_NAMED]]
        more = [f"{len(ids) - _NAMED:,} more"] if len(ids) > _NAMED else []
        raise PipelineError(
            wrong_use(f"“{text.one_line(word)}” may mean {text.listed([*named, *more])}.", "Give more of the id.")
        )
    return next(iter(found.values()))
