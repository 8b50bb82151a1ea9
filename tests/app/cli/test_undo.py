from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app import cli
from app.cli.undo import meant
from app.home import Home, claim, find_home
from pipeline.model.problem import PipelineError, Problem, undo_name_taken
from pipeline.store.kept import Kept, save_kept
from pipeline.store.recovery import open_database
from pipeline.store.writer import Writer
from tests.app.cli.test_jobs import ended, write
from tests.support.fake_core import FakeBootstrap, FakeCore


def kept(job_id: str, name: str = "a.mov", **fields: Any) -> Kept:
    aside = f"/films/.reelyard/replaced/{job_id}/{name}"
    row = Kept(job_id, f"/films/{name}".encode(), aside.encode(), 40_100_000, 5, 1_800_000_000_000, "kept")
    return msgspec.structs.replace(row, **fields)


def keep(home: Home, *rows: Kept) -> None:
    """Keeps replaced sources in the database of a home, as an owner would."""
    writer = Writer(open_database(home.database_folder).path, lambda told: None, lambda problem: None)
    writer.start()
    for row in rows:
        writer.submit(lambda c, row=row: save_kept(c, row)).result(10)  # type: ignore[misc]
    writer.close()


class Control:
    """Undoes what it is asked to, unless it has an answer to that."""

    def __init__(self, rows: tuple[Kept, ...], answer: Problem | None = None) -> None:
        self.undone: list[str] = []
        self._rows = rows
        self._answer = answer

    def kept_sources(self) -> tuple[Kept, ...]:
        return self._rows

    def undo(self, job_id: str) -> Problem | None:
        self.undone.append(job_id)
        return self._answer


def bootstrap_with(control: Control) -> FakeBootstrap:
    def prepare(core: FakeCore) -> None:
        core.control.undo, core.control.kept_sources = control.undo, control.kept_sources  # type: ignore[attr-defined]

    return FakeBootstrap(prepare)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return find_home(str(tmp_path / "home"))


def test_a_job_is_undone_by_its_number_and_the_rest_of_the_queue_is_left_alone(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    row = kept("0193aa00-x", num=12)
    keep(home, row)
    control = Control((row,))
    bootstrap = bootstrap_with(control)
    assert cli.main(["undo", "12", "--home", home.folder], lambda: bootstrap) == 0
    assert control.undone == ["0193aa00-x"]
    assert bootstrap.core.scope == "added" and bootstrap.core.is_closed
    said = capsys.readouterr().out
    assert said == (
        "a.mov is back in its place. What was made of it is kept in /films/.reelyard/replaced/0193aa00-x.\n"
    )
    claim(home).close()


def test_what_keeps_it_from_being_undone_is_said(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    row = kept("0193aa00-x", num=12)
    keep(home, row)
    bootstrap = bootstrap_with(Control((row,), undo_name_taken(row.place)))
    assert cli.main(["undo", "12", "--home", home.folder], lambda: bootstrap) == 1
    assert "The source cannot go back to its place: /films/a.mov." in capsys.readouterr().err


@pytest.mark.parametrize("said", [["undo", "12"], ["undo", "--list"], ["undo", "--list", "--json"]])
def test_a_home_nobody_used_stays_so(home: Home, said: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.main([*said, "--home", home.folder], FakeBootstrap)
    told = capsys.readouterr()
    assert not Path(home.folder).exists()
    match said[1:]:
        case ["--list"]:
            assert (code, told.out) == (0, "Nothing was replaced that could be put back.\n")
        case ["--list", _]:
            assert (code, told.out) == (0, "")
        case _:
            assert code == 1 and "There is nothing to undo for “12”." in told.err


def test_an_owned_home_names_its_owner(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    row = kept("0193aa00-x", num=12)
    keep(home, row)
    bootstrap = bootstrap_with(Control((row,)))
    with claim(home):
        assert cli.main(["undo", "12", "--home", home.folder], lambda: bootstrap) == 2
        assert cli.main(["undo", "--list", "--home", home.folder], lambda: bootstrap) == 0
    said = capsys.readouterr()
    assert "Another Reelyard (process" in said.err and "/films/a.mov" in said.out
    assert bootstrap.cores == []


def test_no_job_is_no_undo(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["undo", "--home", home.folder], FakeBootstrap) == 2
    assert "“reelyard undo --list” shows which can be undone." in capsys.readouterr().err


def test_what_can_be_undone_is_listed_with_numbers_and_single_runs_with_ids(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = home.for_run("0193")
    write(home, msgspec.structs.replace(ended("a.mov", 7), id="0193aa00-x"))
    keep(home, kept("0193aa00-x"), kept("gone", "b.mov", at_ms=1), kept("undone", "c.mov", state="undone"))
    write(alone, msgspec.structs.replace(ended("d.mov", 7), id="0193bb00-x"))
    keep(alone, kept("0193bb00-x", "d.mov", at_ms=2, state="undoing"))
    assert cli.main(["undo", "--list", "--home", home.folder], FakeBootstrap) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["7", "0193bb00-x", "gone"]
    assert lines[0].endswith("40.1 MB  /films/a.mov")
    assert lines[1].endswith("/films/d.mov (undone by half; undo it again)")
    assert cli.main(["undo", "--list", "--json", "--home", home.folder], FakeBootstrap) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["num"], row["state"], row["path"], row["bytes"]) for row in found] == [
        (7, "kept", "/films/a.mov", 40_100_000),
        (None, "undoing", "/films/d.mov", 40_100_000),
        (None, "kept", "/films/b.mov", 40_100_000),
    ]
    assert found[0]["kept"]["path"] == "/films/.reelyard/replaced/0193aa00-x"


ROWS = (kept("0193aa00-x", num=1), kept("0193aa11-y", "b.mov", num=12), kept("5", "c.mov"))


@pytest.mark.parametrize(
    ("word", "job_id"),
    [("1", "0193aa00-x"), ("12", "0193aa11-y"), ("0193aa1", "0193aa11-y"), ("0193aa00-x", "0193aa00-x"), ("5", "5")],
)
def test_a_number_or_the_beginning_of_an_id_names_a_job(word: str, job_id: str) -> None:
    assert meant(ROWS, word).job_id == job_id


@pytest.mark.parametrize(("word", "code", "sentence"), [
    ("0193", "wrong_use", "“0193” may mean 0193aa00-x (a.mov) and 0193aa11-y (b.mov)."),
    ("3", "nothing_to_undo", "There is nothing to undo for “3”."),
    ("0", "wrong_use", "may mean"),
])  # fmt: skip
def test_what_names_none_or_several_is_refused(word: str, code: str, sentence: str) -> None:
    with pytest.raises(PipelineError) as caught:
        meant(ROWS, word)
    assert caught.value.problem.code == code and sentence in caught.value.problem.message
