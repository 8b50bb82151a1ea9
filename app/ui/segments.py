"""Filters as a row of segments, one chosen, each with its count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QWidget


class Segments(QFrame):
    """One of a few. `chosen` tells the id of the one a person picked."""

    chosen = Signal(str)

    def __init__(self, labels: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        """`labels` are pairs of id and text; the first one is chosen."""
        super().__init__(parent)
        self.setProperty("role", "segments")
        self._labels = dict(labels)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        for id_, text in labels:
            button = QPushButton(text, self)
            button.setCheckable(True)
            button.setObjectName(id_)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._group.addButton(button)
            self._buttons[id_] = button
            row.addWidget(button)
        self._group.buttons()[0].setChecked(True)
        self._group.buttonClicked.connect(self._on_clicked)

    @property
    def current(self) -> str:
        """The id of the chosen one."""
        return next(id_ for id_, button in self._buttons.items() if button.isChecked())

    def choose(self, id_: str) -> None:
        """Chooses one and tells so."""
        self._buttons[id_].setChecked(True)
        self.chosen.emit(id_)

    def count(self, counts: Mapping[str, int]) -> None:
        """Shows a number behind each text."""
        for id_, number in counts.items():
            self._buttons[id_].setText(f"{self._labels[id_]} {number:,}")

    @Slot()
    def _on_clicked(self) -> None:
        self.chosen.emit(self.current)
