"""Crashes that are not like the others: while a job is paused, and again and again at the same Step."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from pipeline.model.state import State
from tests.support import audit, child
from tests.support.builders import Media, ffmpeg
from tests.support.wait import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL"),
]

MARK = "REELYARD_TEST_CRASH"

# Does everything but encode; there it waits for ever.
_STUCK = """#!/bin/sh
case "$*" in *libx264*) echo started >> '{log}'; while :; do sleep 1; done ;; esac
exec '{ffmpeg}' "$@"
"""


def test_a_paused_job_dies_with_its_app_and_is_kept_for_the_person_who_paused_it(media: Media, tmp_path: Path) -> None:
    source = Path(shutil.copyfile(media.seconds(60), tmp_path / "source.mp4"))
    said, mark = tmp_path / "said.txt", str(tmp_path)
    words = [sys.executable, "-m", "tests.support.paused_app", str(source), str(tmp_path)]
    app = child.start(words, env={MARK: mark}, out=said)
    until(lambda: b"paused" in said.read_bytes() or app.poll() is not None, "the job to be paused")
    app.kill()
    app.wait(30)
    until(lambda: not audit.marked(MARK, mark), "the suspended ffmpeg to end", limit_s=5)

    resumed = child.reelyard("resume", "--home", tmp_path / "home", "--json")
    (job,) = audit.books(tmp_path / "home").jobs
    assert resumed.code == 0, resumed.err
    assert (job.state, job.held_by) == (State.PENDING, "person")
    assert "held by you" in resumed.err


def test_a_step_that_was_in_hand_at_three_crashes_is_not_tried_again(media: Media, tmp_path: Path) -> None:
    log, tool = tmp_path / "starts", tmp_path / "ffmpeg"
    tool.write_text(_STUCK.format(log=log, ffmpeg=ffmpeg()))
    tool.chmod(0o755)
    env = {"REELYARD_FFMPEG": str(tool), MARK: str(tmp_path)}
    source = Path(shutil.copyfile(media.clip("h264_aac.mp4"), tmp_path / "source.mp4"))
    home = tmp_path / "home"
    words = child.command("run", "convert", source, "--preset", "web-1080p", "-o", tmp_path / "out", "--home", home)
    for crash in range(1, 4):
        app = child.start(words, env=env)
        until(lambda at=crash: log.exists() and len(log.read_text().split()) >= at, "the Step to begin")  # type: ignore[misc]
        until(lambda: _is_in_hand(home), "the Step to be noted")
        app.kill()
        app.wait(30)
        words = child.command("resume", "--home", home)
    until(lambda: not audit.marked(MARK, str(tmp_path)), "every child to end", limit_s=5)

    ended = child.reelyard("resume", "--home", home, "--json", env=env)
    (job,) = audit.books(home).jobs
    assert ended.code == 1
    assert ended.summary["failed"] == 1
    assert job.state is State.FAILED
    assert job.problem is not None
    assert job.problem.code == "crash_loop"
    assert job.problem.message == "Reelyard stopped three times while “encode” was running on this file."
    assert len(log.read_text().split()) == 3, os.linesep.join(log.read_text().splitlines())


def _is_in_hand(home: Path) -> bool:
    """Whether the database says that a Step is being run. Read while the owner lives, as any reader may."""
    connection = sqlite3.connect(f"file:{home / audit.DATABASE}?mode=ro", uri=True)
    try:
        return bool(connection.execute("SELECT count(*) FROM hands WHERE key <> ''").fetchone()[0])
    finally:
        connection.close()
