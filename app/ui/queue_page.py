"""The queue: what new jobs become, the table, and what is said when it is empty."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from app import text
from app.models.jobs import JobsModel
from app.models.order import Shown
from app.ui import theme
from app.ui.buttons import Button, IconButton
from app.ui.empty_state import EmptyState
from app.ui.job_table import JobTable
from app.ui.job_verbs import JobVerbs
from app.ui.page_head import PageHead
from app.ui.problem_box import ProblemBox
from app.ui.recipe_picker import RecipePicker

_FILTERS = (("all", "All"), ("active", "Active"), ("waiting", "Waiting"), ("finished", "Finished"))
_NONE = {"active": "No active jobs", "waiting": "No waiting jobs", "finished": "No finished jobs"}


class QueuePage(QWidget):
    """Places its parts; `add_files`, `add_folder`, `pause_all` and `stop_looking` are asked for by its buttons."""

    add_files = Signal()
    add_folder = Signal()
    pause_all = Signal(bool)  # pause, or let go on
    stop_looking = Signal()

    def __init__(self, model: JobsModel, verbs: JobVerbs, picker: RecipePicker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.picker = picker
        self.table = JobTable(model, verbs, self)
        self.head = PageHead("Queue", _FILTERS, "Search name or recipe", self)
        self.notice = ProblemBox(self)
        self._is_paused = False
        self._pause = IconButton("Pause all", "pause", self)
        self._pause.clicked.connect(self.toggle_pause)
        self._folder = Button("Add folder", "folder-plus", "", self)
        self._folder.clicked.connect(self.add_folder)
        self._files = Button("Add files", "plus", "primary", self)
        self._files.clicked.connect(self.add_files)
        self.head.add(self._pause, self._folder, self._files)
        self.head.changed.connect(self._on_filter_changed)
        self._drop = EmptyState(is_drop_area=True, parent=self)
        self._drop.chosen.connect(self._on_empty_chosen)
        self._nothing = EmptyState(parent=self)
        self._nothing.chosen.connect(self.head.show_all)
        self._lay_out()
        for signal in (model.counted, model.modelReset, model.rowsInserted, model.rowsRemoved):
            signal.connect(self._on_counted)
        self.table.escaped.connect(self.head.search.clear)
        self._on_counted()

    def show_paused(self, *, is_paused: bool) -> None:
        """Whether the button pauses everything or lets it go on."""
        self._is_paused = is_paused
        if is_paused:
            self._pause.label("Resume all", "play")
        else:
            self._pause.label("Pause all", "pause")

    def fold(self, *, is_folded: bool) -> None:
        """Does with less room in the top line."""
        self._folder.fold(is_folded=is_folded)
        self.head.segments.fold(is_folded=is_folded)

    @Slot(object)
    def show_looking(self, found: int | None) -> None:
        """What the walk through dropped folders has found; None when it is over."""
        self._looking.setVisible(found is not None)
        self._stop.setVisible(found is not None)
        self._hint.setVisible(found is None)
        if found is not None:
            self._looking.setText(f"Looking… {found:,} found")

    def _lay_out(self) -> None:
        card = QFrame(self)
        card.setProperty("role", "card")
        self._stack = QStackedLayout(card)
        self._stack.setContentsMargins(1, 5, 1, 5)
        for widget in (self.table, self._drop, self._nothing):
            self._stack.addWidget(widget)
        self._hint = QLabel("Drop files or folders anywhere in this window", self)
        self._looking = QLabel("", self)
        self._counts = QLabel("", self)
        self._stop = Button("Stop", "", "link", self)
        self._stop.clicked.connect(self.stop_looking)
        for label in (self._hint, self._looking, self._counts):
            label.setFont(theme.font(12, 500))
            label.setProperty("tone", "quiet")
        foot = QHBoxLayout()
        foot.setContentsMargins(6, 0, 6, 0)
        foot.addWidget(self._hint)
        foot.addWidget(self._looking)
        foot.addWidget(self._stop)
        foot.addStretch(1)
        foot.addWidget(self._counts)
        bottom = QWidget(self)
        bottom.setLayout(foot)
        bottom.setFixedHeight(40)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 14, 0)
        column.setSpacing(10)
        column.addWidget(self.head)
        column.addWidget(self.notice)
        column.addWidget(self.picker)
        column.addWidget(card, 1)
        column.addWidget(bottom)
        column.setSpacing(8)
        self.show_looking(None)

    @Slot()
    def _on_filter_changed(self) -> None:
        self._model.show(cast(Shown, self.head.segments.current), self.head.search.text())
        self._on_counted()

    @Slot()
    def _on_counted(self) -> None:
        counts = {id_: self._model.count(cast(Shown, id_)) for id_, _ in _FILTERS}
        self.head.segments.count(counts)
        self._counts.setText(text.count(counts["all"], "job") if counts["all"] else "")
        self._pause.setEnabled(bool(counts["active"] or counts["waiting"]) or self._is_paused)
        if not counts["all"]:
            self._show_drop_area()
        elif not self._model.rowCount():
            self._show_nothing()
        else:
            self._stack.setCurrentWidget(self.table)

    def _show_drop_area(self) -> None:
        if self._stack.currentWidget() is not self._drop:
            self._drop.say(
                "arrow-down",
                "Drop media to get started",
                "Files and folders. Nothing leaves this computer.",
                (("files", "Choose files…", "plus"), ("folder", "Choose folder…", "folder-plus")),
            )
            self._stack.setCurrentWidget(self._drop)

    def _show_nothing(self) -> None:
        needle = self.head.search.text().strip()
        total = text.count(self._model.count("all"), "job")
        title = f"No match for “{needle}”" if needle else _NONE.get(self.head.segments.current, "No jobs")
        sentence = f"Searched name and recipe in {total}." if needle else "Nothing here matches this filter."
        self._nothing.say("search" if needle else "list-video", title, sentence, (("all", "Show all", ""),))
        self._stack.setCurrentWidget(self._nothing)

    @Slot(str)
    def _on_empty_chosen(self, id_: str) -> None:
        (self.add_files if id_ == "files" else self.add_folder).emit()

    @Slot()
    def toggle_pause(self) -> None:
        """Asks for a pause of everything, or for its end."""
        self.pause_all.emit(not self._is_paused)
