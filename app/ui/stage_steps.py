"""The Stages of a job side by side: a bar as far as each is done, its mark, its name and one fact."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QStyle, QWidget

from app.models.marks import Tone
from app.ui import icons, row_paint, theme
from pipeline.model.stage import Stage

_GAP = 8
_HEIGHT = 56


class StageSteps(QWidget):
    """Painted; its accessible description says the same in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stages: tuple[Stage, ...] = ()
        self._shares: tuple[float, ...] = ()
        self._facts: dict[str, str] = {}
        self._current = ""
        self._tone: Tone = "run"
        self.setFixedHeight(_HEIGHT)
        self.setAccessibleName("Stages")

    def show_stages(
        self, stages: Sequence[Stage], shares: tuple[float, ...], current: str, fact: str, tone: Tone
    ) -> None:
        """Shows how far each Stage is. `fact` belongs to the current one and stays beside it when the next begins."""
        self._stages, self._shares, self._current, self._tone = tuple(stages), shares, current, tone
        if current and fact:
            self._facts[current] = fact
        said = [f"{stage.label} {share:.0%}" for stage, share in zip(self._stages, shares, strict=False)]
        self.setAccessibleDescription(", ".join(said))
        self.setVisible(bool(stages))
        self.update()

    def forget_facts(self) -> None:
        """A new attempt has begun."""
        self._facts.clear()

    def sizeHint(self) -> QSize:
        return QSize(400, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        count = max(1, len(self._stages))
        width = (self.width() - _GAP * (count - 1)) // count
        for n, (stage, share) in enumerate(zip(self._stages, self._shares, strict=False)):
            box = QStyle.visualRect(
                self.layoutDirection(), self.rect(), QRect(n * (width + _GAP), 0, width, self.height())
            )
            self._paint_stage(painter, box, stage, share)
        painter.end()

    def _paint_stage(self, painter: QPainter, box: QRect, stage: Stage, share: float) -> None:
        is_current = stage.id == self._current and share < 1
        tone: Tone = "ok" if share >= 1 else self._tone
        row_paint.bars(painter, QRect(box.x(), box.y() + 1, box.width(), 4), (share,), tone, self.layoutDirection())
        icon, ink = ("circle-check", "ok") if share >= 1 else _CURRENT[self._tone] if is_current else ("clock", "text3")
        mark = QStyle.visualRect(self.layoutDirection(), box, QRect(box.x(), box.y() + 15, 16, 16))
        painter.drawPixmap(mark.topLeft(), icons.pixmap(icon, ink, 16, self.devicePixelRatioF()))
        side = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        line = QStyle.visualRect(self.layoutDirection(), box, box.adjusted(22, 13, 0, 0))
        _words(painter, line, stage.label, theme.font(13, 600), "text" if is_current or share >= 1 else "text3", side)
        fact = self._facts.get(stage.id, "")
        line = QStyle.visualRect(self.layoutDirection(), box, box.adjusted(22, 32, 0, 0))
        _words(painter, line, fact, theme.font(12), "text3", side)


_CURRENT: dict[Tone, tuple[str, str]] = {
    "run": ("loader-circle", "accent_text"),
    "ok": ("loader-circle", "accent_text"),
    "warn": ("circle-pause", "warn"),
    "err": ("circle-alert", "err"),
    "idle": ("circle-x", "text3"),
}


def _words(painter: QPainter, box: QRect, words: str, face: QFont, token: str, side: Qt.AlignmentFlag) -> None:
    painter.setFont(face)
    painter.setPen(theme.colour(token))
    painter.drawText(box, side, row_paint.elided(words, face, box.width()))
