"""Looks at a home and a destination from outside, as an auditor would: what was promised, what is there."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from pipeline.model.job import Job
from pipeline.store.jobs import load_jobs
from pipeline.store.recovery import NAME
from tests.support.builders import ffmpeg
from tests.support.child import run

SCRATCH = ".reelyard"
DATABASE = NAME
_STRICT = ("-v", "error", "-nostdin", "-xerror", "-err_detect", "explode")
_EVERYTHING = ("-map", "0:v?", "-map", "0:a?", "-f", "null", "-")


@dataclass(frozen=True)
class Books:
    """What the database of a home says, and what SQLite says about the database."""

    jobs: tuple[Job, ...] = ()
    complaints: tuple[str, ...] = ()


def books(home: Path) -> Books:
    """Reads a copy of the database, so that looking changes nothing; the owner must be dead or idle."""
    if not (home / NAME).exists():
        return Books()
    with tempfile.TemporaryDirectory(prefix="reelyard-audit-") as folder:
        for file in home.glob(f"{DATABASE}*"):
            shutil.copyfile(file, Path(folder, file.name))
        connection = sqlite3.connect(Path(folder, NAME))
        try:
            if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'jobs'").fetchone():
                return Books()
            found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            found += [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check")]
            jobs = tuple(load_jobs(connection, open_only=False))
        finally:
            connection.close()
    return Books(jobs, tuple(line for line in found if line != "ok"))


def faults_of_file(file: Path) -> list[str]:
    """Why a result is not whole: decodes all of it with every check on."""
    done = run([ffmpeg(), *_STRICT, "-i", f"file:{file}", *_EVERYTHING])
    return [f"{file.name}: exit {done.code}: {done.err[:300]}"] if done.code or done.err else []


def strangers(destination: Path, jobs: Iterable[Job]) -> list[str]:
    """Files and folders in a destination that are no result of these jobs, hidden ones and scratch included."""
    results = {artifact.file for job in jobs for artifact in job.artifacts}
    folders = {str(parent) for result in results for parent in Path(result).parents}
    return sorted(str(path) for path in destination.rglob("*") if str(path) not in results | folders)


def faults_of_results(jobs: Iterable[Job]) -> list[str]:
    """What is wrong with the results of completed jobs: not there, another size, a name twice, not decodable."""
    faults = []
    seen: set[str] = set()
    for job in jobs:
        results = [artifact for artifact in job.artifacts if artifact.kind == "result"]
        if len(results) != 1:
            faults.append(f"{job.name}: {len(results)} results")
        for artifact in results:
            file = Path(artifact.file)
            if artifact.file in seen:
                faults.append(f"{file.name}: the result of two jobs")
            seen.add(artifact.file)
            if not file.is_file():
                faults.append(f"{file.name}: is not there")
            elif file.stat().st_size != artifact.size:
                faults.append(f"{file.name}: {file.stat().st_size} bytes, the job says {artifact.size}")
            else:
                faults += faults_of_file(file)
    return faults


def marked(name: str, value: str) -> list[str]:
    """The living processes with this variable in their environment; children inherit it."""
    return [f"{process.pid}: {_words_of(process)}" for process in _marked(name, value)]


def workspaces_in_use(name: str, value: str) -> list[str]:
    """The Workspaces in which processes with this variable in their environment are at work."""
    return [folder for process in _marked(name, value) if f"/{SCRATCH}/" in (folder := _folder_of(process))]


def _marked(name: str, value: str) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _has(process, name, value)]


def _has(process: psutil.Process, name: str, value: str) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and bool(process.environ().get(name) == value)
    except psutil.Error:
        return False


def _words_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())[:200]
    except psutil.Error:
        return "it has ended"


def _folder_of(process: psutil.Process) -> str:
    try:
        return str(process.cwd())
    except psutil.Error:
        return ""


def digest(file: Path) -> str:
    """A hash of a file's content."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
