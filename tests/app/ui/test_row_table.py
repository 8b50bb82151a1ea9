from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QStandardItemModel
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui import theme
from app.ui.row_table import NAME_LEAST, RowTable


@pytest.fixture
def table(styled: QApplication, qtbot: QtBot) -> RowTable:
    made = RowTable()
    qtbot.addWidget(made)
    made.setModel(QStandardItemModel(50, 4, made))
    made.resize(600, 400)
    made.show()
    return made


def move(table: RowTable, y: float) -> None:
    none = Qt.MouseButton.NoButton
    spot = QPointF(50, y)
    table.mouseMoveEvent(QMouseEvent(QEvent.Type.MouseMove, spot, spot, none, none, Qt.KeyboardModifier.NoModifier))


def test_the_row_under_the_pointer_is_known(table: RowTable) -> None:
    move(table, 2.5 * theme.ROW_HEIGHT)
    assert table.hovered_row == 2
    table.leaveEvent(QEvent(QEvent.Type.Leave))
    assert table.hovered_row == -1


def test_selected_rows_are_told_from_top_to_bottom(table: RowTable) -> None:
    table.selectAll()
    assert table.selected_rows() == list(range(50))
    table.clearSelection()
    assert table.selected_rows() == []


@pytest.mark.parametrize(("least_width", "folded"), [(150, []), (150 + 200, [3]), (10_000, [3, 2])])
def test_columns_fold_in_their_order_and_come_back(table: RowTable, least_width: int, folded: list[int]) -> None:
    room = table.viewport().width() - NAME_LEAST
    widths = {1: 10, 2: 20, 3: 200 if least_width < 10_000 else 100}
    widths[1] = room - widths[2] - widths[3] + (least_width - 150 if least_width < 10_000 else 110)
    table.fold(widths, (3, 2))
    assert [column for column in (3, 2) if table.isColumnHidden(column)] == folded
