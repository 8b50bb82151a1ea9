"""Asks before something is lost: the verb on the button, the safe answer as default and on Esc. Never blocks."""

from __future__ import annotations

import html
from collections.abc import Callable

from PySide6.QtWidgets import QMessageBox, QWidget


def ask(parent: QWidget, title: str, sentence: str, *, safe: str, verb: str, then: Callable[[], None]) -> QMessageBox:
    """Opens a question on a window; `then` is done if the person chose the verb."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle("Reelyard")
    box.setText(f"<b>{html.escape(title)}</b>")
    box.setInformativeText(sentence)
    keep = box.addButton(safe, QMessageBox.ButtonRole.RejectRole)
    go = box.addButton(verb, QMessageBox.ButtonRole.AcceptRole)
    keep.setProperty("role", "primary")
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.finished.connect(lambda: then() if box.clickedButton() is go else None)
    box.finished.connect(box.deleteLater)
    box.open()
    return box


def tell(parent: QWidget, title: str, sentence: str, detail: str = "") -> QMessageBox:
    """Opens a text a person asked for, with details to unfold."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle("Reelyard")
    box.setText(f"<b>{html.escape(title)}</b>")
    box.setInformativeText(sentence)
    box.setDetailedText(detail)
    box.addButton("Close", QMessageBox.ButtonRole.RejectRole)
    box.finished.connect(box.deleteLater)
    box.open()
    return box
