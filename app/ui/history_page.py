"""What has ended: filter, search, and the table of pages."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHeaderView, QMenu, QStackedLayout, QVBoxLayout, QWidget

from app.models.history import HistoryModel
from app.models.history_row import HistoryColumn
from app.ui import icons
from app.ui.actions import ACTIONS, JobAction
from app.ui.empty_state import EmptyState
from app.ui.history_delegate import HistoryDelegate
from app.ui.job_verbs import JobVerbs
from app.ui.page_head import PageHead
from app.ui.row_table import RowTable
from pipeline.model.job import Job
from pipeline.model.state import State

_FILTERS = (("all", "All"), ("done", "Done"), ("failed", "Failed"), ("canceled", "Cancelled"))
_STATES: dict[str, tuple[State, ...]] = {
    "all": (),
    "done": (State.COMPLETED, State.SKIPPED),
    "failed": (State.FAILED,),
    "canceled": (State.CANCELED,),
}
_WIDTHS = {
    HistoryColumn.RESULT: 200,
    HistoryColumn.SPEED: 84,
    HistoryColumn.TOOK: 110,
    HistoryColumn.OUTPUT: 96,
    HistoryColumn.STATUS: 128,
}
_FOLDED_FIRST = (HistoryColumn.OUTPUT, HistoryColumn.SPEED, HistoryColumn.RESULT)
# What can be done with a job that has ended, whether it is still in the queue or not.
_OFFERED = ("show_result", "copy_result", "show_source", "copy_source")


class HistoryPage(QWidget):
    """Reads when it is shown, and page by page as it is scrolled."""

    def __init__(self, model: HistoryModel, verbs: JobVerbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.head = PageHead("History", _FILTERS, "Search name or recipe", self)
        self.table = HistoryTable(model, verbs, self)
        self._nothing = EmptyState(parent=self)
        self._nothing.chosen.connect(self.head.show_all)
        card = QFrame(self)
        card.setProperty("role", "card")
        self._stack = QStackedLayout(card)
        self._stack.setContentsMargins(1, 5, 1, 5)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 14, 14)
        column.setSpacing(12)
        column.addWidget(self.head)
        column.addWidget(card, 1)
        self.head.changed.connect(self._on_changed)
        model.loaded.connect(self._on_loaded)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._model.refresh()

    @Slot()
    def _on_changed(self) -> None:
        self._model.show(self.head.search.text(), _STATES[self.head.segments.current])

    @Slot()
    def _on_loaded(self) -> None:
        if self._model.rowCount():
            self._stack.setCurrentWidget(self.table)
            return
        needle = self.head.search.text().strip()
        if needle:
            self._nothing.say("search", f"No match for “{needle}”", "Searched name and recipe.", _SHOW_ALL)
        elif self._model.is_filtered:
            self._nothing.say("history", "Nothing here", "Nothing in the history matches this filter.", _SHOW_ALL)
        else:
            self._nothing.say("history", "Nothing finished yet", "Finished, failed and cancelled jobs are listed here.")
        self._stack.setCurrentWidget(self._nothing)


_SHOW_ALL = (("all", "Show all", ""),)


class HistoryTable(RowTable):
    """Rows of ended jobs. Enter shows the result in its folder."""

    def __init__(self, model: HistoryModel, verbs: JobVerbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = model
        self._verbs = verbs
        self.setAccessibleName("History")
        self.setItemDelegate(HistoryDelegate(self))
        self.setModel(model)
        self.horizontalHeader().setSectionResizeMode(HistoryColumn.NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        self.doubleClicked.connect(self._on_double_clicked)

    def selected_jobs(self) -> list[Job]:
        """The jobs that are selected, from top to bottom."""
        return [self._history.row_at(self._history.index(row, 0)).job for row in self.selected_rows()]

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        is_by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if is_by_key else self.indexAt(event.pos())
        if not index.isValid():
            return
        if not self.selectionModel().isRowSelected(index.row(), QModelIndex()):
            self.selectRow(index.row())
        box = self.visualRect(index)
        at = self.viewport().mapToGlobal(QPoint(box.x() + 80, box.center().y())) if is_by_key else event.globalPos()
        self._menu(self.selected_jobs()).popup(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._verbs.show_result(self.selected_jobs())
            return
        super().keyPressEvent(event)

    def _menu(self, jobs: list[Job]) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in ACTIONS:
            fits = [job for job in jobs if action.fits(job)] if action.id in _OFFERED else []
            if fits:
                self._add(menu, action, fits)
        return menu

    def _add(self, menu: QMenu, action: JobAction, jobs: list[Job]) -> None:
        entry = menu.addAction(icons.icon(action.icon, action.token, 16), action.text)
        entry.setObjectName(action.id)
        entry.triggered.connect(lambda: action.verb(self._verbs, jobs))

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        self._verbs.show_result([self._history.row_at(index).job])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fold(_WIDTHS, _FOLDED_FIRST)
