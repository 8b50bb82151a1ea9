"""The command line as a process, on real media: what it prints, how it ends, what it leaves."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from app.home import claim, find_home
from pipeline.model.state import State
from tests.support import audit, child
from tests.support.builders import Media
from tests.support.wait import until

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and shells")


def assert_envelope(line: dict[str, Any]) -> None:
    """A line is as the wire's schema says: no key of another type, an id on events only."""
    assert line["v"] == 1
    assert re.fullmatch(r"[a-z]+(\.[a-z_]+)*", line["type"]) and len(line["type"]) <= 40
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["ts"])
    assert isinstance(line["data"], dict)
    assert set(line) <= {"v", "id", "type", "ts", "job_id", "job_seq", "attempt", "data"}
    if line["type"] == "run.finished":
        assert "id" not in line and "job_id" not in line
    else:
        assert re.fullmatch(r"[0-9]{15}-[0-9]{1,15}(\.[0-9]{1,9})?", line["id"])
        assert line.get("job_seq", 1) >= 1 and line.get("attempt", 1) >= 1


def run(media: Media, folder: Path, *words: str | Path) -> list[str | bytes]:
    """A short run into `folder`."""
    clip = media.clip("h264_aac.mp4")
    return child.command(
        "run", "convert", clip, "--preset", "remux-mp4", "-o", folder / "out", "--home", folder / "home", *words
    )


def slow_run(media: Media, folder: Path, *words: str | Path) -> list[str | bytes]:
    """A run of three jobs, one at a time, each of some seconds."""
    sources = [Path(shutil.copyfile(media.seconds(12), folder / f"{name}.mp4")) for name in "abc"]
    return child.command(
        "run", "convert", *sources, "--preset", "web-1080p", "--set", "speed=veryslow", "--jobs", "1",
        "-o", folder / "out", "--home", folder / "home", *words,
    )  # fmt: skip


def is_at_work(said: Path) -> bool:
    return b'"job.progress"' in said.read_bytes()


def test_json_is_a_stream_of_envelopes_that_ends_with_the_results(media: Media, tmp_path: Path) -> None:
    ended = child.run(run(media, tmp_path, tmp_path / "nowhere.mp4", "--json"))
    assert ended.code == 1
    for line in ended.events:
        assert_envelope(line)
    assert [line["type"] for line in ended.events].count("run.finished") == 1
    durable = [line["id"].split("-")[1] for line in ended.events if "id" in line and "." not in line["id"]]
    assert [int(number) for number in durable] == sorted({int(number) for number in durable}), "numbered, none twice"
    assert {name: ended.summary[name] for name in ("completed", "failed", "skipped", "canceled")} == {
        "completed": 1, "failed": 1, "skipped": 0, "canceled": 0,
    }  # fmt: skip
    good, bad = sorted(ended.summary["jobs"], key=lambda job: job["state"])
    (artifact,) = good["artifacts"]
    assert artifact["bytes"] == os.path.getsize(artifact["path"])
    assert (artifact["kind"], good["problem"]) == ("result", None)
    assert {"code", "message", "remedy"} <= set(bad["problem"])
    changes = [line["data"]["state"] for line in ended.events if line["type"] == "job.state"]
    assert changes.count("completed") == changes.count("failed") == 1, "each attempt ends once"


def test_plain_lines_say_how_each_job_ended(media: Media, tmp_path: Path) -> None:
    ended = child.run(run(media, tmp_path))
    assert ended.code == 0, ended.err
    assert re.fullmatch(r"\[1/1\] h264_aac\.mp4: completed, [\d.]+ kB \(h264_aac\.mp4\), [\d.]+ s\n", ended.out), (
        ended.out
    )
    assert ended.err == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["rnu"], "Perhaps “run” was meant."),
        (["run", "convert", "a", "--jsno"], "Perhaps “--json” was meant."),
        (["run", "convert", "a", "--set", "audo=aac"], "The nearest name is “audio”."),
        (["run", "convrt", "a"], "The nearest name is “convert”."),
        (["run", "convert"], "The following arguments are required: INPUT."),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(words: list[str], sentence: str, tmp_path: Path) -> None:
    ended = child.reelyard(*words, env={"REELYARD_HOME": str(tmp_path / "home")})
    assert ended.code == 2
    assert sentence in ended.err
    assert ended.err.count("\n") == 1
    assert not (tmp_path / "home").exists()


def test_beside_an_owner_a_run_works_and_every_list_too(media: Media, tmp_path: Path) -> None:
    home = find_home(str(tmp_path / "home"))
    words = ("--home", tmp_path / "home")
    with claim(home):
        ended = child.run(run(media, tmp_path))
        assert ended.code == 0, ended.err
        assert f"Another Reelyard (process {os.getpid()}) is using {home.folder}." in ended.err
        (beside,) = home.runs()
        assert [job.state for job in audit.books(Path(beside.folder)).jobs] == [State.COMPLETED]
        assert "h264_aac.mp4: completed" in child.reelyard("history", *words).out
        assert child.reelyard("queue", *words).out == "Nothing waits or runs.\n"
        for verb in ("recipes", "presets", "doctor"):
            assert child.reelyard(verb, *words).code == 0
        resumed = child.reelyard("resume", *words)
        assert (resumed.code, "Its jobs are left to it." in resumed.err) == (0, True)


@posix
def test_ctrl_c_cancels_all_and_leaves_no_process(media: Media, tmp_path: Path) -> None:
    said = tmp_path / "said"
    app = child.start(slow_run(media, tmp_path, "--json"), out=said)
    until(lambda: is_at_work(said), "work to begin")
    app.send_signal(signal.SIGINT)
    assert app.wait(30) == 130
    assert child.users_of(tmp_path) == []
    last = json.loads(said.read_bytes().splitlines()[-1])
    assert (last["type"], last["data"]["canceled"]) == ("run.finished", 3)
    assert {job.state for job in audit.books(tmp_path / "home").jobs} == {State.CANCELED}


@posix
def test_ctrl_c_twice_kills(media: Media, tmp_path: Path) -> None:
    said = tmp_path / "said"
    app = child.start(slow_run(media, tmp_path, "--json"), out=said)
    until(lambda: is_at_work(said), "work to begin")
    app.send_signal(signal.SIGINT)
    app.send_signal(signal.SIGINT)
    assert app.wait(30) == 130
    until(lambda: child.users_of(tmp_path) == [], "its tools to end with it")


@posix
def test_sigterm_leaves_what_resume_finishes(media: Media, tmp_path: Path) -> None:
    said = tmp_path / "said"
    app = child.start(
        [word if word != "speed=veryslow" else "speed=ultrafast" for word in slow_run(media, tmp_path, "--json")],
        out=said,
    )
    until(lambda: is_at_work(said), "work to begin")
    app.terminate()
    assert app.wait(30) == 1
    assert child.users_of(tmp_path) == []
    left = [job for job in audit.books(tmp_path / "home").jobs if not job.state.is_terminal]
    assert {job.state for job in left} == {State.PENDING}
    resumed = child.reelyard("resume", "--json", "--home", tmp_path / "home")
    assert resumed.code == 0, resumed.err
    assert resumed.summary["completed"] == len(left)
    jobs = audit.books(tmp_path / "home").jobs
    assert [job.state for job in jobs] == [State.COMPLETED] * 3
    assert audit.faults_of_results(jobs) == []


@posix
@pytest.mark.parametrize("mode", ["--json", "--priority=high"], ids=["json", "plain"])
def test_an_output_that_is_closed_early_ends_the_run_quietly(mode: str, media: Media, tmp_path: Path) -> None:
    words = [os.fsdecode(word) for word in slow_run(media, tmp_path, mode)]
    words = ["speed=ultrafast" if word == "speed=veryslow" else word for word in words]
    ended = child.run(["sh", "-c", '"$@" | head -n 1', "sh", *words])
    assert len(ended.out.splitlines()) == 1
    assert ended.err == ""
    assert child.users_of(tmp_path) == []
    states = [job.state for job in audit.books(tmp_path / "home").jobs]
    assert len(states) == 3 and not {State.FAILED, State.CANCELED} & set(states), "what is left can be resumed"


@posix
def test_a_list_whose_reader_leaves_ends_quietly(tmp_path: Path) -> None:
    words = [os.fsdecode(word) for word in child.command("recipes", "--home", tmp_path)]
    ended = child.run(["sh", "-c", '"$@" | head -n 1', "sh", *words])
    assert len(ended.out.splitlines()) == 1
    assert ended.err == ""


def test_names_the_output_cannot_spell_do_not_end_a_run(media: Media, tmp_path: Path) -> None:
    source = Path(shutil.copyfile(media.clip("h264_aac.mp4"), tmp_path / "Größe 映画.mp4"))
    ended = child.reelyard(
        "run", "convert", source, "--preset", "remux-mp4", "-o", tmp_path / "out", "--home", tmp_path / "home",
        env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )  # fmt: skip
    assert ended.code == 0, ended.err
    assert "Gr??e ??.mp4: completed" in ended.out
