from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.cli.arguments import VERBS, general_help, is_for_window, read, read_window
from pipeline.model.problem import PipelineError


@pytest.mark.parametrize(
    "words",
    [
        "run convert a.mov b.mov --preset p --set crf=20 --set audio=aac -o out --jobs 2 --json",
        "run --preset p convert a.mov --json b.mov --jobs 2 -o out --set crf=20 --set audio=aac",
        "run --jobs=2 --json -o out --set=crf=20 --set audio=aac --preset=p -- convert a.mov b.mov",
    ],
)
def test_options_may_stand_anywhere(words: str) -> None:
    found = read(words.split())
    assert (found.verb, found.recipe, found.inputs, found.preset) == ("run", "convert", ["a.mov", "b.mov"], "p")
    assert (found.sets, found.output, found.jobs, found.json) == ({"crf": "20", "audio": "aac"}, "out", 2, True)


def test_a_plan_is_asked_for_as_a_run_is() -> None:
    said = "convert a.mov --preset p --also q --also r --set crf=20 -o out --if-exists skip --json"
    planned, run = read(["plan", *said.split(), "--commands"]), read(["run", *said.split()])
    for found in (planned, run):
        assert (found.recipe, found.inputs, found.preset, found.also) == ("convert", ["a.mov"], "p", ["q", "r"])
        assert (found.sets, found.output, found.if_exists, found.json) == ({"crf": "20"}, "out", "skip", True)
    assert planned.commands


def test_what_is_not_said_has_its_default() -> None:
    found = read(["run", "convert", "a.mov"])
    assert (found.home, found.output, found.jobs, found.if_exists) == (None, None, None, None)
    assert (found.preset, found.sets, found.priority, found.json) == ("", {}, "normal", False)
    assert (found.also, read(["plan", "convert", "a.mov"]).commands) == ([], False)


@pytest.mark.parametrize(
    "words", [["--home", "h", "queue"], ["--home=h", "queue"], ["queue", "--home", "h"], ["queue", "--home=h"]]
)
def test_the_home_may_be_named_before_and_after_the_verb(words: list[str]) -> None:
    assert read(words).home == "h"


def test_a_name_with_a_leading_dash_stands_behind_two() -> None:
    assert read(["run", "convert", "--json", "--", "-i.mov", "--help"]).inputs == ["-i.mov", "--help"]


def test_a_value_may_hold_an_equals_sign_and_be_empty() -> None:
    assert read(["run", "convert", "a", "--set", "title=a=b", "--set", "name="]).sets == {"title": "a=b", "name": ""}


@pytest.mark.parametrize(
    ("words", "sentences"),
    [
        ("rnu", ("There is no verb named “rnu”.", "Perhaps “run” was meant.")),
        ("run", ("The following arguments are required: RECIPE, INPUT.",)),
        ("run convert", ("The following arguments are required: INPUT.",)),
        ("run convert a --jsno", ("has no option or argument “--jsno”.", "Perhaps “--json” was meant.")),
        ("run convert a --prset=x", ("“--prset=x”", "Perhaps “--preset” was meant.")),
        ("run convert a --pre x", ("“--pre”", "Perhaps “--preset” was meant.")),
        ("run convert a --jobs 0", ("“0” is not a whole number above 0.",)),
        ("run convert a --jobs many", ("“many” is not a whole number above 0.",)),
        ("run convert a --jobs", ("Argument --jobs: expected one argument.",)),
        ("run convert a --set crf", ("--set was given “crf”.", "Write it as --set option=value.")),
        ("run convert a --set =20", ("--set was given “=20”.",)),
        ("run convert a --if-exists ask", ("invalid choice: 'ask'",)),
        ("queue extra", ("“reelyard queue” has no option or argument “extra”.", "“reelyard queue --help”")),
        ("log", ("The following arguments are required: JOB.",)),
        ("plan convert a --jobs 2", ("“reelyard plan” has no option or argument “--jobs”.",)),
        ("probe", ("The following arguments are required: FILE.",)),
    ],
)
def test_wrong_use_is_said_with_what_would_have_been_right(words: str, sentences: tuple[str, ...]) -> None:
    with pytest.raises(PipelineError) as refused:
        read(words.split())
    assert refused.value.problem.code == "wrong_use"
    for sentence in sentences:
        assert sentence in str(refused.value.problem)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_in_the_help_and_has_help_of_its_own(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"\n  {verb} " in general_help()
    with pytest.raises(SystemExit) as ended:
        read([verb, "--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert VERBS[verb].summary in said
    assert "--home DIR" in said


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"], ["--home", "h", "--help"], []])
def test_help_can_be_asked_for_in_every_way(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read(words)
    assert ended.value.code == 0
    assert capsys.readouterr().out == general_help()


@pytest.mark.parametrize(
    ("words", "is_window"),
    [
        ([], True),
        (["--home", "h"], True),
        (["clip.mov"], True),
        (["folder/clip"], True),
        (["there"], True),
        (["--", "-i.mov"], True),
        (["--home", "h", "clip.mov"], True),
        (["run", "convert", "clip.mov"], False),
        (["--home", "h", "queue"], False),
        (["rnu"], False),
        (["--jsno"], False),
        (["--help"], False),
    ],
)
def test_files_and_nothing_are_for_the_window(
    words: list[str], is_window: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").touch()
    assert is_for_window(words) == is_window


def test_the_window_is_given_absolute_files_and_the_home() -> None:
    files, home = read_window(["a.mov", "--home", "h", "/b/c.mov"])
    assert files == [os.path.abspath("a.mov"), os.path.abspath("/b/c.mov")]
    assert home == "h"
    assert read_window([]) == ([], None)
    assert read_window(["--", "-i.mov"])[0] == [os.path.abspath("-i.mov")]


def test_the_window_knows_no_other_options() -> None:
    with pytest.raises(PipelineError):
        read_window(["a.mov", "--json"])
