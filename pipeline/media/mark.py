"""The mark all our children carry in their environment, and by which those of a dead owner are found and killed."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

from pipeline.media.tree import session_of

VARIABLE = "REELYARD_CHILD"
_ROOT = str(Path(__file__).resolve().parents[2])


def environment(program: str, mark: str) -> dict[str, str]:
    """What a child gets: our environment and the mark.

    A Python of our own also learns where our code is, and not to import what lies in its working folder.
    """
    env = dict(os.environ)
    if mark:
        env[VARIABLE] = mark
    if program == sys.executable:
        env.update(PYTHONPATH=_ROOT, PYTHONSAFEPATH="1", PYTHONUNBUFFERED="1", PYTHONIOENCODING="utf-8")
    return env


def sweep(mark: str) -> int:
    """Kills what a dead owner left behind, and returns how many processes that were.

    Found by the mark in their environment; with each, its whole session. Never touches our own session.
    """
    if not mark:
        return 0
    killed: dict[int, psutil.Process] = {}
    while fresh := [each for each in _leftovers(mark) if each.pid not in killed]:
        for each in fresh:
            killed[each.pid] = each
            with suppress(psutil.Error):
                each.kill()  # psutil looks at the time of creation first, so a reused number is spared
    _wait_for(killed.values())
    return len(killed)


def _wait_for(killed: Iterable[psutil.Process]) -> None:
    """Until they have ended, or two seconds: a drive that does not answer may hold one for ever."""
    until, never = time.monotonic() + 2.0, threading.Event()
    while time.monotonic() < until and any(map(_is_living, killed)):
        never.wait(0.01)


def _is_living(each: psutil.Process) -> bool:
    with suppress(psutil.Error):
        # Nobody may be there to reap an orphan, as in many containers; a zombie does nothing any more.
        return bool(each.is_running() and each.status() != psutil.STATUS_ZOMBIE)
    return False


def _leftovers(mark: str) -> list[psutil.Process]:
    ours = session_of(os.getpid())
    living: list[tuple[psutil.Process, int]] = []
    sessions: set[int] = set()
    for each in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if _is_living(each) and (session := session_of(each.pid)) != ours:
                living.append((each, session))
                if each.environ().get(VARIABLE) == mark:
                    sessions.add(session)
    return [each for each, session in living if session in sessions]
