"""How it goes on the whole: one percent, how many run, when the queue will be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app import text
from app.models.job_row import JobRow
from app.ui import theme
from app.ui.bar import Bar
from pipeline.model.state import State

if TYPE_CHECKING:
    from pipeline.engine.estimate import Eta

_GIVEN_UP = (State.CANCELED, State.SKIPPED, State.FAILED)


class OverallCard(QFrame):
    """Looks once a second while anything is open: numbers that change faster cannot be read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._rows: Callable[[], Iterable[JobRow]] = tuple
        self._eta: Callable[[], Eta | None] = lambda: None
        self._has_work = self._is_folded = False
        self._percent = QLabel("", self)
        self._percent.setFont(theme.font(12, 600))
        self._words = QLabel("", self)
        self._words.setFont(theme.font(12))
        self._words.setProperty("tone", "second")
        self._bar = Bar("Overall progress", 6, self)
        title = QLabel("Overall", self)
        title.setFont(theme.font(12, 600))
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self._percent)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(7)
        column.addLayout(head)
        column.addWidget(self._bar)
        column.addWidget(self._words)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self.look)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(200)
        self._soon.timeout.connect(self.look)
        self.hide()

    def watch(self, rows: Callable[[], Iterable[JobRow]], eta: Callable[[], Eta | None]) -> None:
        """Says where to look: at the queue's rows and at the engine's estimate."""
        self._rows, self._eta = rows, eta
        self.look()

    def look_soon(self) -> None:
        """Brings it up to date within a fifth of a second, however often that is asked for."""
        if not self._soon.isActive():
            self._soon.start()

    def fold(self, *, is_folded: bool) -> None:
        """Hides it where there is no room."""
        self._is_folded = is_folded
        self.setVisible(self._has_work and not is_folded)

    def stop(self) -> None:
        """Looks no more."""
        self._timer.stop()
        self._soon.stop()

    @Slot()
    def look(self) -> None:
        """Brings the card up to date; it is gone when the queue is empty."""
        percents, running, paused, unfinished = [], 0, 0, 0
        for row in self._rows():
            job = row.job
            if job.state in _GIVEN_UP:
                continue
            percents.append(100.0 if job.state is State.COMPLETED else job.progress.percent)
            running += job.state in (State.RUNNING, State.COMPLETING)
            paused += job.state.is_paused
            unfinished += not job.state.is_terminal
        self._has_work = bool(percents)
        self.setVisible(self._has_work and not self._is_folded)
        if not percents:
            self._timer.stop()
            return
        share = sum(percents) / len(percents) / 100
        self._percent.setText(text.percent(share * 100))
        self._bar.show_share((round(share, 3),), "run" if running else "ok" if not unfinished else "warn")
        self._words.setText(self._sentence(running, paused, unfinished))
        if unfinished:
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()

    def _sentence(self, running: int, paused: int, unfinished: int) -> str:
        if not unfinished:
            return "All done\n"
        parts = [f"{running:,} running"] if running else [f"{paused:,} paused"] if paused else ["Nothing running"]
        eta = self._eta() if running else None
        if eta is not None:
            left = text.time_left_between(eta.low_ms, eta.high_ms)
            parts.append(left if left == "almost done" else f"{left} left")
        elif not running and unfinished > paused:
            parts.append(f"{unfinished - paused:,} waiting")
        # On two lines: an interval of hours does not fit beside the number.
        return "\n".join(parts)
