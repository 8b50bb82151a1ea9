"""One job, live: its Stages, numbers, problem and log. Opens without taking the focus; closing it stops nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app import text
from app.models.job_row import JobRow, gain, result_bytes, segments_of
from app.ui import icons, row_paint, theme
from app.ui.actions import ACTIONS, JobAction
from app.ui.bar import Bar
from app.ui.buttons import Button, Role
from app.ui.job_verbs import JobVerbs
from app.ui.log_view import LogView
from app.ui.problem_box import ProblemBox
from app.ui.stage_steps import StageSteps
from app.ui.tiles import Tiles
from pipeline.model.job import Job
from pipeline.model.source import MediaInfo
from pipeline.model.state import State

_SIZE = QSize(760, 470)
_WITH_LOG = QSize(760, 700)
# What the foot offers, in this order, when it fits the job's state.
_FOOT = ("show_result", "retry", "start", "pause", "resume", "cancel")
_BY_ID = {action.id: action for action in ACTIONS}


class LiveWindow(QWidget):
    """Fed by `show_row` and `say`; asks through JobVerbs only."""

    closed = Signal(str)  # the job's id
    log_wanted = Signal(str)
    remedy_chosen = Signal(str, str)  # the job's id, the Remedy's action

    def __init__(self, row: JobRow, verbs: JobVerbs, owner: QWidget) -> None:
        super().__init__(owner, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowIcon(icons.app_icon())
        self._verbs = verbs
        self._job = row.job
        self._row = row
        self._has_asked_log = False
        self._name, self._facts = QLabel("", self), QLabel("", self)
        self._percent, self._left = QLabel("", self), QLabel("", self)
        self._bar = Bar("Progress of the job", 6, self)
        self._steps = StageSteps(self)
        self._problem = ProblemBox(self)
        self._tiles = Tiles(self)
        self._log = LogView(self)
        self._log_button = Button("Log", "chevron-down", "link", self)
        self._keep_open = QCheckBox("Keep this window open when done", self)
        self._keep_open.setChecked(True)
        self._foot = {id_: Button(_BY_ID[id_].text, _BY_ID[id_].icon, _role(_BY_ID[id_]), self) for id_ in _FOOT}
        self._lay_out()
        self._connect()
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._on_second)
        self.resize(_SIZE)
        self.show_row(row)

    @property
    def job_id(self) -> str:
        """The job it shows."""
        return self._job.id

    @property
    def has_log(self) -> bool:
        """Whether the log is unfolded."""
        return not self._log.isHidden()

    def show_row(self, row: JobRow) -> None:
        """Shows a row's newest snapshot."""
        before, job, cells = self._job, row.job, row.cells
        self._row, self._job = row, job
        if job.attempt != before.attempt:
            self._steps.forget_facts()
        self.setWindowTitle(f"{cells.percent} – {cells.name} – {row.recipe}")
        self._name.setText(row_paint.elided(cells.name, self._name.font(), max(200, self.width() - 260), middle=True))
        self._name.setToolTip(cells.name)
        self._facts.setText(" · ".join(part for part in (row.recipe, media_facts(job.source.info)) if part))
        self._percent.setText(cells.percent)
        self._left.setText(_left_words(row))
        tone = cells.mark.tone
        self._bar.setVisible(not row.stages)
        self._bar.show_share(cells.segments, tone)
        fact = job.progress.message or stage_fact(job)
        self._steps.show_stages(row.stages, segments_of(job, row.stages), job.progress.stage, fact, tone)
        self._tiles.show_job(job, elapsed_s(job))
        self._tiles.setHidden(job.state.is_terminal and job.state is not State.COMPLETED)
        self._show_problem(job)
        for id_, button in self._foot.items():
            button.setVisible(_BY_ID[id_].fits(job))
        self._keep_open.setVisible(not job.state.is_terminal)
        if job.state is State.RUNNING:
            self._clock.start()
        else:
            self._clock.stop()
        if job.state is State.COMPLETED and before.state is not State.COMPLETED:
            self._on_completed()

    def say(self, lines: Sequence[str]) -> None:
        """Adds lines to the log."""
        self._log.say(lines)

    def unfold_log(self, *, is_open: bool) -> None:
        """Shows or folds the log. It is read when it is first unfolded."""
        self._log.setVisible(is_open)
        self._log_button.label("Log", "chevron-up" if is_open else "chevron-down")
        self.resize(self.width(), (_WITH_LOG if is_open else _SIZE).height())
        if is_open and not self._has_asked_log:
            self._has_asked_log = True
            self.log_wanted.emit(self.job_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._clock.stop()
        self.closed.emit(self.job_id)
        super().closeEvent(event)

    def _show_problem(self, job: Job) -> None:
        if job.state is State.FAILED and job.problem:
            self._problem.show_problem(job.problem)
        elif job.state is State.COMPLETED and job.warnings:
            self._problem.show_warnings(job.warnings)
        else:
            self._problem.clear()

    def _on_completed(self) -> None:
        if not self._keep_open.isChecked() and not self.isActiveWindow():
            self.close()

    @Slot()
    def _on_second(self) -> None:
        self._tiles.show_job(self._job, elapsed_s(self._job))

    @Slot()
    def _on_log_clicked(self) -> None:
        self.unfold_log(is_open=not self.has_log)

    @Slot(str)
    def _on_remedy(self, action: str) -> None:
        self.remedy_chosen.emit(self.job_id, action)

    def _connect(self) -> None:
        self._log_button.clicked.connect(self._on_log_clicked)
        self._problem.chosen.connect(self._on_remedy)
        for id_, button in self._foot.items():
            button.clicked.connect(lambda _=False, verb=_BY_ID[id_].verb: verb(self._verbs, [self._job]))

    def _lay_out(self) -> None:
        self._name.setFont(theme.font(17, 600))
        self._facts.setProperty("tone", "second")
        self._percent.setFont(theme.font(26, 600, digits=True))
        self._left.setFont(theme.font(13, 500))
        self._left.setProperty("tone", "second")
        words, numbers = QVBoxLayout(), QVBoxLayout()
        for column, labels in ((words, (self._name, self._facts)), (numbers, (self._percent, self._left))):
            column.setSpacing(3)
            for label in labels:
                column.addWidget(label)
        for label in (self._percent, self._left):
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
        head = QHBoxLayout()
        head.addLayout(words, 1)
        head.addLayout(numbers)
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addWidget(self._log_button)
        foot.addWidget(self._keep_open)
        foot.addStretch(1)
        for button in self._foot.values():
            foot.addWidget(button)
        self._log.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(14)
        column.addLayout(head)
        column.addWidget(self._bar)
        column.addWidget(self._steps)
        column.addWidget(self._problem)
        column.addWidget(self._tiles)
        column.addWidget(self._log, 1000)
        column.addStretch(1)
        column.addLayout(foot)


def _role(action: JobAction) -> Role:
    roles: dict[str, Role] = {"cancel": "danger", "show_result": "primary"}
    return roles.get(action.id, "")


def _left_words(row: JobRow) -> str:
    job, cells = row.job, row.cells
    if job.state is State.COMPLETED:
        return " · ".join(part for part in (text.size(result_bytes(job)), gain(job)) if part)
    if job.state is State.RUNNING and cells.time_left != text.UNKNOWN:
        return cells.time_left if cells.time_left == "almost done" else f"{cells.time_left} left"
    return cells.word


def stage_fact(job: Job) -> str:
    """How far the Stage in hand is: `58 %`."""
    return "" if job.progress.stage_percent is None else text.percent(job.progress.stage_percent)


def elapsed_s(job: Job) -> float:
    """Seconds of work so far. While it runs, those since it was started are counted in."""
    now_ms = time.time() * 1000
    running_ms = now_ms - job.started_ms if job.state.is_started and job.started_ms else 0
    return (job.active_ms + max(0, running_ms)) / 1000


def media_facts(info: MediaInfo | None) -> str:
    """`1920×1080, 25 fps, h264, 2 min 34 s`; empty while the source was not looked at."""
    if info is None:
        return ""
    parts = []
    if video := info.video:
        parts.append(f"{video.width}×{video.height}")
        if video.frame_rate:
            parts.append(f"{video.frame_rate:g} fps")
        parts.append(f"{video.codec} HDR" if video.is_hdr else video.codec)
    elif audio := info.audio:
        parts.append(audio.codec)
    if info.duration_s:
        parts.append(text.duration(info.duration_s))
    return ", ".join(parts)
