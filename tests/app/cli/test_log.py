from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app import bootstrap, cli
from app.home import Home, claim, find_home
from pipeline.engine.joblog import JobLog
from pipeline.model.job import Job
from pipeline.model.shell import pasted
from tests.app.cli.test_jobs import ended, job, write
from tests.support.builders import Media
from tests.support.child import run
from tests.support.fake_core import FakeBootstrap

COMMAND = pasted(["/bin/ffmpeg", "-i", os.fsdecode(b"file:/in/caf\xe9 \n.mov"), "file:encode.mp4"])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return find_home(str(tmp_path / "home"))


def called(made: Job, id_: str) -> Job:
    return msgspec.structs.replace(made, id=id_)


def logged(home: Home, made: Job, *more: tuple[str, str]) -> None:
    """Writes a log as an attempt does."""
    os.makedirs(home.logs_folder, exist_ok=True)
    with JobLog(home.logs_folder, made.id, 1) as log:
        log.write("run", COMMAND)
        for level, line in more:
            log.write(level, line)


def said(home: Home, capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert cli.main(["log", *words, "--home", home.folder], FakeBootstrap) == code
    found: Any = capsys.readouterr()
    return str(found.err if code else found.out)


def test_the_log_of_a_job_is_printed(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    dawn = ended("dawn.mov", 7)
    write(home, dawn, ended("dusk.mov", 8))
    logged(home, dawn, ("warning", "corrupt\x1b[2J frame"), ("error", "run away"))
    lines = said(home, capsys, "7").splitlines()
    assert [line[9:] for line in lines] == [
        "info    attempt 1",
        f"run     {COMMAND}",
        "warning corrupt�[2J frame",
        "error   run away",
    ]
    assert said(home, capsys, "7", "--commands") == f"{COMMAND}\n"
    assert said(home, capsys, dawn.id) == said(home, capsys, "7")


def test_a_job_may_be_named_by_how_its_id_begins(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    write(home, one := called(ended("a.mov", 1), "0193aa00-x"), called(job("b.mov", 2), "0193ab00-y"))
    logged(home, one)
    assert COMMAND in said(home, capsys, "0193aa")
    refused = said(home, capsys, "0193", code=2)
    assert "“0193” may mean 0193aa00-x (a.mov) and 0193ab00-y (b.mov)." in refused
    assert "Give more of the id." in refused


@pytest.mark.parametrize("word", ["3", "zzz", "%", ""])
def test_a_job_that_is_not_there_is_said_to_be_so(word: str, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    write(home, ended("a.mov", 1))
    assert f"There is no job “{word}”." in said(home, capsys, word, code=2)


def test_a_job_that_has_not_run_has_no_log(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    write(home, job("a.mov", 1))
    assert "there is no log of a.mov: it has not run yet" in said(home, capsys, "1", code=1)


def test_a_home_nobody_used_has_no_jobs(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert "There is no job “1”." in said(home, capsys, "1", code=2)
    assert not os.path.exists(home.folder)


def test_jobs_of_single_runs_have_their_logs_there(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    own, twice, beside = ended("own.mov", 1), ended("twice.mov", 2), called(ended("beside.mov", 1), "fff")
    alone = home.for_run()
    write(home, own, twice)
    write(alone, beside, twice, left := job("left.mov", 3))
    logged(alone, beside, ("info", "beside"))
    logged(alone, left, ("info", "left"))
    logged(home, own, ("info", "own"))
    logged(home, twice, ("info", "taken over"))
    assert "own" in said(home, capsys, "1")
    assert "taken over" in said(home, capsys, "2")
    assert "left" in said(home, capsys, "3")
    assert "beside" in said(home, capsys, "fff")


@pytest.mark.slow
def test_what_a_run_did_can_be_pasted_into_a_shell_beside_an_open_window(
    media: Media, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = find_home(str(tmp_path / "home"))
    source = tmp_path / "it's a clip.mp4"
    source.write_bytes(media.clip("h264_aac.mp4").read_bytes())
    words = ["run", "convert", str(source), "--set", "speed=ultrafast", "-o", str(tmp_path / "out")]
    assert cli.main([*words, "--home", home.folder], lambda: bootstrap) == 0
    capsys.readouterr()
    with claim(home):
        commands = said(home, capsys, "1", "--commands").splitlines()
    assert any("'file:" in command and "it'\"'\"'s a clip.mp4" in command for command in commands)
    again = tmp_path / "again"
    again.mkdir()
    for command in commands:
        assert run(["bash", "-c", command], folder=again, env={"PYTHONPATH": os.getcwd()}).code == 0
    made = next((tmp_path / "out").glob("*.mp4"))
    assert (again / "result.mp4").read_bytes() == made.read_bytes()
