from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.side_bar import RAIL_WIDTH, WIDTH, SideBar


@pytest.fixture
def bar(styled: QApplication, qtbot: QtBot) -> SideBar:
    made = SideBar((("Queue", "list-video"), ("History", "history")))
    qtbot.addWidget(made)
    made.resize(WIDTH, 600)
    return made


def test_a_page_is_told_by_its_number(bar: SideBar) -> None:
    told: list[int] = []
    bar.chosen.connect(told.append)
    bar.choose(1)
    bar.choose(0)
    assert told == [1, 0]


def test_a_count_is_painted_and_none_for_nothing(bar: SideBar) -> None:
    empty = bar.grab().toImage()
    bar.count(0, 1204)
    assert bar.grab().toImage() != empty
    bar.count(0, 0)
    assert bar.grab().toImage() == empty


def test_it_folds_to_a_rail_of_icons(bar: SideBar) -> None:
    bar.fold(is_folded=True)
    assert bar.width() == RAIL_WIDTH
    assert bar._name.isHidden()
    assert bar.grab().toImage().width() == RAIL_WIDTH
