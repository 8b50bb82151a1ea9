"""Takes the jobs of a single run's own database, and the sources they have replaced, into the home's."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from sqlite3 import Connection

import msgspec

from pipeline.model.job import Job
from pipeline.store.connection import reader
from pipeline.store.jobs import last_num, load_jobs, save_jobs
from pipeline.store.kept import Kept, all_kept, kept_of, save_kept
from pipeline.store.recovery import NAME


def ended_jobs(folder: str) -> list[Job] | None:
    """The jobs of the database in a folder, if all of them have ended; None where work is left in it.

    A folder without a database has no jobs.

    Raises:
        sqlite3.Error: the database cannot be read.
    """
    path = os.path.join(folder, NAME)
    if not os.path.exists(path):
        return []
    connection = reader(path)
    try:
        jobs = load_jobs(connection, open_only=False)
    finally:
        connection.close()
    return jobs if all(job.state.is_terminal for job in jobs) else None


def kept_sources(folder: str) -> list[Kept]:
    """The replaced sources the database in a folder knows of; none without a database.

    Raises:
        sqlite3.Error: the database cannot be read.
    """
    path = os.path.join(folder, NAME)
    if not os.path.exists(path):
        return []
    with closing(reader(path)) as connection:
        return all_kept(connection)


def take(connection: Connection, jobs: list[Job], kept: Sequence[Kept] = ()) -> None:
    """Saves another database's jobs under numbers of this one. Taken twice, they are there once."""
    for each in kept:
        if kept_of(connection, each.job_id) is None:
            save_kept(connection, each)
    known = {id_ for (id_,) in connection.execute("SELECT id FROM jobs")} if jobs else set()
    start = last_num(connection)
    new = [job for job in jobs if job.id not in known]
    save_jobs(connection, [msgspec.structs.replace(job, num=start + n, batch_id="") for n, job in enumerate(new, 1)])
