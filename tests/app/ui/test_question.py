from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui import question
from tests.app.ui.scene import answer
from tests.app.ui.scene import question as open_one


@pytest.fixture
def window(styled: QApplication, qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def ask(window: QWidget, done: list[bool]) -> None:
    question.ask(window, "Quit?", "Work stops.", safe="Keep working", verb="Quit", then=lambda: done.append(True))


def test_only_the_verb_does_it(window: QWidget) -> None:
    done: list[bool] = []
    ask(window, done)
    answer(window, "Keep working")
    assert done == []
    ask(window, done)
    answer(window, "Quit")
    assert done == [True]


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_escape_and_return_are_safe(window: QWidget, key: Qt.Key) -> None:
    done: list[bool] = []
    ask(window, done)
    box = open_one(window)
    assert box is not None
    QTest.keyClick(box, key)
    assert (done, box.isVisible()) == ([], False)


def test_a_text_can_be_read_and_closed(window: QWidget) -> None:
    box = question.tell(window, "3 skipped", "a: why", "all of it")
    assert (box.informativeText(), box.detailedText()) == ("a: why", "all of it")
    box.close()
