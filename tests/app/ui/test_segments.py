from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.segments import Segments


@pytest.fixture
def segments(styled: QApplication, qtbot: QtBot) -> Segments:
    made = Segments((("all", "All"), ("done", "Done")))
    qtbot.addWidget(made)
    return made


def test_the_first_is_chosen_and_a_click_chooses_another(segments: Segments) -> None:
    told: list[str] = []
    segments.chosen.connect(told.append)
    assert segments.current == "all"
    segments._buttons["done"].click()
    assert (segments.current, told) == ("done", ["done"])


def test_counts_are_left_away_where_there_is_no_room(segments: Segments) -> None:
    segments.count({"all": 1204, "done": 0})
    assert [button.text() for button in segments._buttons.values()] == ["All 1,204", "Done 0"]
    segments.fold(is_folded=True)
    assert [button.text() for button in segments._buttons.values()] == ["All", "Done"]
