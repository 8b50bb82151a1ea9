"""Starts, watches and counts the child processes of tests. The only file of the tests that starts processes."""

from __future__ import annotations

import json
import os
import subprocess  # noqa: TID251 - tests look at the product from outside, with no help from its own process code
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 300.0


@dataclass(frozen=True)
class Ended:
    """How a child ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """The lines of standard output, read as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def summary(self) -> dict[str, Any]:
        """The data of the last line, `run.finished`."""
        last = self.events[-1]
        assert last["type"] == "run.finished", self.out[-2000:]
        data: dict[str, Any] = last["data"]
        return data

    @property
    def said(self) -> str:
        """All sentences about what went wrong: those on standard error and those in the summary."""
        problems = [job["problem"] for job in self.summary["jobs"]] if self.out.strip() else []
        return self.err + " ".join(problem["message"] for problem in problems if problem)


def run(
    argv: Sequence[str | bytes],
    *,
    env: Mapping[str, str] = {},
    folder: str | os.PathLike[str] = ROOT,
    limit_s: float = LIMIT_S,
) -> Ended:
    """Runs one process to its end, with `env` on top of ours."""
    done = subprocess.run(
        argv,
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        timeout=limit_s,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return Ended(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def start(
    argv: Sequence[str | bytes], *, env: Mapping[str, str] = {}, out: Path | None = None
) -> subprocess.Popen[bytes]:
    """Starts one process and returns at once. Its output goes to the file `out`, or nowhere."""
    with open(out or os.devnull, "wb") as sink:
        return subprocess.Popen(
            argv, cwd=ROOT, env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink
        )


def reelyard(*words: str | bytes | Path, env: Mapping[str, str] = {}, limit_s: float = LIMIT_S) -> Ended:
    """Runs the product's command line."""
    return run(command(*words), env=env, limit_s=limit_s)


def command(*words: str | bytes | Path) -> list[str | bytes]:
    """The arguments that start the product's command line."""
    return [sys.executable, "-m", "app", *(str(word) if isinstance(word, Path) else word for word in words)]


def powerless(argv: Sequence[str | bytes]) -> list[str | bytes]:
    """The same arguments, run so that permissions bind: root, whom they do not, gives up its capabilities first."""
    if os.geteuid() != 0:
        return list(argv)
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--", *argv]


def users_of(folder: str | os.PathLike[str]) -> list[str]:
    """The living processes, but for this one, that work in `folder` or were given a path in it."""
    wanted = os.fspath(folder)
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            words = process.cmdline()
            if process.cwd().startswith(wanted) or any(wanted in word for word in words):
                found.append(f"{process.pid}: {' '.join(words)[:200]}")
        except psutil.Error:
            continue
    return found
