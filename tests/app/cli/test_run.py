from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from app import cli
from app.home import claim, find_home
from pipeline.model.destination import Destination
from tests.support.fake_core import FakeBootstrap, FakeCore


def run(bootstrap: FakeBootstrap, home: Path, *words: str) -> int:
    return cli.main(["run", "convert", *words, "--home", str(home)], lambda: bootstrap)


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("a.mov",), 0),
        (("a.mov", "skip.mov"), 0),
        (("a.mov", "bad.mov"), 1),
        (("a.mov", "lost.mov"), 1),
        (("lost.mov",), 1),
    ],
)
def test_the_exit_code_says_whether_all_went_well(names: tuple[str, ...], code: int, tmp_path: Path) -> None:
    bootstrap = FakeBootstrap()
    assert run(bootstrap, tmp_path, *names) == code
    assert bootstrap.core.is_closed
    assert bootstrap.core.scope == "added"
    claim(find_home(str(tmp_path))).close()


def test_a_run_is_told_in_plain_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(FakeBootstrap(), tmp_path, "a.mov", "bad.mov", "warn.mov", "lost.mov")
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[:4] == [
        "[1/3] a.mov: completed, 12.4 MB (a.mov.mp4), 3 s",
        "[2/3] bad.mov: failed, 0 s",
        "[3/3] warn.mov: completed, 12.4 MB (warn.mov.mp4), 3 s",
        "      Damaged 3.2 s into it.",
    ]
    assert lines[4].startswith("2 completed, 1 failed in ")
    assert f"reelyard: left out {os.path.abspath('lost.mov')}: The source is gone" in said.err
    assert "reelyard: This is not a media file: " in said.err


def test_a_run_is_told_in_json(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(FakeBootstrap(), tmp_path, "a.mov", "bad.mov", "--json") == 1
    lines = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert [line["type"] for line in lines].count("job.created") == 2
    assert lines[-1]["type"] == "run.finished"
    assert (lines[-1]["data"]["completed"], lines[-1]["data"]["failed"]) == (1, 1)


def test_what_was_asked_for_reaches_the_engine(tmp_path: Path) -> None:
    bootstrap = FakeBootstrap()
    words = "--preset web-1080p --set crf=20 -o out --if-exists skip --priority high --jobs 3"
    assert run(bootstrap, tmp_path, "a.mov", *words.split()) == 0
    (job,) = bootstrap.core.control.kept.values()
    assert (job.flow.steps[0].preset, job.flow.steps[0].options) == ("web-1080p", {"crf": "20"})
    assert (job.destination.folder, job.destination.if_exists) == (os.fsencode(os.path.abspath("out")), "skip")
    assert (job.priority, bootstrap.core.settings.places) == (1, 3)


def test_further_presets_are_further_outputs_of_the_same_job(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bootstrap = FakeBootstrap()
    assert run(bootstrap, tmp_path, "a.mov", "--also", "web-1080p", "--also", "web-1080p") == 0
    (job,) = bootstrap.core.control.kept.values()
    assert job.flow.steps[0].options == {"also": ["web-1080p", "web-1080p"]}
    assert run(bootstrap, tmp_path, "a.mov", "--also", "web") == 2
    assert "There is no preset named “web”." in capsys.readouterr().err


def test_the_settings_say_where_results_go_unless_the_command_line_does(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(f"output_folder = '{tmp_path / 'set'}'\nif_exists = 'overwrite'\n")
    bootstrap = FakeBootstrap()
    run(bootstrap, tmp_path, "a.mov")
    (job,) = bootstrap.core.control.kept.values()
    assert (job.destination.folder, job.destination.if_exists) == (os.fsencode(tmp_path / "set"), "overwrite")


def test_a_source_is_replaced_where_it_lies_whatever_folder_the_settings_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "settings.toml").write_text(f"output_folder = '{tmp_path / 'set'}'\nif_exists = 'skip'\n")
    bootstrap = FakeBootstrap()
    assert run(bootstrap, tmp_path, "a.mov", "--replace") == 0
    (job,) = bootstrap.core.control.kept.values()
    assert job.destination == Destination(b"", "skip", replace_source=True)
    assert run(FakeBootstrap(), tmp_path, "a.mov", "--replace", "-o", "out") == 2
    assert "Argument -o/--output: not allowed with argument --replace." in capsys.readouterr().err


def test_a_wrong_name_is_refused_before_anything_is_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap = FakeBootstrap()
    assert run(bootstrap, tmp_path / "home", "a.mov", "--preset", "web-1080") == 2
    assert "The nearest name is “web-1080p”." in capsys.readouterr().err
    assert bootstrap.cores == []
    assert not (tmp_path / "home").exists()


def test_beside_an_owner_a_run_has_a_home_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap = FakeBootstrap()
    home = find_home(str(tmp_path))
    with claim(home):
        assert run(bootstrap, tmp_path, "a.mov") == 0
    assert (bootstrap.core.home,) == home.runs()
    assert "This run keeps its records in" in capsys.readouterr().err


def test_ctrl_c_cancels_what_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap = FakeBootstrap(lambda core: _on_running(core, signal.SIGINT))
    assert run(bootstrap, tmp_path, "slow.mov", "slow2.mov") == 130
    assert "2 canceled in " in capsys.readouterr().out
    assert bootstrap.core.is_closed


def test_ctrl_c_while_it_looks_into_folders_ends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap = FakeBootstrap(_interrupted_while_looking)
    assert run(bootstrap, tmp_path, "endless.mov") == 130
    assert bootstrap.core.control.kept == {}
    assert bootstrap.core.is_closed


def test_sigterm_leaves_the_jobs_for_later(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap = FakeBootstrap(lambda core: _on_running(core, signal.SIGTERM))
    assert run(bootstrap, tmp_path, "slow.mov") == 1
    assert bootstrap.core.control.asked == []
    assert "“reelyard resume” finishes what is left." in capsys.readouterr().out
    assert bootstrap.core.is_closed


def _on_running(core: FakeCore, number: signal.Signals) -> None:
    raised: list[signal.Signals] = []

    def once() -> None:
        if not raised:
            raised.append(number)
            signal.raise_signal(number)

    core.control.on_running = once


def _interrupted_while_looking(core: FakeCore) -> None:
    core.control.on_running = lambda: os.kill(os.getpid(), signal.SIGINT)
