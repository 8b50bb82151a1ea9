from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from pipeline.engine.keys import Keys
from pipeline.model.source import Companion, Source
from pipeline.model.stage import Act, Call, CancelSignal, Command, Run, Tick


class Copy(Act, frozen=True):
    """Copies a file."""

    name: str = "a"

    def run(self, cancel: CancelSignal, tick: Callable[[Tick], None], folder: str) -> Any:
        return None


class Other(Copy, frozen=True):
    """Another act with the same fields."""


class Newer(Act, frozen=True, tag="Copy"):
    """The same act in a later version."""

    version: ClassVar[int] = 2
    name: str = "a"


SOURCE = Source(b"/films/a.mov", size=10, mtime_ns=5)
RUN = Run(Command(("ffmpeg", "-i", "file:/films/a.mov", "out.mp4")), makes=("out.mp4",))
CALL = Call(Copy())


def keys(source: Source = SOURCE, tool: str = "1") -> Keys:
    made = Keys(lambda name: f"{name} {tool}")
    made.about(source)
    return made


def key(step: Run | Call, source: Source = SOURCE, tool: str = "1") -> str:
    return keys(source, tool).of(step)


def test_the_same_step_has_the_same_key_in_another_attempt() -> None:
    assert key(RUN) == key(RUN)
    assert key(CALL) == key(CALL)


def with_argv(*argv: str) -> Run:
    return replace(RUN, command=replace(RUN.command, argv=argv))


@pytest.mark.parametrize(
    "other",
    [
        with_argv("ffmpeg", "-i", "file:/films/a.mov", "-crf", "20", "out.mp4"),
        with_argv("python", "-i", "file:/films/a.mov", "out.mp4"),
        with_argv("ffmpeg", "-i", "file:/films/a.mov out.mp4"),
        with_argv("ffmpeg", "-i", "file:/films/a.movout.mp4", ""),
        replace(RUN, makes=("out.mp4", "log.txt")),
        replace(RUN, makes=()),
        replace(RUN, reads=("in.mp4",)),
        CALL,
    ],
    ids=str,
)
def test_what_a_step_does_is_in_its_key(other: Run | Call) -> None:
    assert key(other) != key(RUN)


@pytest.mark.parametrize(
    "other",
    [
        replace(RUN, lane="gpu"),
        replace(RUN, label="Another label"),
        replace(RUN, stage="encode"),
        replace(RUN, part=(2, 3)),
        replace(RUN, command=replace(RUN.command, expect_s=5.0, polite=True)),
    ],
    ids=str,
)
def test_how_it_is_shown_or_run_is_not_in_its_key(other: Run) -> None:
    assert key(other) == key(RUN)


def test_acts_differ_by_name_version_and_fields() -> None:
    acts = (Copy("a"), Copy("b"), Other("a"), Newer("a"))
    assert len({key(Call(act)) for act in acts}) == len(acts)


def test_another_tool_is_another_key_for_what_it_runs_and_for_nothing_else() -> None:
    assert key(RUN, tool="2") != key(RUN)
    assert key(CALL, tool="2") == key(CALL)


@pytest.mark.parametrize(
    "changed", [Source(b"/films/a.mov", size=11, mtime_ns=5), Source(b"/films/a.mov", size=10, mtime_ns=6)]
)  # fmt: skip
def test_another_content_is_another_key(changed: Source) -> None:
    assert key(RUN, changed) != key(RUN)
    assert key(CALL, changed) != key(CALL)


def test_the_same_step_asked_for_again_has_a_key_of_its_own_that_is_the_same_next_time() -> None:
    first, second = keys(), keys()
    once, again, third = first.of(RUN), first.of(RUN), first.of(RUN)
    assert len({once, again, third}) == 3
    assert [second.of(RUN), second.of(RUN), second.of(RUN)] == [once, again, third]


READS = Run(Command(("ffmpeg", "-i", "file:out.mp4", "end.mp4")), reads=("out.mp4",), makes=("end.mp4",))


def test_a_change_travels_on_to_who_reads_what_was_made() -> None:
    before, after = keys(), keys()
    before.of(RUN)
    after.of(with_argv("ffmpeg", "-crf", "20", "out.mp4"))
    assert before.of(READS) != after.of(READS)


def test_a_change_does_not_travel_to_who_does_not_read_it() -> None:
    alone = Run(Command(("ffmpeg", "other.mp4")), makes=("other.mp4",))
    before, after = keys(), keys()
    before.of(RUN)
    after.of(with_argv("ffmpeg", "-crf", "20", "out.mp4"))
    assert before.of(alone) == after.of(alone)


def test_a_source_an_earlier_recipe_made_counts_by_its_maker_not_by_its_time() -> None:
    def second_part(argv: str, mtime_ns: int) -> str:
        made = keys()
        made.of(with_argv("ffmpeg", argv, "out.mp4"))
        made.about(Source(b"out.mp4", size=10, mtime_ns=mtime_ns))
        return made.of(CALL)

    assert second_part("x", 1) == second_part("x", 2)
    assert second_part("x", 1) != second_part("y", 1)


def test_the_makers_of_files_are_known() -> None:
    made = keys()
    first, second = made.of(RUN), made.of(READS)
    assert made.makers_of(["out.mp4", "end.mp4", "nobody.mp4"]) == (first, second)


def test_names_that_are_no_text_have_keys() -> None:
    odd = "caf\udce9.mov"
    step = replace(RUN, command=replace(RUN.command, argv=("ffmpeg", odd)), reads=(odd,), makes=(odd,))
    assert key(step) == key(step)


def test_a_file_beside_the_source_counts_for_the_steps_that_read_it_and_for_no_other() -> None:
    def beside(size: int) -> Source:
        return Source(b"/films/a.mov", size=10, mtime_ns=5, companions=(Companion(b"/films/a.srt", size, 7),))

    reading = Run(Command(("ffmpeg", "-i", "file:/films/a.srt", "beside-1.srt")), makes=("beside-1.srt",))
    assert key(reading, beside(1)) != key(reading, beside(2))
    assert key(reading, beside(1)) == key(reading, beside(1))
    assert key(RUN, beside(1)) == key(RUN, beside(2)) == key(RUN)
