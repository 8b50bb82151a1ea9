"""Paints the cells of the queue from the JobRow behind them. No widget a row, no formatting here."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.models.job_row import Column, JobRow
from app.models.jobs import ROW_ROLE
from app.ui import row_paint, theme
from pipeline.model.job import Job
from pipeline.model.state import State

_GIVEN_UP = (State.CANCELED, State.SKIPPED)


def media_tile(job: Job) -> tuple[str, tuple[str, str]]:
    """The icon for what a job's source is, and its ink and fill."""
    info = job.source.info
    if info is not None and info.video is None and info.audio is not None:
        return "music", ("violet", "violet_soft")
    return "film", ("accent_text", "accent_soft")


class JobDelegate(QStyledItemDelegate):
    """One row of the queue, cell by cell."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: JobRow = index.data(ROW_ROLE)
        cells = row.cells
        painter.save()
        row_paint.light(option, index.row())
        column = index.column()
        is_current = bool(option.state & QStyle.StateFlag.State_HasFocus) and not (
            option.state & QStyle.StateFlag.State_Selected
        )
        row_paint.background(painter, option, is_first=column == Column.NAME, is_current=is_current)
        match column:
            case Column.NAME:
                row_paint.tile(painter, option, *media_tile(row.job))
                is_quiet = row.job.state in _GIVEN_UP
                row_paint.two_lines(painter, option, cells.name, cells.second, cells.second_tone, is_quiet=is_quiet)
            case Column.PROGRESS:
                row_paint.progress(painter, option, cells.segments, cells.percent, cells.mark.tone)
            case Column.SPEED:
                row_paint.words(painter, option, cells.speed)
            case Column.TIME_LEFT:
                row_paint.words(painter, option, cells.time_left)
            case Column.SIZE:
                row_paint.words(painter, option, cells.size)
            case Column.STATUS:
                row_paint.pill(painter, option, cells.word, cells.mark)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, theme.ROW_HEIGHT)
