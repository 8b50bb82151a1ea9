"""The queue as a table: selection, keys, menu. What the keys and the menu do stands in actions.py."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from app.models.job_row import Column
from app.models.jobs import JobsModel
from app.ui.actions import by_key
from app.ui.job_delegate import JobDelegate
from app.ui.job_menu import menu_for
from app.ui.job_verbs import JobVerbs
from app.ui.row_table import RowTable
from pipeline.model.job import Job

# Finished rows stay where they are as long as a person may be aiming at one.
SETTLE_MS = 5000
_WIDTHS = {Column.PROGRESS: 210, Column.SPEED: 84, Column.TIME_LEFT: 124, Column.SIZE: 96, Column.STATUS: 128}
_FOLDED_FIRST = (Column.SIZE, Column.SPEED, Column.TIME_LEFT)


class JobTable(RowTable):
    """Rows of jobs. Enter opens the live window, Space pauses or resumes, Delete cancels or removes."""

    escaped = Signal()  # Esc with nothing selected

    def __init__(self, model: JobsModel, verbs: JobVerbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = model
        self._verbs = verbs
        self._settle_timer = QTimer(self)
        self._settle_timer.setSingleShot(True)
        self._settle_timer.setInterval(SETTLE_MS)
        self._settle_timer.timeout.connect(self._settle)
        self.setAccessibleName("Queue")
        self.setItemDelegate(JobDelegate(self))
        self.setModel(model)
        self.setSortingEnabled(True)
        header = self.horizontalHeader()
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        model.visible = self._rows_in_sight
        model.unsettled.connect(self._on_unsettled)
        self.doubleClicked.connect(self._on_double_clicked)

    def selected_jobs(self) -> list[Job]:
        """The jobs that are selected, from top to bottom."""
        return [self._jobs.row_at(self._jobs.index(row, 0)).job for row in self.selected_rows()]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_shift_f10 = event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        if is_shift_f10:  # not translated to a menu key on X11
            self._open_menu_at_current()
            return
        keys = QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.PortableText)
        keys = {"Enter": "Return", "Backspace": "Del"}.get(keys.removeprefix("Num+"), keys.removeprefix("Num+"))
        if keys == "Esc":
            if not self.selectionModel().hasSelection():
                self.escaped.emit()
            self.clearSelection()
            return
        found = by_key(keys, self.selected_jobs())
        if found is not None:
            action, jobs = found
            action.verb(self._verbs, jobs)
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._open_menu_at_current()
            return
        index = self.indexAt(event.pos())
        if index.isValid():
            self._open_menu(index, event.globalPos())

    def _open_menu_at_current(self) -> None:
        # The event's own position is off by the header, so that the menu of another row would open.
        index = self.currentIndex()
        if index.isValid():
            self.scrollTo(index)
            box = self.visualRect(index.siblingAtColumn(Column.NAME))
            self._open_menu(index, self.viewport().mapToGlobal(QPoint(box.x() + 80, box.center().y())))

    def _open_menu(self, index: QModelIndex, at: QPoint) -> None:
        if not self.selectionModel().isRowSelected(index.row(), QModelIndex()):
            rows = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(index, rows)
        menu = menu_for(self.selected_jobs(), self._verbs, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        self._verbs.show_live([self._jobs.row_at(index).job])

    def _rows_in_sight(self) -> range:
        if not self.isVisible():
            return range(0)
        top = self.rowAt(0)
        bottom = self.rowAt(self.viewport().height() - 1)
        return range(max(0, top), (bottom if bottom >= 0 else self._jobs.rowCount() - 1) + 1)

    @Slot()
    def _on_unsettled(self) -> None:
        if not self.viewport().underMouse():
            self._settle_timer.start(0)
        elif not self._settle_timer.isActive():
            self._settle_timer.start(SETTLE_MS)

    @Slot()
    def _settle(self) -> None:
        self._jobs.settle()

    def leaveEvent(self, event: QEvent) -> None:
        if self._settle_timer.isActive():
            self._settle_timer.start(0)
        super().leaveEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fold(_WIDTHS, _FOLDED_FIRST)
