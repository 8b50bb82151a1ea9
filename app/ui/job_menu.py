"""The menu of one or more jobs, made from the table of actions when it is opened."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.ui import icons
from app.ui.actions import JobAction, fitting
from app.ui.job_verbs import JobVerbs
from pipeline.model.job import Job
from pipeline.model.state import State


def menu_for(jobs: Sequence[Job], verbs: JobVerbs, parent: QWidget) -> QMenu:
    """A menu with what fits these jobs; with several, each line says how many it is for."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    group = 0
    for action, fits in fitting(jobs):
        if action.group != group:
            menu.addSeparator()
            group = action.group
        menu.addAction(_entry(menu, action, fits, verbs, is_mixed=len(jobs) > 1))
    if all(job.state is State.CANCELING for job in jobs):
        menu.addSeparator()
        menu.addAction("Stopping, keeping nothing").setEnabled(False)
    return menu


def _entry(menu: QMenu, action: JobAction, jobs: list[Job], verbs: JobVerbs, *, is_mixed: bool) -> QAction:
    label = f"{action.text} {len(jobs):,}" if is_mixed and action.group in (1, 3) else action.text
    if action.shortcut:
        # As text behind a tab: a real shortcut would be the menu's own, while keys belong to the table.
        label += "\t" + QKeySequence(action.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
    entry = QAction(icons.icon(action.icon, action.token, 16), label, menu)
    entry.setObjectName(action.id)
    entry.triggered.connect(lambda: action.verb(verbs, jobs))
    return entry
