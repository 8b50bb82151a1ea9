"""Runs that share a home, leave early, or die beside each other: every accepted job is finished by somebody, once."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from pathlib import Path

import pytest

from pipeline.model.state import State
from tests.support import audit, child
from tests.support.builders import Media
from tests.support.wait import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
]


def _words(folder: Path, source: Path) -> list[str | bytes]:
    return child.command(
        "run", "convert", source, "--preset", "web-1080p", "--jobs", "1",
        "-o", folder / "out", "--home", folder / "home", "--json",
    )  # fmt: skip


def _is_working(said: Path) -> bool:
    return said.exists() and b'"job.progress"' in said.read_bytes()


def test_a_run_that_is_asked_to_leave_keeps_its_jobs_for_resume(media: Media, tmp_path: Path) -> None:
    source = Path(shutil.copyfile(media.seconds(12), tmp_path / "source.mp4"))
    said = tmp_path / "said.txt"
    app = child.start(_words(tmp_path, source), out=said)
    until(lambda: _is_working(said), "work to begin")
    app.send_signal(signal.SIGTERM)
    assert app.wait(30) == 1
    assert [job.state for job in audit.books(tmp_path / "home").jobs] == [State.PENDING]
    assert child.users_of(tmp_path) == []

    resumed = child.reelyard("resume", "--home", tmp_path / "home", "--json")
    jobs = audit.books(tmp_path / "home").jobs
    assert resumed.code == 0, resumed.err
    assert resumed.summary["completed"] == 1
    assert audit.faults_of_results(jobs) == []
    assert audit.strangers(tmp_path / "out", jobs) == []


def test_ctrl_c_twice_kills_at_once_and_leaves_no_process(media: Media, tmp_path: Path) -> None:
    source = Path(shutil.copyfile(media.seconds(60), tmp_path / "source.mp4"))
    said = tmp_path / "said.txt"
    app = child.start(_words(tmp_path, source), out=said)
    until(lambda: _is_working(said), "work to begin")
    app.send_signal(signal.SIGINT)
    app.send_signal(signal.SIGINT)
    assert app.wait(30) == 130
    until(lambda: not child.users_of(tmp_path), "every child to end", limit_s=5)
    assert child.reelyard("resume", "--home", tmp_path / "home", "--json").code in (0, 130)
    jobs = audit.books(tmp_path / "home").jobs
    assert audit.strangers(tmp_path / "out", [job for job in jobs if job.artifacts]) == []


def test_a_canceled_run_takes_its_scratch_with_it(media: Media, tmp_path: Path) -> None:
    source = Path(shutil.copyfile(media.seconds(60), tmp_path / "source.mp4"))
    said = tmp_path / "said.txt"
    app = child.start(_words(tmp_path, source), out=said)
    until(lambda: _is_working(said), "work to begin")
    app.send_signal(signal.SIGINT)
    assert app.wait(30) == 130
    assert list((tmp_path / "out").iterdir()) == []


def test_a_second_run_keeps_records_of_its_own_and_the_next_owner_takes_them_over(media: Media, tmp_path: Path) -> None:
    first = Path(shutil.copyfile(media.seconds(60), tmp_path / "first.mp4"))
    second = Path(shutil.copyfile(media.clip("h264_aac.mp4"), tmp_path / "second.mp4"))
    said = tmp_path / "said.txt"
    owner = child.start(_words(tmp_path, first), out=said)
    try:
        until(lambda: _is_working(said), "the owner to work")
        beside = child.run(_words(tmp_path, second))
    finally:
        owner.send_signal(signal.SIGINT)
        owner.wait(30)
    assert beside.code == 0, beside.err
    assert f"Another Reelyard (process {owner.pid}) is using {tmp_path / 'home'}." in beside.err
    assert beside.summary["completed"] == 1

    assert child.reelyard("resume", "--home", tmp_path / "home", "--json").code == 0
    listed = child.reelyard("history", "--json", "--home", tmp_path / "home")
    names = [json.loads(line)["name"] for line in listed.out.splitlines()]
    assert sorted(names) == ["first.mp4", "second.mp4"]
    assert audit.books(tmp_path / "home").complaints == ()


def test_a_run_killed_beside_an_owner_is_finished_by_resume(media: Media, tmp_path: Path) -> None:
    first = Path(shutil.copyfile(media.seconds(60), tmp_path / "first.mp4"))
    second = Path(shutil.copyfile(media.seconds(12), tmp_path / "second.mp4"))
    said, beside_said = tmp_path / "said.txt", tmp_path / "beside.txt"
    owner = child.start(_words(tmp_path, first), out=said)
    until(lambda: _is_working(said), "the owner to work")
    beside = child.start(_words(tmp_path, second), out=beside_said)
    until(lambda: _is_working(beside_said), "the second run to work")
    for app in (beside, owner):
        app.kill()
        app.wait(30)
    until(lambda: not child.users_of(tmp_path), "every child to end", limit_s=5)

    resumed = child.reelyard("resume", "--home", tmp_path / "home", "--json")
    assert resumed.code == 0, resumed.err
    assert resumed.summary["completed"] == 2
    results = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert results == ["first.mp4", "second.mp4"]
    assert [fault for name in results for fault in audit.faults_of_file(tmp_path / "out" / name)] == []


def test_resume_beside_a_living_owner_leaves_its_jobs_alone(media: Media, tmp_path: Path) -> None:
    source = Path(shutil.copyfile(media.seconds(60), tmp_path / "source.mp4"))
    said = tmp_path / "said.txt"
    owner = child.start(_words(tmp_path, source), out=said)
    try:
        until(lambda: _is_working(said), "the owner to work")
        resumed = child.reelyard("resume", "--home", tmp_path / "home", "--json")
        listed = child.reelyard("queue", "--home", tmp_path / "home", "--json")
    finally:
        owner.send_signal(signal.SIGINT)
        owner.wait(30)
    assert resumed.summary["jobs"] == []
    assert "Its jobs are left to it." in resumed.err
    assert [json.loads(line)["name"] for line in listed.out.splitlines()] == ["source.mp4"]
