"""Paints the cells of the history from the HistoryRow behind them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from app.models.history_row import HistoryColumn, HistoryRow
from app.models.jobs import ROW_ROLE
from app.ui import row_paint, theme
from app.ui.job_delegate import media_tile
from pipeline.model.state import State

_GIVEN_UP = (State.CANCELED, State.SKIPPED)


class HistoryDelegate(QStyledItemDelegate):
    """One row of the history, cell by cell."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: HistoryRow = index.data(ROW_ROLE)
        cells = row.cells
        painter.save()
        row_paint.light(option, index.row())
        column = index.column()
        row_paint.background(painter, option, is_first=column == HistoryColumn.NAME, is_current=False)
        match column:
            case HistoryColumn.NAME:
                row_paint.tile(painter, option, *media_tile(row.job))
                is_quiet = row.job.state in _GIVEN_UP
                row_paint.two_lines(painter, option, cells.name, cells.second, cells.second_tone, is_quiet=is_quiet)
            case HistoryColumn.RESULT:
                row_paint.words(painter, option, cells.result, to_end=False)
            case HistoryColumn.SPEED:
                row_paint.words(painter, option, cells.speed)
            case HistoryColumn.TOOK:
                row_paint.words(painter, option, cells.took)
            case HistoryColumn.OUTPUT:
                row_paint.words(painter, option, cells.output)
            case HistoryColumn.STATUS:
                row_paint.pill(painter, option, cells.word, cells.mark)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, theme.ROW_HEIGHT)
