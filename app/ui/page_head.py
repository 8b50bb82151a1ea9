"""The top line of a page: its title, its filters, its search, and room for buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from app.ui import icons, theme
from app.ui.segments import Segments

# A word is looked for when typing pauses, not at every letter of it.
_TYPING_MS = 150


class PageHead(QWidget):
    """`changed` tells that filter or search changed."""

    changed = Signal()

    def __init__(
        self, title: str, filters: Sequence[tuple[str, str]], hint: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        words = QLabel(title, self)
        words.setFont(theme.font(20, 700))
        self.segments = Segments(filters, self)
        self.search = _Search(hint, self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_TYPING_MS)
        self._timer.timeout.connect(self.changed)
        self.search.textChanged.connect(self._on_typed)
        self.segments.chosen.connect(self._on_filter)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(6, 14, 0, 0)
        self._row.setSpacing(10)
        self._row.addWidget(words)
        self._row.addSpacing(8)
        self._row.addWidget(self.segments)
        self._row.addStretch(1)
        self._row.addWidget(self.search)

    def add(self, *buttons: QWidget) -> None:
        """Puts buttons at the end of the line."""
        for button in buttons:
            self._row.addWidget(button)

    def show_all(self) -> None:
        """Takes filter and search back."""
        self.search.clear()
        self.segments.choose("all")

    @Slot()
    def _on_typed(self) -> None:
        self._timer.start()

    @Slot()
    def _on_filter(self) -> None:
        self.changed.emit()


class _Search(QLineEdit):
    """Esc empties it; a second one gives the focus back."""

    def __init__(self, hint: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setAcceptDrops(False)  # a file dropped here is to be added, not typed
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(120)
        self.setMaximumWidth(236)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._lens = QAction(icons.icon("search", "text3", 16), "Search", self)
        self.addAction(self._lens, QLineEdit.ActionPosition.LeadingPosition)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.clearFocus()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._lens.setIcon(icons.icon("search", "text3", 16))
        super().changeEvent(event)
