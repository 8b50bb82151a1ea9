"""The top line of a page: its title, its filters, its search, and room for buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QStyle, QWidget

from app.ui import icons, theme
from app.ui.segments import Segments

# A word is looked for when typing pauses, not at every letter of it.
_TYPING_MS = 150
_SEARCH_WIDTH = 236
_LENS_ROOM = 22


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
        self.setFixedHeight(theme.CONTROL_HEIGHT)
        self.setMinimumWidth(96)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        # A picture, no action: an action would be a button without a name to screen readers.
        self._lens = QLabel(self)
        self._lens.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._lens.setFixedSize(16, 16)
        self.setTextMargins(_LENS_ROOM, 0, 0, 0)
        self._draw()

    def sizeHint(self) -> QSize:
        return QSize(_SEARCH_WIDTH, theme.CONTROL_HEIGHT)

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
            self._draw()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        spot = QRect(10, (self.height() - 16) // 2, 16, 16)
        self._lens.move(QStyle.visualRect(self.layoutDirection(), self.rect(), spot).topLeft())

    def _draw(self) -> None:
        self._lens.setPixmap(icons.pixmap("search", "text3", 16, self.devicePixelRatioF()))
