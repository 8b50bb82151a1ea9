"""A job's log: the last 5,000 lines, followed only while a person is at its end."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app import text
from app.ui import theme

LINES_KEPT = 5000
_GATHER_MS = 100


class LogView(QPlainTextEdit):
    """Lines are gathered for a tenth of a second: one insert for many costs half as much."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFont(theme.font(12, mono=True))
        self.setMaximumBlockCount(LINES_KEPT)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName("Log")
        self.setTabChangesFocus(True)
        self.setPlaceholderText("Nothing has been said yet.")
        self.setUndoRedoEnabled(False)
        self._waiting: list[str] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_GATHER_MS)
        self._timer.timeout.connect(self.flush)

    def say(self, lines: Sequence[str]) -> None:
        """Adds lines at the end."""
        self._waiting.extend(text.one_line(line) for line in lines)
        if self._waiting and not self._timer.isActive():
            self._timer.start()

    @Slot()
    def flush(self) -> None:
        """Shows what was gathered."""
        lines, self._waiting = self._waiting[-LINES_KEPT:], []
        if not lines:
            return
        bar = self.verticalScrollBar()
        is_at_end = bar.value() >= bar.maximum() - 4
        self.appendPlainText("\n".join(lines))
        if is_at_end:
            bar.setValue(bar.maximum())
