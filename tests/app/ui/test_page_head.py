from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.ui.page_head import PageHead


@pytest.fixture
def head(styled: QApplication, qtbot: QtBot) -> PageHead:
    made = PageHead("Queue", (("all", "All"), ("failed", "Failed")), "Search name")
    qtbot.addWidget(made)
    made.show()
    return made


def test_typing_is_told_once_when_it_pauses(head: PageHead, qtbot: QtBot) -> None:
    told: list[str] = []
    head.changed.connect(lambda: told.append(head.search.text()))
    QTest.keyClicks(head.search, "tide")
    qtbot.waitUntil(lambda: told != [])
    assert told == ["tide"]


def test_a_filter_is_told_at_once_and_show_all_takes_both_back(head: PageHead) -> None:
    told: list[str] = []
    head.changed.connect(lambda: told.append(head.segments.current))
    head.segments.choose("failed")
    head.search.setText("x")
    head.show_all()
    assert told == ["failed", "all"]
    assert head.search.text() == ""


def test_escape_empties_the_search(head: PageHead) -> None:
    head.search.setText("tide")
    QTest.keyClick(head.search, Qt.Key.Key_Escape)
    assert head.search.text() == ""
    QTest.keyClick(head.search, Qt.Key.Key_Escape)
    assert not head.search.hasFocus()


def test_a_file_dropped_on_the_search_is_not_typed_into_it(head: PageHead) -> None:
    assert not head.search.acceptDrops()
    assert head.search.accessibleName() == "Search name"


def test_buttons_stand_at_the_end(head: PageHead) -> None:
    button = QPushButton("Add")
    head.add(button)
    last = head.layout().itemAt(head.layout().count() - 1)  # type: ignore[union-attr]
    assert last is not None and last.widget() is button
