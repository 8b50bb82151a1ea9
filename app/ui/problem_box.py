"""A Problem as a person reads it: what happened, why, what to do now, and a button for what can be done from here."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.ui import icons, theme
from app.ui.buttons import Button
from pipeline.model.problem import Action, Problem, Warn

# The actions that can be done from the window, and what the button says.
_BUTTONS: dict[Action, tuple[str, str]] = {
    "retry": ("Retry", "rotate-ccw"),
    "choose_destination": ("Choose another folder…", "folder-open"),
    "free_space": ("Show the folder", "folder-open"),
    "locate_source": ("Show where it was", "folder-open"),
    "show_folder": ("Show in folder", "folder-open"),
    "show_details": ("Show log", "file-text"),
    "report": ("Copy report", "copy"),
}


class ProblemBox(QFrame):
    """Shows one Problem, or the warnings of a result. `chosen` tells the Remedy's action."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problem: Problem | None = None
        self._picture = QLabel(self)
        self._message, self._why, self._remedy = QLabel("", self), QLabel("", self), QLabel("", self)
        self._message.setFont(theme.font(13, 600))
        self._button = Button("", "rotate-ccw")
        self._button.clicked.connect(self._on_clicked)
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (self._message, self._why, self._remedy):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setTextFormat(Qt.TextFormat.PlainText)
            words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 14, 12)
        row.setSpacing(12)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    @property
    def problem(self) -> Problem | None:
        """What is shown."""
        return self._problem

    def show_problem(self, problem: Problem) -> None:
        """Shows a Problem and its Remedy."""
        if problem == self._problem and not self.isHidden():
            return
        self._problem = problem
        self._dress("problem")
        self._message.setText(problem.message)
        self._why.setText(problem.why)
        self._remedy.setText(problem.remedy.text)
        self._why.show()
        self._remedy.show()
        label, icon = _BUTTONS.get(problem.remedy.action, ("", ""))
        self._button.setVisible(bool(label))
        if label:
            self._button.label(label, icon)
        self.show()

    def show_warnings(self, warnings: tuple[Warn, ...]) -> None:
        """Shows what is to be known about a result that was kept."""
        self._problem = None
        self._dress("warning")
        self._message.setText("The result is kept, and there is something to know about it.")
        self._why.setText("\n".join(warning.message for warning in warnings))
        self._remedy.hide()
        self._button.hide()
        self.show()

    def clear(self) -> None:
        """Nothing is wrong any more."""
        self._problem = None
        self.hide()

    @Slot()
    def _on_clicked(self) -> None:
        if self._problem is None:
            return
        if self._problem.remedy.action == "report":
            QGuiApplication.clipboard().setText(report_of(self._problem))
        self.chosen.emit(self._problem.remedy.action)

    def _dress(self, role: str) -> None:
        self.setProperty("role", role)
        self.style().unpolish(self)
        self.style().polish(self)
        self._draw()

    def _draw(self) -> None:
        is_warning = self.property("role") == "warning"
        name, token = ("triangle-alert", "warn") if is_warning else ("circle-alert", "err")
        self._picture.setPixmap(icons.pixmap(name, token, 20, self.devicePixelRatioF()))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)


def report_of(problem: Problem) -> str:
    """A Problem as text for a report."""
    return "\n".join(part for part in (str(problem), f"code: {problem.code}", problem.detail) if part)
