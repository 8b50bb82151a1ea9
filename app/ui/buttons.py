"""Buttons that know their icon by name, and so wear the right colours after a change of theme."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from app.ui import icons

Role = Literal["", "primary", "danger", "bare", "link"]

# QPushButton leaves 4 px between icon and text, and no style rule changes that.
_GAP = "\u2009\u2009"
_INK = {"": "text2", "primary": "on_accent", "danger": "err", "bare": "text2", "link": "accent_text"}


class Button(QPushButton):
    """A push button with an icon and a text."""

    def __init__(self, text: str, icon: str = "", role: Role = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._text = text
        self._ink = _INK[role]
        self.setProperty("role", role)
        self.setIconSize(QSize(16, 16))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.label(text, icon)

    def label(self, text: str, icon: str = "") -> None:
        """Gives it another text and icon."""
        self._icon = icon
        self._text = text
        self.setAccessibleName(text)
        self.fold(is_folded=False)
        self._draw()

    def fold(self, *, is_folded: bool) -> None:
        """Shows the icon only, with the text as a tip."""
        self.setText("" if is_folded else f"{_GAP}{self._text}" if self._icon else self._text)
        if is_folded or self.toolTip() == self._text:
            self.setToolTip(self._text if is_folded else "")

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)

    def _draw(self) -> None:
        if self._icon:
            self.setIcon(icons.icon(self._icon, self._ink, 16))


class IconButton(QToolButton):
    """A button that is an icon only. Its name is said by screen readers and shown as a tip."""

    def __init__(self, name: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self.setProperty("role", "bare")
        self.setIconSize(QSize(18, 18))
        self.setFixedSize(36, 36)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.label(name, icon)

    def label(self, name: str, icon: str) -> None:
        """Gives it another name and icon."""
        self._icon = icon
        self.setAccessibleName(name)
        self.setToolTip(name)
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)

    def _draw(self) -> None:
        self.setIcon(icons.icon(self._icon, "text2", 18))
