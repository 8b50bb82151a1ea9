from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.engine.cancel import Cancel
from pipeline.engine.rehearse import Rehearsal, rehearsed
from pipeline.model.destination import Destination
from pipeline.model.job import Artifact
from pipeline.model.machine import Machine
from pipeline.model.option import RecipeOptions
from pipeline.model.problem import PipelineError, Problem, Warn, bad_option, destination_exists, no_stream
from pipeline.model.recipe import Recipe
from pipeline.model.source import Source
from pipeline.model.stage import (
    Act,
    Call,
    Canceled,
    Command,
    Outcome,
    Run,
    Scratch,
    Script,
    Skip,
    Stage,
    StepFailed,
    Talk,
    Together,
)
from tests.pipeline.engine.bench import Tools, one, sh
from tests.pipeline.stages.canned import SOURCES

LOOK, SEARCH, ENCODE, VERIFY = (Stage(name, name.title()) for name in ("look", "search", "encode", "verify"))
PROBLEM = no_stream("/media/film.mp4", "sound")
MAKES = sh("echo this must never run >> ran; exit 1", "a", expect_s=10.0, expect_frames=250)
COUNTS = Run(Command(("python", "-c", "print"), speaks="json"), reads=("a",))
RESULT = (Artifact(b"a", name=b"film.mp4", warnings=(Warn("later", "Of what was left out."),)),)


class Options(RecipeOptions, frozen=True):
    """None."""


class Played(Recipe[Options]):
    """A recipe that is told what to do."""

    id = "played"
    label = "Played"
    summary = "What a test wants."
    options = Options

    def __init__(self, script: Callable[[Scratch], Script], skips: Problem | None = None, **answers: Any) -> None:
        self._script = script
        self._skips = skips
        self._answers = answers

    def stages(self, source: Source, options: Options) -> tuple[Stage, ...]:
        return LOOK, SEARCH, ENCODE, VERIFY

    def script(self, source: Source, options: Options, scratch: Scratch) -> Script:
        return (yield from self._script(scratch))

    def result_name(self, source: Source, options: Options) -> bytes:
        if "unnamable" in self._answers:
            raise PipelineError(bad_option("name", "It is empty"))
        return b"film.mp4"

    def skips(self, source: Source, options: Options) -> Problem | None:
        return self._skips

    def foresees(self, source: Source, options: Options, scratch: Scratch) -> Talk[tuple[Warn, ...]]:
        if look := self._answers.get("looks"):
            yield look
        return tuple(self._answers.get("foresees", ()))


def rehearse(script: Callable[[Scratch], Script] | Recipe[Options], **more: Any) -> Rehearsal:
    """What would happen to a film."""
    recipe = script if isinstance(script, Recipe) else Played(script)
    return rehearsed(recipe, SOURCES["1080p"], Options(), **{"toolchain": Tools(), "cancel": Cancel(), **more})


def words(rehearsal: Rehearsal) -> list[str]:
    """The commands, each by what it does."""
    return [command.argv[-1].removeprefix("set -e; ") for command in rehearsal.commands]


def encodes(scratch: Scratch) -> Script:
    """Looks, encodes in two passes, and counts what came out."""
    yield from LOOK.does(one(sh("echo bars")))
    yield from ENCODE.does(one(sh("exit 1 # pass 1", "stats")))
    made: Outcome = yield from ENCODE.does(one(MAKES))
    assert made.last_tick is not None
    assert (made.exit_code, made.last_tick.out_time_s, made.last_tick.frame) == (0, 10.0, 250)
    yield from VERIFY.does(one(sh("exit 1 # decode", reads=["a"])))
    counted = yield from VERIFY.does(one(COUNTS))
    assert counted.value["a"]
    return RESULT


def test_what_would_be_run_is_listed_up_to_what_only_the_result_can_tell() -> None:
    found = rehearse(encodes)
    assert (found.would, found.problem, found.names) == ("convert", None, (b"film.mp4",))
    assert words(found) == ["echo bars", "exit 1 # pass 1", words(found)[2], "exit 1 # decode", "print"]
    assert found.unforeseen == ""


def test_a_look_is_run_and_what_it_finds_decides() -> None:
    def script(scratch: Scratch) -> Script:
        seen: Outcome = yield from LOOK.does(one(sh("echo crop=10; echo half > note", "note")))
        again: Outcome = yield from LOOK.does(one(sh("cat note", reads=["note"])))
        yield from ENCODE.does(one(sh(f"{seen.lines[0]} {again.lines[0]}", "a")))
        return RESULT

    found = rehearse(script)
    assert words(found)[2] == "crop=10 half"
    assert found.warnings == RESULT[0].warnings


def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    found = rehearse(lambda scratch: LOOK.does(as_script(sh("echo x > note", "note"))), folder=str(tmp_path))
    assert (found.would, list(tmp_path.iterdir())) == ("convert", [])


def as_script(step: Run | Call | Together) -> Script:
    """A Script of one Step."""
    yield step
    return RESULT


def test_a_rule_skips_before_anything_is_looked_at() -> None:
    assert rehearse(Played(encodes, skips=PROBLEM)) == Rehearsal("skip", PROBLEM)


def test_a_script_may_skip_after_a_look() -> None:
    def script(scratch: Scratch) -> Script:
        yield from LOOK.does(one(sh("true")))
        raise Skip(PROBLEM)

    assert rehearse(script) == Rehearsal("skip", PROBLEM)


def test_a_script_that_refuses_would_fail() -> None:
    def script(scratch: Scratch) -> Script:
        yield from LOOK.does(one(sh("echo seen")))
        raise PipelineError(PROBLEM)

    found = rehearse(script)
    assert (found.would, found.problem, words(found)) == ("fail", PROBLEM, ["echo seen"])


def test_a_look_that_fails_is_told_to_the_script() -> None:
    def script(scratch: Scratch) -> Script:
        try:
            yield from LOOK.does(one(sh("exit 3")))
        except StepFailed as failed:
            assert failed.outcome.exit_code == 3
            yield from ENCODE.does(one(sh("without it", "a")))
        return RESULT

    assert words(rehearse(script)) == ["exit 3", "without it"]
    found = rehearse(lambda scratch: LOOK.does(as_script(sh("exit 3"))))
    assert found.would == "fail"
    assert found.problem is not None and found.problem.code == "tool_failed"


def test_a_name_that_cannot_be_made_would_fail() -> None:
    found = rehearse(Played(encodes, unnamable=True))
    assert (found.would, found.problem is not None and found.problem.code) == ("fail", "bad_option")


def test_what_depends_on_a_search_is_said() -> None:
    def script(scratch: Scratch) -> Script:
        yield from SEARCH.does(one(sh("try", "tries")))
        scored: Outcome = yield from SEARCH.does(one(Call(Scores(), reads=("tries",))))
        yield from ENCODE.does(one(sh(f"crf {scored.value}", "a")))
        return RESULT

    found = rehearse(script)
    assert (found.would, words(found)) == ("convert", ["try"])
    assert found.unforeseen == "What follows in “Search” and after it depends on what is found there."


class Scores(Act, frozen=True):
    """An act that must not run in a rehearsal."""

    def run(self, cancel: object, tick: object, folder: str) -> Any:
        raise AssertionError("it may change something")


def test_an_act_that_makes_a_file_is_assumed_and_one_that_makes_none_is_not_run() -> None:
    def script(scratch: Scratch) -> Script:
        yield from ENCODE.does(one(Call(Scores(), makes=("a",))))
        yield from ENCODE.does(one(sh("goes on", "b")))
        yield from ENCODE.does(one(Call(Scores())))
        yield from ENCODE.does(one(sh("is not reached", "c")))
        return RESULT

    found = rehearse(script)
    assert words(found) == ["goes on"]
    assert found.unforeseen == "What follows in “Encode” and after it depends on what is found there."


@pytest.mark.parametrize("error", [PipelineError(PROBLEM), Skip(PROBLEM), TypeError("None has no length")])
def test_what_a_script_says_of_an_assumed_result_does_not_count(error: Exception) -> None:
    def script(scratch: Scratch) -> Script:
        yield from ENCODE.does(one(MAKES))
        raise error

    found = rehearse(script)
    assert (found.would, len(found.commands)) == ("convert", 1)


def test_a_fault_of_ours_before_anything_is_assumed_is_not_hidden() -> None:
    def script(scratch: Scratch) -> Script:
        yield from LOOK.does(one(sh("true")))
        raise TypeError("ours")

    with pytest.raises(TypeError):
        rehearse(script)


def test_members_side_by_side_are_looks_or_assumed_together() -> None:
    def script(scratch: Scratch) -> Script:
        seen: Outcome = yield from LOOK.does(one(Together((sh("echo a"), sh("echo b")))))
        assert [member.lines for member in seen.members] == [("a",), ("b",)]
        made: Outcome = yield from ENCODE.does(one(Together((sh("exit 1", "a"), MAKES))))
        assert [member.last_tick is not None for member in made.members] == [True, True]
        return RESULT

    found = rehearse(script)
    assert (len(found.commands), found.warnings) == (4, RESULT[0].warnings)


def test_what_is_known_beforehand_is_said_once() -> None:
    warnings = (Warn("hdr_lost", "HDR would be lost."), *RESULT[0].warnings)
    found = rehearse(Played(lambda scratch: ENCODE.does(as_script(MAKES)), foresees=warnings))
    assert found.warnings == warnings


def test_what_was_looked_at_once_is_not_looked_at_again(tmp_path: Path) -> None:
    look = replace(sh(f"echo looked >> {tmp_path}/seen", "note"), stage="look")
    look = replace(
        look, command=replace(look.command, argv=(*look.command.argv[:-1], f"{look.command.argv[-1]}; > note"))
    )

    def script(scratch: Scratch) -> Script:
        yield look
        yield from LOOK.does(one(sh(f"test -e note; echo looked after >> {tmp_path}/seen")))
        return RESULT

    found = rehearse(Played(script, looks=look))
    assert (tmp_path / "seen").read_text().splitlines() == ["looked", "looked after"]
    assert (found.would, len(found.commands)) == ("convert", 2)


def test_a_source_that_cannot_be_used_is_known_before_anything_else() -> None:
    failing = replace(sh("exit 3"), stage="look")
    found = rehearse(Played(encodes, looks=failing))
    assert found.would == "fail"
    assert found.problem is not None and found.problem.code == "tool_failed"


def test_the_script_knows_the_computer() -> None:
    def script(scratch: Scratch) -> Script:
        yield from ENCODE.does(one(sh(f"threads {scratch.machine.cores}", "a")))
        return RESULT

    assert words(rehearse(script, machine=Machine(cores=12))) == ["threads 12"]


@pytest.mark.parametrize(
    ("name", "destination", "is_skipped"),
    [
        ("film.mp4", Destination(if_exists="skip"), True),
        ("film.mp4", Destination(if_exists="rename"), False),
        ("film.mkv", Destination(if_exists="skip"), False),
        ("film.mp4", Destination(b"/elsewhere", if_exists="skip"), False),
        ("film.mp4", None, False),
    ],
)
def test_a_result_that_is_there_is_skipped_where_the_rule_says_so(
    name: str, destination: Destination | None, is_skipped: bool, tmp_path: Path
) -> None:
    (tmp_path / name).touch()
    source = msgspec.structs.replace(SOURCES["1080p"], path=os.fsencode(tmp_path / "film.mov"))
    found = rehearsed(Played(encodes), source, Options(), toolchain=Tools(), cancel=Cancel(), destination=destination)
    assert found.problem == (destination_exists(str(tmp_path / name)) if is_skipped else None)
    assert found.would == ("skip" if is_skipped else "convert")


def test_a_source_that_makes_room_for_its_result_is_not_in_its_way(tmp_path: Path) -> None:
    source = msgspec.structs.replace(SOURCES["1080p"], path=os.fsencode(tmp_path / "film.mp4"))
    (tmp_path / "film.mp4").touch()
    there = Destination(if_exists="skip", replace_source=True)
    found = rehearsed(Played(encodes), source, Options(), toolchain=Tools(), cancel=Cancel(), destination=there)
    assert found.would == "convert"


def test_it_ends_when_it_is_cancelled() -> None:
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Canceled):
        rehearse(encodes, cancel=cancel)
