from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from app.models.history_row import HistoryColumn, HistoryRow, when
from pipeline.model import problem
from pipeline.model.job import Artifact, Progress
from pipeline.model.problem import Warn
from pipeline.model.state import State
from tests.app.models.rows import job, naming

NOW = dt.datetime(2026, 11, 22, 14, 0).astimezone()


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (dt.datetime(2026, 11, 22, 9, 41), "Today 09:41"),
        (dt.datetime(2026, 11, 21, 18, 20), "Yesterday 18:20"),
        (dt.datetime(2026, 11, 20, 18, 20), "Fri 20 Nov"),
        (dt.datetime(2025, 12, 3, 18, 20), "3 Dec 2025"),
    ],
)
def test_when_is_said_as_people_say_it(moment: dt.datetime, words: str) -> None:
    assert when(int(moment.timestamp() * 1000), NOW) == words


def test_when_is_empty_where_it_is_not_known() -> None:
    assert when(None) == ""


@pytest.mark.parametrize(
    ("state", "changes", "result", "word"),
    [
        (State.COMPLETED, {"artifacts": (Artifact(b"/o", size=590_000),)}, "41 % smaller", "Done"),
        (State.COMPLETED, {"warnings": (Warn("w", "Damaged at 3 s."),)}, "Damaged at 3 s.", "Done"),
        (State.SKIPPED, {"problem": problem.destination_exists(b"/o")}, "The result is there already: /o.", "Skipped"),
        (State.CANCELED, {"progress": Progress(percent=62)}, "cancelled at 62 %", "Cancelled"),
        (State.FAILED, {"problem": problem.not_media(b"/o")}, "–", "Failed"),
    ],
)
def test_a_row_says_what_came_of_its_job(state: State, changes: dict[str, Any], result: str, word: str) -> None:
    row = HistoryRow(job(state=state, **changes), naming())
    assert (row.plain(HistoryColumn.RESULT), row.plain(HistoryColumn.STATUS)) == (result, word)


def test_a_failed_job_says_why_below_its_name() -> None:
    cells = HistoryRow(job(state=State.FAILED, problem=problem.not_media(b"/o")), naming()).cells
    assert (cells.second, cells.second_tone) == ("This is not a media file: /o.", "err")


def test_a_screen_reader_hears_no_dashes() -> None:
    row = HistoryRow(job("a.mp4", State.FAILED, problem=problem.not_media(b"/o")), naming())
    assert row.spoken() == "a.mp4, This is not a media file: /o., Failed"
