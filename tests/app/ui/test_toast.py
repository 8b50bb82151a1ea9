from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.toast import Toast


@pytest.fixture
def toast(styled: QApplication, qtbot: QtBot) -> Toast:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show()
    return Toast(window)


def test_its_button_acts_once(toast: Toast) -> None:
    done: list[int] = []
    toast.say("2 jobs removed", "Undo", lambda: done.append(1))
    toast._button.click()
    toast._button.click()
    assert (done, toast.isVisible()) == ([1], False)


def test_without_an_act_there_is_no_button(toast: Toast) -> None:
    toast.say("Path copied")
    assert (toast._button.isVisible(), toast.said) == (False, "Path copied")


def test_it_stays_while_the_pointer_is_over_it(toast: Toast) -> None:
    toast.say("Path copied")
    spot = QPointF(1, 1)
    toast.enterEvent(QEnterEvent(spot, spot, spot))
    assert not toast._timer.isActive()
    toast.leaveEvent(QEvent(QEvent.Type.Leave))
    assert toast._timer.isActive()


def test_it_keeps_its_place_when_the_window_is_resized(toast: Toast, qtbot: QtBot) -> None:
    toast.say("Path copied")
    toast.window().resize(1000, 700)
    qtbot.waitUntil(lambda: abs(toast.geometry().center().x() - 500) <= 1)
    assert toast.geometry().bottom() < 700
