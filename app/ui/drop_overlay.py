"""What covers the window while something is dragged over it: one large target, and a tile for each preset."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app import text
from app.models.presets import Choice
from app.ui import icons, row_paint, theme
from app.ui.recipe_picker import ICONS

_TILE = (184, 126)
_GAP = 14
_MOST_TILES = 5


class DropOverlay(QWidget):
    """Painted only; the window beneath keeps getting the events."""

    def __init__(self, window: QWidget, choices: Sequence[Choice]) -> None:
        super().__init__(window)
        self._window = window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._choices = tuple(choices[:_MOST_TILES])
        self._usual = ""
        self._count = 0
        self._lit: Choice | None = None
        self.hide()

    def usually(self, title: str) -> None:
        """What a drop beside the tiles becomes."""
        self._usual = title

    def enter(self, count: int, at: QPoint) -> None:
        """Covers the window."""
        self._count = count
        self._lit = self.choice_at(at)
        self.fit()
        self.show()
        self.raise_()

    def hover(self, at: QPoint) -> None:
        """Lights the tile under the pointer."""
        lit = self.choice_at(at)
        if lit != self._lit:
            self._lit = lit
            self.update()

    def leave(self) -> None:
        """Uncovers the window."""
        self.hide()

    def fit(self) -> None:
        """Takes the window's size."""
        self.setGeometry(self._window.rect())

    def choice_at(self, at: QPoint) -> Choice | None:
        """The preset whose tile is there; None for the large target."""
        return next((choice for choice, box in self._tiles() if box.contains(at)), None)

    def _tiles(self) -> list[tuple[Choice, QRect]]:
        count = len(self._choices)
        width = min(_TILE[0], (self.width() - 80) // max(1, count) - _GAP)
        left = (self.width() - count * width - (count - 1) * _GAP) // 2
        top = self.height() - _TILE[1] - 64
        return [
            (choice, QRect(left + n * (width + _GAP), top, width, _TILE[1])) for n, choice in enumerate(self._choices)
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.colour("bg"))
        pen = QPen(theme.colour("accent"), 2, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([6, 4])
        painter.setPen(pen)
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(18, 18, -18, -18), 16, 16)
        middle = self.rect().center() - QPoint(0, 90)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        painter.drawEllipse(middle, 32, 32)
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(middle - QPoint(14, 14), icons.pixmap("arrow-down", "on_accent", 28, ratio))
        headline = f"Drop to add {text.count(self._count, 'item')}"
        self._say(painter, middle.y() + 52, headline, theme.font(23, 600), "text")
        self._say(painter, middle.y() + 90, self._lit.title if self._lit else self._usual, theme.font(14), "text2")
        tiles = self._tiles()
        if tiles:
            self._say(painter, tiles[0][1].top() - 34, "OR DROP ON A PRESET", theme.font(11, 600), "text3")
        for choice, box in tiles:
            self._tile(painter, choice, box)
        painter.end()

    def _tile(self, painter: QPainter, choice: Choice, box: QRect) -> None:
        is_lit = choice == self._lit
        painter.setPen(QPen(theme.colour("accent" if is_lit else "border2"), 2 if is_lit else 1))
        painter.setBrush(theme.colour("accent_soft" if is_lit else "surface"))
        painter.drawRoundedRect(box, 12, 12)
        mark = icons.pixmap(ICONS.get(choice.recipe, "film"), "accent_text", 22, self.devicePixelRatioF())
        painter.drawPixmap(box.topLeft() + QPoint(16, 14), mark)
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font(13, 600))
        inner = box.adjusted(16, 44, -10, -8)
        painter.drawText(inner, 0, row_paint.elided(choice.label, theme.font(13, 600), inner.width()))
        painter.setPen(theme.colour("text2"))
        painter.setFont(theme.font(12))
        below = inner.adjusted(0, 20, 0, 0)
        lines = below.height() // painter.fontMetrics().lineSpacing()
        painter.drawText(below, 0, row_paint.wrapped(choice.summary, theme.font(12), below.width(), lines))

    def _say(self, painter: QPainter, top: int, words: str, face: QFont, token: str) -> None:
        painter.setFont(face)
        painter.setPen(theme.colour(token))
        painter.drawText(QRect(0, top, self.width(), 40), Qt.AlignmentFlag.AlignHCenter, words)
