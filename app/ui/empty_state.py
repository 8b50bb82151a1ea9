"""What stands where rows would be: a headline, a sentence, and the buttons that help."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.ui import icons, theme
from app.ui.buttons import Button


class EmptyState(QWidget):
    """Shows why there is nothing, and offers one or two actions. `chosen` tells the id of the button."""

    chosen = Signal(str)

    def __init__(self, *, is_drop_area: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_drop_area = is_drop_area
        self._icon = "arrow-down"
        self._picture = QLabel(self)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = QLabel("", self)
        self._title.setFont(theme.font(20, 600))
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence = QLabel("", self)
        self._sentence.setProperty("tone", "second")
        self._sentence.setWordWrap(True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch(4)
        column.addWidget(self._picture)
        column.addSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._sentence)
        column.addSpacing(10)
        column.addLayout(self._buttons)
        column.addStretch(5)

    def say(self, icon: str, title: str, sentence: str, buttons: tuple[tuple[str, str, str], ...] = ()) -> None:
        """Shows a text. `buttons` are triples of id, text and icon; the first one is the way on."""
        self._icon = icon
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._draw()
        while (item := self._buttons.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        self._buttons.addStretch(1)
        for n, (id_, label, mark) in enumerate(buttons):
            button = Button(label, mark, "primary" if n == 0 and self._is_drop_area else "", self)
            button.setObjectName(id_)
            button.clicked.connect(self._on_clicked)
            self._buttons.addWidget(button)
        self._buttons.addStretch(1)

    def _on_clicked(self) -> None:
        self.chosen.emit(self.sender().objectName())

    def _draw(self) -> None:
        self._picture.setPixmap(icons.pixmap(self._icon, "accent_text", 36, self.devicePixelRatioF()))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._is_drop_area:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.colour("border2"), 2, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(18, 18, -18, -18), 14, 14)
        painter.end()
