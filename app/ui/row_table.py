"""A table of painted rows, as queue and history have it: whole rows are selected, and lit under the pointer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from app.ui import theme

NAME_LEAST = 240

C = TypeVar("C", bound=int)


class RowTable(QTableView):
    """`hovered_row` is the row under the pointer, -1 for none; delegates light all its cells."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hovered_row = -1
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setAcceptDrops(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(theme.ROW_HEIGHT)
        columns = self.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setSectionsMovable(False)
        columns.setFixedHeight(40)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(event.position().toPoint().y()))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        super().leaveEvent(event)

    def fold(self, widths: Mapping[C, int], first: Sequence[C]) -> None:
        """Hides columns, in the order of `first`, while the name would get too little room."""
        room = self.viewport().width() - sum(widths.values())
        for column in first:
            is_folded = room < NAME_LEAST
            self.setColumnHidden(column, is_folded)
            room += widths[column] if is_folded else 0

    def selected_rows(self) -> list[int]:
        """The numbers of the selected rows, from top to bottom; by ranges, for there may be 100,000 of them."""
        ranges = self.selectionModel().selection()
        parts = [ranges.at(n) for n in range(ranges.count())]
        return sorted({row for part in parts for row in range(part.top(), part.bottom() + 1)})

    def _hover(self, row: int) -> None:
        if row == self.hovered_row:
            return
        for changed in (self.hovered_row, row):
            if changed >= 0:
                band = QRect(0, self.rowViewportPosition(changed), self.viewport().width(), theme.ROW_HEIGHT)
                self.viewport().update(band)
        self.hovered_row = row
