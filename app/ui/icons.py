"""Lucide icons as pixmaps in a token's colour, drawn once for each size and screen ratio."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

import resources
from app.ui import theme


def pixmap(name: str, token: str, size: int, ratio: float = 1.0) -> QPixmap:
    """An icon of `size` logical pixels in a token's colour of the theme in use."""
    return _drawn(name, theme.colour(token).name(), size, ratio)


def icon(name: str, token: str = "text2", size: int = 16) -> QIcon:
    """The same for buttons and menus; greyed where the action is not possible. Make it anew when the theme changes."""
    made = QIcon()
    for ratio in (1.0, 1.5, 2.0):
        made.addPixmap(pixmap(name, token, size, ratio))
        made.addPixmap(pixmap(name, "border2", size, ratio), QIcon.Mode.Disabled)
    return made


def app_icon() -> QIcon:
    """The product's mark."""
    made = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        made.addPixmap(mark(size))
    return made


@lru_cache(maxsize=32)
def mark(size: int, ratio: float = 1.0) -> QPixmap:
    """The product's mark at one size."""
    return _render(resources.text("icons/reelyard.svg"), size, ratio)


@lru_cache(maxsize=512)
def _drawn(name: str, rgb: str, size: int, ratio: float) -> QPixmap:
    # Thinner than Lucide's own 2, as in the design; small icons keep more weight or they vanish.
    stroke = "2.1" if size <= 14 else "1.75"
    svg = _svg(name).replace("currentColor", rgb).replace('stroke-width="2"', f'stroke-width="{stroke}"')
    return _render(svg, size, ratio)


@lru_cache(maxsize=128)
def _svg(name: str) -> str:
    return resources.text(f"icons/{name}.svg")


def _render(svg: str, size: int, ratio: float) -> QPixmap:
    picture = QPixmap(round(size * ratio), round(size * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture
