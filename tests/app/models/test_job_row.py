from __future__ import annotations

from typing import Any

import msgspec
import pytest

from app.models.job_row import Column, JobRow, cells_of, gain, output_bytes, segments_of, speed_of
from pipeline.model import problem
from pipeline.model.job import Artifact, Job, Progress
from pipeline.model.problem import Warn
from pipeline.model.source import Source
from pipeline.model.state import State
from tests.app.models.rows import FILM, STAGES, job, naming

HALF = Progress(percent=40, stage="encode", stage_percent=50)
RESULT = (Artifact(b"/out/a.mp4", size=590_000),)


@pytest.mark.parametrize(
    ("state", "changes", "word", "second", "tone"),
    [
        (State.PENDING, {}, "Queued", "Convert · Web 1080p", "quiet"),
        (State.PENDING, {"held_by": "person"}, "Held", "Convert · Web 1080p · held by you", "quiet"),
        (State.PENDING, {"held_by": "crash"}, "Held", "Convert · Web 1080p · interrupted, goes on with Start now",
         "quiet"),
        (State.RUNNING, {"progress": HALF}, "Running", "Convert · Web 1080p · Encode", "quiet"),
        (State.RUNNING, {"waiting_for": "disk", "waiting_why": "no space"}, "Waiting",
         "Convert · Web 1080p · no space", "quiet"),
        (State.PAUSED, {"progress": HALF}, "Paused", "Convert · Web 1080p · paused by you at “Encode”", "quiet"),
        (State.COMPLETING, {}, "Finishing", "Convert · Web 1080p · putting the result in place", "quiet"),
        (State.CANCELING, {}, "Cancelling", "Convert · Web 1080p · stopping, keeping nothing", "quiet"),
        (State.COMPLETED, {"artifacts": RESULT}, "Done", "Convert · Web 1080p · 41 % smaller", "quiet"),
        (State.COMPLETED, {"warnings": (Warn("w", "Damaged."),)}, "Done", "Damaged.", "warn"),
        (State.FAILED, {"problem": problem.not_media(b"/a")}, "Failed", "This is not a media file: /a.", "err"),
        (State.CANCELED, {}, "Cancelled", "Convert · Web 1080p", "quiet"),
        (State.SKIPPED, {"problem": problem.destination_exists(b"/a")}, "Skipped",
         "Convert · Web 1080p · The result is there already: /a.", "quiet"),
    ],
)  # fmt: skip
def test_a_row_says_how_its_job_is(state: State, changes: dict[str, Any], word: str, second: str, tone: str) -> None:
    cells = JobRow(job(state=state, **changes), naming()).cells
    assert (cells.word, cells.second, cells.second_tone) == (word, second, tone)


@pytest.mark.parametrize(
    ("state", "progress", "segments"),
    [
        (State.PENDING, Progress(), (0.0, 0.0, 0.0)),
        (State.RUNNING, HALF, (0.5, 0.0, 0.0)),
        (State.RUNNING, Progress(percent=90, stage="verify", stage_percent=25), (1.0, 1.0, 0.25)),
        (State.COMPLETED, Progress(), (1.0, 1.0, 1.0)),
    ],
)
def test_each_stage_has_its_segment(state: State, progress: Progress, segments: tuple[float, ...]) -> None:
    assert segments_of(job(state=state, progress=progress), STAGES) == segments


def test_a_job_whose_stages_are_not_known_has_one_segment() -> None:
    assert segments_of(job(state=State.RUNNING, progress=Progress(percent=25)), ()) == (0.25,)


def test_only_the_columns_that_look_different_are_told() -> None:
    one = job(state=State.RUNNING, progress=Progress(percent=10, stage="encode", stage_percent=10, speed=1.0))
    row = JobRow(one, naming())
    assert row.cells.percent == "10 %"
    further = msgspec.structs.replace(one, progress=msgspec.structs.replace(one.progress, percent=11, speed=2.0))
    assert row.renew(further) == (Column.PROGRESS, Column.SPEED)
    assert row.renew(further) == ()


@pytest.mark.parametrize(
    ("made", "source", "words"),
    [(590, 1000, "41 % smaller"), (1030, 1000, "3 % larger"), (1000, 1000, "same size"), (0, 1000, ""), (5, -1, "")],
)
def test_gain_compares_result_and_source(made: int, source: int, words: str) -> None:
    ended = job(state=State.COMPLETED, source=Source(path=b"/a", size=source), artifacts=(Artifact(b"/b", size=made),))
    assert gain(ended) == words


@pytest.mark.parametrize(
    ("state", "changes", "words"),
    [
        (State.RUNNING, {"progress": Progress(speed=1.84)}, "1.84×"),
        (State.RUNNING, {"progress": Progress(fps=62)}, "62 fps"),
        (State.PAUSED, {"progress": Progress(speed=1.84)}, "–"),
        (State.COMPLETED, {"active_ms": 50_000}, "2.00×"),
    ],
)
def test_speed_is_now_while_running_and_on_the_whole_when_done(
    state: State, changes: dict[str, Any], words: str
) -> None:
    assert speed_of(job(state=state, **changes)) == words


def test_a_time_left_that_moves_a_little_is_held_steady() -> None:
    one = job(state=State.RUNNING, progress=Progress(eta_ms=600_000))
    row = JobRow(one, naming())
    row.take(msgspec.structs.replace(one, progress=Progress(eta_ms=570_000)))
    assert row.cells.time_left == "about 10 min"
    row.take(msgspec.structs.replace(one, progress=Progress(eta_ms=300_000)))
    assert row.cells.time_left == "about 5 min"


def test_stages_are_asked_for_once_a_source() -> None:
    asked: list[Job] = []
    names = naming()
    names._stages = lambda each: asked.append(each) or STAGES  # type: ignore[func-returns-value]
    one = job(state=State.RUNNING, source=Source(path=b"/a"))
    row = JobRow(one, names)
    assert (row.stages, row.stages) == (STAGES, STAGES)
    row.take(msgspec.structs.replace(one, progress=HALF))
    assert (row.stages, len(asked)) == (STAGES, 1)
    row.take(msgspec.structs.replace(one, source=Source(path=b"/a", info=FILM)))
    assert (row.stages, len(asked)) == (STAGES, 2)


def test_a_name_cannot_break_the_line() -> None:
    cells = cells_of(job("two\nlines.mp4"), naming(), STAGES, None)
    assert "\n" not in cells.name


@pytest.mark.parametrize(
    ("state", "written", "expected"),
    [
        (State.RUNNING, 88, 0),
        (State.RUNNING, 5000, 5000),
        (State.COMPLETED, 88, 88),
    ],
)
def test_a_header_is_no_output_yet(state: State, written: int, expected: int) -> None:
    assert output_bytes(job(state=state, progress=Progress(out_bytes=written))) == expected
