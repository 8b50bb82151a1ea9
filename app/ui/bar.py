"""A painted progress bar of segments, with a voice: assistive tools read it as a progress bar."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QWidget

from app.models.marks import Tone
from app.ui import row_paint


class Bar(QProgressBar):
    """As wide as it is given, `height` high. The base class is there for those who cannot see it."""

    def __init__(self, name: str, height: int = row_paint.BAR_HEIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._segments: tuple[float, ...] = (0.0,)
        self._tone: Tone = "run"
        self.setAccessibleName(name)
        self.setRange(0, 100)
        self.setTextVisible(False)
        self.setFixedHeight(height)

    def show_share(self, segments: tuple[float, ...], tone: Tone = "run") -> None:
        """Shows how much of each segment is done, 0 to 1."""
        if (segments, tone) != (self._segments, self._tone):
            self._segments, self._tone = segments, tone
            self.setValue(round(100 * sum(segments) / max(1, len(segments))))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        row_paint.bars(painter, self.rect(), self._segments, self._tone, self.layoutDirection())
        painter.end()
