"""Filters as a row of segments, one chosen, each with its count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget


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
        self._counts: dict[str, str] = {}
        self._is_folded = False
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        for id_, text in labels:
            button = QPushButton(text, self)
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
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
        self._counts = {id_: f" {number:,}" for id_, number in counts.items()}
        self._show()

    def fold(self, *, is_folded: bool) -> None:
        """Leaves the numbers away where there is no room."""
        self._is_folded = is_folded
        self._show()

    def _show(self) -> None:
        for id_, button in self._buttons.items():
            button.setText(self._labels[id_] + ("" if self._is_folded else self._counts.get(id_, "")))

    @Slot()
    def _on_clicked(self) -> None:
        self.chosen.emit(self.current)
