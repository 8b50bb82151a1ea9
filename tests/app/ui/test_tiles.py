from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.tiles import Tiles, clock
from pipeline.model.job import Artifact, Job, Progress
from pipeline.model.state import State
from tests.app.models.rows import job

BUSY = Progress(speed=1.84, fps=46.0, bit_rate=4.8e6, out_time_s=95, out_bytes=182_000_000)


@pytest.fixture
def tiles(styled: QApplication, qtbot: QtBot) -> Tiles:
    made = Tiles()
    qtbot.addWidget(made)
    return made


def shown(tiles: Tiles, one: Job, elapsed_s: float) -> dict[str, str]:
    tiles.show_job(one, elapsed_s)
    return {
        id_: f"{tile._value.text()} {tile._unit.text()}".strip()
        for id_, tile in tiles._tiles.items()
        if not tile.isHidden()
    }


def test_a_running_job_shows_its_six_numbers(tiles: Tiles) -> None:
    assert shown(tiles, job(state=State.RUNNING, progress=BUSY), 401) == {
        "speed": "1.84 × real time",
        "fps": "46.0 fps",
        "bit_rate": "4.8 Mb/s",
        "position": "1:35 of 1:40",
        "elapsed": "6:41",
        "output": "182 MB",
    }


def test_what_is_not_known_is_a_dash(tiles: Tiles) -> None:
    assert set(shown(tiles, job(state=State.RUNNING), 0).values()) == {"–"}


def test_a_completed_job_shows_what_came_of_it(tiles: Tiles) -> None:
    done = job(state=State.COMPLETED, active_ms=50_000, artifacts=(Artifact(b"/o", size=412_000_000),))
    assert shown(tiles, done, 50) == {"speed": "2.00 × real time", "elapsed": "0:50", "output": "412 MB"}


@pytest.mark.parametrize(("seconds", "words"), [(7, "0:07"), (401.9, "6:41"), (3723, "1:02:03")])
def test_a_clock_counts_hours_only_when_there_are_some(seconds: float, words: str) -> None:
    assert clock(seconds) == words
