"""Runs one program and says what its whole tree of processes spent: wall time, CPU time, the largest one's memory.

For a run of the product it also says this for each Stage of its one job. POSIX only: the system keeps the sums.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess  # noqa: TID251 - the product's process code is part of what is measured, and tells no CPU time
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.support.child import ROOT, command

_MIB = 1024


@dataclass(frozen=True)
class Used:
    """Wall and CPU seconds; `tools_cpu_s` are those of the processes the product started, without its own."""

    wall_s: float
    cpu_s: float
    tools_cpu_s: float = 0.0


@dataclass(frozen=True)
class Spent:
    """What a program and all it started spent, and how it ended.

    `peak_mib` is the memory of the largest single process; where it is less than what this process has, Linux tells
    the latter, because a child begins as its copy. `stages` are those of a run's job, by their id, each from its
    beginning to that of the next; `events` are the lines it printed as JSON.
    """

    code: int
    wall_s: float
    cpu_s: float
    peak_mib: float
    err: str
    events: tuple[dict[str, Any], ...] = ()
    stages: Mapping[str, Used] = field(default_factory=dict)

    def stage(self, name: str) -> Used:
        """What one Stage spent; nothing if the job had none of this name."""
        return self.stages.get(name, Used(0.0, 0.0))

    def summary(self) -> dict[str, Any]:
        """The data of the last line, `run.finished`."""
        assert self.events and self.events[-1]["type"] == "run.finished", self.err[-2000:]
        data: dict[str, Any] = self.events[-1]["data"]
        return data


def spent(argv: Sequence[str | bytes], *, folder: str | os.PathLike[str] = ROOT, env: Mapping[str, str] = {}) -> Spent:
    """Runs a program to its end, its output thrown away."""
    with tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        child = _start(argv, folder, env, subprocess.DEVNULL, err)
        code, cpu_s, peak_mib = _reaped(child)
        return Spent(code, time.perf_counter() - began, cpu_s, peak_mib, _read(err))


def reelyard(*words: str | bytes | Path, env: Mapping[str, str] = {}) -> Spent:
    """Runs the product's command line with `--json`, and watches its job pass from Stage to Stage."""
    with tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        child = _start([*command(*words), "--json"], ROOT, env, subprocess.PIPE, err)
        events: list[dict[str, Any]] = []
        marks: list[_Mark] = []
        assert child.stdout is not None
        with child.stdout as lines:
            for line in lines:
                event = json.loads(line)
                events.append(event)
                if (name := _new_stage(event)) is not None:
                    marks.append(_Mark(name, time.perf_counter(), *_tree_cpu_s(child.pid)))
        code, cpu_s, peak_mib = _reaped(child)
        wall_s = time.perf_counter() - began
        return Spent(code, wall_s, cpu_s, peak_mib, _read(err), tuple(events), _stages(marks))


def finished(run: Spent) -> Spent:
    """The same, if all its jobs were completed.

    Raises:
        RuntimeError: they were not; the message is what the program said.
    """
    if run.code:
        problems = [job["problem"]["message"] for job in run.summary()["jobs"] if job["problem"]] if run.events else []
        raise RuntimeError(f"exit {run.code}: {' '.join(problems) or run.err[-2000:]}")
    return run


def _start(
    argv: Sequence[str | bytes], folder: str | os.PathLike[str], env: Mapping[str, str], out: int, err: Any
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv, cwd=folder, env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=out, stderr=err
    )


def _reaped(child: subprocess.Popen[bytes]) -> tuple[int, float, float]:
    """Exit code, CPU seconds of it and all that it waited for, and the memory of the largest of them in MiB."""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)  # it has been waited for; Popen must not do so again
    return child.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _MIB


def _read(file: Any) -> str:
    file.seek(0)
    text: bytes = file.read()
    return text.decode("utf-8", "replace")


def _new_stage(event: dict[str, Any]) -> str | None:
    """The Stage that begins with this event; an empty name for the end of them all."""
    if event["type"] == "job.step":
        name: str = event["data"]["stage"]
        return name
    is_over = event["type"] == "job.state" and event["data"]["state"] in ("completing", "completed", "failed")
    return "" if is_over else None


@dataclass(frozen=True)
class _Mark:
    """The beginning of a Stage, and what had been spent by then."""

    name: str
    at_s: float
    cpu_s: float
    tools_cpu_s: float

    def until(self, other: _Mark) -> Used:
        """What was spent between the two."""
        return Used(other.at_s - self.at_s, other.cpu_s - self.cpu_s, other.tools_cpu_s - self.tools_cpu_s)


def _tree_cpu_s(pid: int) -> tuple[float, float]:
    """CPU seconds so far of a process and all below it, those that have ended included; and without its own."""
    total_s = own_s = 0.0
    with suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.Error):
                times = process.cpu_times()
                total_s += times.user + times.system + times.children_user + times.children_system
                own_s += times.user + times.system if process == root else 0.0
    return total_s, total_s - own_s


def _stages(marks: Sequence[_Mark]) -> dict[str, Used]:
    """The time between one mark and the next belongs to the first; a Stage may come more than once."""
    sums: dict[str, Used] = {}
    for mark, following in itertools.pairwise(marks):
        if mark.name:
            had, more = sums.get(mark.name, Used(0.0, 0.0)), mark.until(following)
            sums[mark.name] = Used(had.wall_s + more.wall_s, had.cpu_s + more.cpu_s, had.tools_cpu_s + more.tools_cpu_s)
    return sums
