from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from app import cli
from app.home import claim, find_home
from tests.support.fake_core import FakeBootstrap, FakeCore


def resume(bootstrap: FakeBootstrap, home: Path, *words: str) -> int:
    return cli.main(["resume", "--home", str(home), *words], lambda: bootstrap)


def test_what_a_crash_held_is_released_and_what_a_person_held_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def left(core: FakeCore) -> None:
        core.control.keep("crashed.mov", held_by="crash")
        core.control.keep("mine.mov", held_by="person")

    bootstrap = FakeBootstrap(left)
    assert resume(bootstrap, tmp_path) == 0
    crashed, mine = bootstrap.core.control.kept.values()
    assert bootstrap.core.scope == "all"
    assert bootstrap.core.control.asked == [("release", (crashed.id,))]
    assert mine.held_by == "person"
    said = capsys.readouterr()
    assert said.out == "[1/1] crashed.mov: completed, 12.4 MB (crashed.mov.mp4), 3 s\n"
    assert "1 job is held by you; start them in the window." in said.err


def test_nothing_left_is_said_and_is_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert resume(FakeBootstrap(), tmp_path) == 0
    assert capsys.readouterr().err == "reelyard: nothing was left to finish.\n"


def test_every_run_without_an_owner_is_finished_and_all_are_one_report(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    home = find_home(str(tmp_path))
    dead, living = home.for_run(), home.for_run()
    os.makedirs(dead.folder)
    bootstrap = FakeBootstrap(lambda core: core.control.keep(f"{core.home.run_id or 'home'}.mov", held_by="crash"))
    with claim(living):
        assert resume(bootstrap, tmp_path, "--json") == 0
    assert [core.home for core in bootstrap.cores] == [dead, home]
    lines = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert [line["type"] for line in lines].count("run.finished") == 1
    assert lines[-1]["data"]["completed"] == 2


def test_an_owned_home_is_left_to_its_owner(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap = FakeBootstrap()
    with claim(find_home(str(tmp_path))):
        assert resume(bootstrap, tmp_path) == 0
    assert bootstrap.cores == []
    assert "Its jobs are left to it." in capsys.readouterr().err


def test_what_fails_now_fails_the_verb(tmp_path: Path) -> None:
    assert resume(FakeBootstrap(lambda core: core.control.keep("bad.mov", held_by="crash")), tmp_path) == 1
