from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.home import Home, claim, find_home
from pipeline.model.destination import Destination
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.job import Artifact, Job, new_id
from pipeline.model.problem import not_media, skipped_by_rule
from pipeline.model.source import Source
from pipeline.model.state import State
from pipeline.store.jobs import save_jobs
from pipeline.store.recovery import NAME, open_database
from pipeline.store.writer import Writer
from tests.support.fake_core import FakeBootstrap


def job(name: str, num: int, **fields: Any) -> Job:
    return Job(
        id=new_id(), num=num, source=Source(path=os.fsencode(f"/in/{name}"), size=1, mtime_ns=1),
        flow=Flow((FlowStep("convert"),)), destination=Destination(), created_ms=num, place=float(num), **fields,
    )  # fmt: skip


def write(home: Home, *jobs: Job) -> None:
    """Keeps jobs in the database of a home, as an owner would."""
    opened = open_database(home.database_folder)
    writer = Writer(opened.path, lambda told: None, lambda problem: None)
    writer.start()
    writer.submit(lambda connection: save_jobs(connection, jobs)).result(10)
    writer.close()


def ended(name: str, num: int, **fields: Any) -> Job:
    made = (Artifact(path=b"/out/x.mp4", size=5_000_000),)
    return job(
        name, num, **{"state": State.COMPLETED, "started_ms": 1, "ended_ms": num * 1000, "artifacts": made, **fields}
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return find_home(str(tmp_path / "home"))


def said(home: Home, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.main([*words, "--home", home.folder], FakeBootstrap) == 0
    return capsys.readouterr().out


def test_a_home_nobody_used_has_nothing_and_stays_so(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(home, capsys, "queue") == "Nothing was left to finish.\n"
    assert said(home, capsys, "history") == "Nothing has finished yet.\n"
    assert said(home, capsys, "queue", "--json") == ""
    assert not os.path.exists(home.folder)


def test_the_queue_is_listed_in_order_with_why_each_waits(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        home,
        job("b.mov", 2),
        job("a.mov", 1),
        job("mine.mov", 3, held_by="person"),
        job("crashed.mov", 4, held_by="crash"),
        job("full.mov", 5, state=State.RUNNING, waiting_for="disk", waiting_why="The disk is full."),
        ended("done.mov", 6),
    )
    assert said(home, capsys, "queue").splitlines() == [
        "    1  Queued  convert  a.mov",
        "    2  Queued  convert  b.mov",
        "    3  Held by you  convert  mine.mov",
        "    4  Held since Reelyard stopped unexpectedly  convert  crashed.mov",
        "    5  Waiting: The disk is full.  convert  full.mov",
    ]
    lines = [json.loads(line) for line in said(home, capsys, "queue", "--json").splitlines()]
    assert [line["name"] for line in lines] == ["a.mov", "b.mov", "mine.mov", "crashed.mov", "full.mov"]


def test_the_history_is_listed_newest_first_searched_and_cut(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    failed = ended("tide.mov", 2, state=State.FAILED, artifacts=(), problem=not_media(b"/in/tide.mov"))
    ruled = skipped_by_rule("rule.mov is HEVC already; the rule skips hevc", "skip_codecs")
    skipped = ended("rule.mov", 5, state=State.SKIPPED, artifacts=(), problem=ruled)
    write(home, ended("dawn.mov", 1, active_ms=3000), failed, ended("dusk.mov", 3), job("open.mov", 4), skipped)
    lines = said(home, capsys, "history").splitlines()
    assert [line.split()[0] for line in lines] == ["5", "3", "2", "1"]
    assert [line.partition("convert  ")[2] for line in lines] == [
        "rule.mov: skipped. rule.mov is HEVC already; the rule skips hevc.",
        "dusk.mov: completed, 5.0 MB (x.mp4), 0 s",
        "tide.mov: failed, 0 s. This is not a media file: /in/tide.mov.",
        "dawn.mov: completed, 5.0 MB (x.mp4), 3 s",
    ]
    assert len(said(home, capsys, "history", "--limit", "1").splitlines()) == 1
    assert "tide.mov" in said(home, capsys, "history", "--search", "TIDE")
    assert said(home, capsys, "history", "--search", "storm") == "No match for “storm”.\n"
    assert [json.loads(line)["num"] for line in said(home, capsys, "history", "--json").splitlines()] == [5, 3, 2, 1]


def test_the_jobs_of_single_runs_are_listed_once(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    taken_over, beside = ended("twice.mov", 1), ended("beside.mov", 2)
    write(home, taken_over)
    write(home.for_run(), taken_over, beside, job("left.mov", 3))
    assert len(said(home, capsys, "history").splitlines()) == 2
    assert "left.mov" in said(home, capsys, "queue")


def test_lists_work_beside_an_owner(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    write(home)
    with claim(home):
        assert said(home, capsys, "queue") == "Nothing waits or runs.\n"


def test_a_database_in_the_making_is_an_empty_one(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    os.makedirs(home.folder)
    Path(home.folder, NAME).touch()
    assert said(home, capsys, "history") == "Nothing has finished yet.\n"
    assert said(home, capsys, "queue") == "Nothing was left to finish.\n"


@pytest.mark.parametrize("verb", ["queue", "history"])
def test_a_damaged_database_is_said_to_be_so(verb: str, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    os.makedirs(home.folder)
    Path(home.folder, NAME).write_bytes(b"I am no database. " * 100)
    assert cli.main([verb, "--home", home.folder], FakeBootstrap) == 1
    assert capsys.readouterr().err.startswith("reelyard: The history is damaged")
