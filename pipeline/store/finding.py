"""Finds the jobs a person's word may mean: a number, an id, or how an id begins."""

from __future__ import annotations

import sqlite3

from pipeline.model.job import Job
from pipeline.store.jobs import read_jobs

_LARGEST = 2**63 - 1


def jobs_called(c: sqlite3.Connection, word: str) -> list[Job]:
    """The job with this number; where there is none, those whose id is the word or begins with it, oldest first."""
    if word.isascii() and word.isdigit() and int(word) <= _LARGEST:
        found = list(read_jobs(c.execute("SELECT id, data FROM jobs WHERE num = ?", (int(word),))))
        if found:
            return found
    query = "SELECT id, data FROM jobs WHERE substr(id, 1, ?) = ? ORDER BY num"
    return list(read_jobs(c.execute(query, (len(word), word.lower())))) if word else []
