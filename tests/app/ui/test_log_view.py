from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.log_view import LINES_KEPT, LogView


@pytest.fixture
def log(styled: QApplication, qtbot: QtBot) -> LogView:
    view = LogView()
    qtbot.addWidget(view)
    view.resize(400, 200)
    view.show()
    return view


def test_lines_are_shown_in_order_and_only_so_many_are_kept(log: LogView) -> None:
    log.say([str(n) for n in range(LINES_KEPT + 100)])
    log.flush()
    assert log.blockCount() == LINES_KEPT
    assert log.toPlainText().splitlines()[0] == "100"


def test_they_come_by_themselves(log: LogView, qtbot: QtBot) -> None:
    log.say(["one"])
    log.say(["two"])
    qtbot.waitUntil(lambda: log.toPlainText() == "one\ntwo")


def test_the_end_is_followed_only_by_who_is_there(log: LogView) -> None:
    bar = log.verticalScrollBar()
    log.say([str(n) for n in range(100)])
    log.flush()
    assert bar.value() == bar.maximum()
    bar.setValue(10)
    log.say([str(n) for n in range(100)])
    log.flush()
    assert bar.value() == 10


def test_a_line_cannot_hide_control_characters(log: LogView) -> None:
    log.say(["a\x1b[2Jb"])
    log.flush()
    assert "\x1b" not in log.toPlainText()
