from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui import theme
from app.ui.bar import Bar


def test_it_is_a_progress_bar_to_those_who_cannot_see_it(styled: QApplication, qtbot: QtBot) -> None:
    bar = Bar("Overall progress")
    qtbot.addWidget(bar)
    bar.show_share((1.0, 0.5))
    assert (bar.accessibleName(), bar.value(), bar.maximum()) == ("Overall progress", 75, 100)


def test_it_is_painted_as_far_as_its_share(styled: QApplication, qtbot: QtBot) -> None:
    bar = Bar("Progress")
    qtbot.addWidget(bar)
    bar.resize(QSize(100, 6))
    bar.show_share((0.5,), "err")
    picture = bar.grab().toImage()
    assert picture.pixelColor(30, 3) == QColor(theme.colour("bar_err"))
    assert picture.pixelColor(80, 3) == QColor(theme.colour("track"))
