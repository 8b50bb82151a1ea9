"""The frame: side bar, pages, toast and drop zone in their places, and the keys that work everywhere in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMainWindow, QStackedWidget, QWidget

from app import text
from app.ui import icons
from app.ui.side_bar import SideBar
from app.ui.toast import Toast

if TYPE_CHECKING:
    # Only named here: the frame is painted before these, and the engine behind them, are loaded.
    from app.models.presets import Choice
    from app.ui.drop_zone import DropZone
    from app.ui.history_page import HistoryPage
    from app.ui.queue_page import QueuePage

QUEUE, HISTORY = 0, 1
_SIZE = QSize(1240, 780)
_LEAST = QSize(760, 520)
_NARROW = 1100


class MainWindow(QMainWindow):
    """Places things. What they do is connected in window.py. It can be shown empty, and is filled with pages then."""

    queue: QueuePage
    history: HistoryPage
    drops: DropZone

    files_chosen = Signal(object)  # the paths a person picked
    leaving = Signal()  # the window is closed for good
    retry_failed = Signal()
    clear_finished = Signal()
    painted = Signal()  # for the first time

    def __init__(self) -> None:
        super().__init__()
        self._is_filled = self._is_painted = False
        self._running: Callable[[], int] = lambda: 0
        self._may_leave = False
        self._dialog: QFileDialog | None = None
        self.setWindowTitle("Reelyard")
        self.setWindowIcon(icons.app_icon())
        self.setMinimumSize(_LEAST)
        self.resize(_SIZE)
        self.side_bar = SideBar((("Queue", "list-video"), ("History", "history")), self)
        self._pages = QStackedWidget(self)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.side_bar)
        row.addWidget(self._pages, 1)
        centre = QWidget(self)
        centre.setLayout(row)
        self.setCentralWidget(centre)
        self.toast = Toast(self)
        self.side_bar.chosen.connect(self._pages.setCurrentIndex)

    def fill(self, queue: QueuePage, history: HistoryPage, choices: Sequence[Choice]) -> None:
        """Puts the pages in. `choices` are the presets something can be dropped on."""
        from app.ui.drop_zone import DropZone

        self.queue, self.history = queue, history
        self._pages.addWidget(queue)
        self._pages.addWidget(history)
        self.drops = DropZone(self, choices)
        self._is_filled = True
        queue.add_files.connect(self.ask_files)
        queue.add_folder.connect(self.ask_folder)
        self._add_keys()
        self._fold()
        queue.table.setFocus()

    def ask_before_leaving(self, running: Callable[[], int]) -> None:
        """Says how to count the jobs that a quit would interrupt."""
        self._running = running

    def leave(self) -> None:
        """Closes without asking."""
        self._may_leave = True
        self.close()

    @Slot()
    def ask_files(self) -> None:
        """Lets the person pick files."""
        self._dialog = self._open_dialog("Add files", QFileDialog.FileMode.ExistingFiles)

    @Slot()
    def ask_folder(self) -> None:
        """Lets the person pick a folder."""
        self._dialog = self._open_dialog("Add folder", QFileDialog.FileMode.Directory)

    def closeEvent(self, event: QCloseEvent) -> None:
        from app.ui import question

        running = self._running()
        if running and not self._may_leave:
            event.ignore()
            question.ask(
                self,
                f"Quit with {text.count(running, 'job')} running?",
                "Work stops now. Finished steps are kept, and it goes on from there next time.",
                safe="Keep working",
                verb="Quit",
                then=self.leave,
            )
            return
        super().closeEvent(event)
        self.leaving.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            self.painted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        is_narrow = self.width() < _NARROW
        self.side_bar.fold(is_folded=is_narrow)
        if self._is_filled:
            self.queue.fold(is_folded=is_narrow)

    def _open_dialog(self, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(mode)
        # By hand: Qt cannot connect its list of texts to a signal that carries an object.
        dialog.filesSelected.connect(lambda paths: self.files_chosen.emit(list(paths)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _add_keys(self) -> None:
        keys: tuple[tuple[str, str, Callable[[], object]], ...] = (
            ("Add files", "Ctrl+O", self.ask_files),
            ("Add folder", "Ctrl+Shift+O", self.ask_folder),
            ("Find", "Ctrl+F", self._find),
            ("Queue", "Ctrl+1", lambda: self.side_bar.choose(QUEUE)),
            ("History", "Ctrl+2", lambda: self.side_bar.choose(HISTORY)),
            ("Pause all", "Ctrl+P", self.queue.toggle_pause),
            ("Retry failed", "Ctrl+Shift+T", self.retry_failed.emit),
            ("Clear finished", "Ctrl+Shift+L", self.clear_finished.emit),
            ("Quit", "Ctrl+Q", self.close),
        )
        for name, key, act in keys:
            action = QAction(name, self)
            action.setShortcut(QKeySequence(key))
            action.triggered.connect(lambda _=False, do=act: do())
            self.addAction(action)

    def _find(self) -> None:
        page = self.queue if self._pages.currentIndex() == QUEUE else self.history
        page.head.search.setFocus()
        page.head.search.selectAll()
