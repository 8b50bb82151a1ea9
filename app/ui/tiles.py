"""Six numbers of a running job, each in a tile with its name and its unit."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app import text
from app.models.job_row import output_bytes, speed_of
from app.ui import icons, theme
from pipeline.model.job import Job
from pipeline.model.state import State

_COLUMNS = 3
_TILES = (
    ("speed", "Speed", "gauge"),
    ("elapsed", "Elapsed", "timer"),
    ("output", "Output so far", "hard-drive"),
    ("fps", "Frame rate", "film"),
    ("bit_rate", "Bitrate", "activity"),
    ("position", "Position", "clock"),
)
_WHILE_RUNNING = ("fps", "bit_rate", "position")


class Tiles(QWidget):
    """Shows `–` for what is not known, never a made-up number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(10)
        self._tiles: dict[str, _Tile] = {}
        for n, (id_, name, icon) in enumerate(_TILES):
            tile = self._tiles[id_] = _Tile(name, icon, self)
            grid.addWidget(tile, n // _COLUMNS, n % _COLUMNS)

    def show_job(self, job: Job, elapsed_s: float) -> None:
        """Shows a snapshot. `elapsed_s` is work so far, without pauses."""
        progress, is_running = job.progress, job.state is State.RUNNING
        self._say("speed", *_speed(job))
        self._say("fps", f"{progress.fps:.1f}" if is_running and progress.fps > 0 else "", "fps")
        self._say("bit_rate", *_bit_rate(progress.bit_rate if is_running else 0))
        duration_s = job.source.info.duration_s if job.source.info else None
        of = f"of {clock(duration_s)}" if duration_s else ""
        self._say("position", clock(progress.out_time_s) if progress.out_time_s > 0 else "", of)
        self._say("elapsed", clock(elapsed_s) if elapsed_s > 0 else "", "")
        out_bytes = output_bytes(job)
        number, _, unit = text.size(out_bytes).partition(" ")
        self._say("output", number if out_bytes > 0 else "", unit)

        is_done = job.state is State.COMPLETED
        self._tiles["elapsed"].name("Took" if is_done else "Elapsed")
        self._tiles["output"].name("Result" if is_done else "Output so far")
        for id_ in _WHILE_RUNNING:
            self._tiles[id_].setHidden(is_done)

    def _say(self, id_: str, value: str, unit: str) -> None:
        self._tiles[id_].say(value or text.UNKNOWN, unit if value else "")


class _Tile(QFrame):
    def __init__(self, name: str, icon: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "tile")
        self._icon = icon
        self._picture = QLabel(self)
        self._title = QLabel("", self)
        self._title.setFont(theme.font(12, 500))
        self._title.setProperty("tone", "quiet")
        self._value, self._unit = QLabel("", self), QLabel("", self)
        self._value.setFont(theme.font(21, 600, digits=True))
        self._unit.setFont(theme.font(12, 600))
        self._unit.setProperty("tone", "second")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._picture)
        head.addWidget(self._title)
        head.addStretch(1)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self._value, 0, Qt.AlignmentFlag.AlignBottom)
        line.addWidget(self._unit, 0, Qt.AlignmentFlag.AlignBottom)
        line.addStretch(1)
        self._unit.setContentsMargins(0, 0, 0, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(line)
        self.name(name)
        self._draw()

    def name(self, name: str) -> None:
        """Says what the value is."""
        self._title.setText(name)
        self._value.setAccessibleName(name)

    def say(self, value: str, unit: str) -> None:
        """Shows a value with its unit."""
        self._value.setText(value)
        self._unit.setText(unit)

    def _draw(self) -> None:
        self._picture.setPixmap(icons.pixmap(self._icon, "text3", 16, self.devicePixelRatioF()))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)


def clock(seconds: float) -> str:
    """`0:07`, `6:41`, `1:02:03`."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


def _speed(job: Job) -> tuple[str, str]:
    shown = speed_of(job)
    return (shown.removesuffix("×"), "× real time") if shown.endswith("×") else ("", "")


def _bit_rate(bits: float) -> tuple[str, str]:
    if bits <= 0:
        return "", ""
    return (f"{bits / 1e6:.1f}", "Mb/s") if bits >= 1e6 else (f"{bits / 1e3:.0f}", "kb/s")
