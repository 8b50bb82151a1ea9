"""The queue as views read it: rows kept, filtered and sorted here, fed by what the Bus told. Main thread only."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import msgspec
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal, Slot

from app.bridge.events import News
from app.models.job_row import HEADINGS, TO_THE_RIGHT, Column, JobRow
from app.models.naming import Naming
from app.models.order import Shown, group_of, key_of, matches, runs
from pipeline.model.event import JobCreated, JobProgressed, JobRemoved, job_of
from pipeline.model.job import Job

ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
# So many rows go in at one turn of the loop: 10,000 dropped files must not hold the window up.
CHUNK = 1000

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class Jobs(Protocol):
    """Where snapshots come from; the engine's Control."""

    def job(self, job_id: str) -> Job | None: ...
    def jobs(self) -> tuple[Job, ...]: ...


class JobsModel(QAbstractTableModel):
    """All jobs of the queue. `ROW_ROLE` gives the JobRow itself; a delegate paints from that."""

    renewed = Signal(object)  # the ids of jobs that are new or not as they were, as a frozenset
    gone = Signal(object)  # the ids of jobs removed, as a frozenset
    counted = Signal()  # the number of jobs in some filter changed
    unsettled = Signal()  # rows are not where the order wants them; someone calls settle() when it does not disturb

    def __init__(self, jobs: Jobs, naming: Naming, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._naming = naming
        self._shown: list[JobRow] = []
        self._rows: dict[str, JobRow] = {}
        self._counts = {"all": 0, "active": 0, "waiting": 0, "finished": 0}
        self._filter: Shown = "all"
        self._needle = ""
        self._column: Column | None = None
        self._descending = False
        self._has_moved = self._has_new_order = False
        self._in_sight = range(0)
        self._backlog: deque[str] = deque()
        self._backlog_timer = QTimer(self)
        self._backlog_timer.timeout.connect(self._list_more)
        # Only what is in sight is worth a dataChanged; the table says what that is. None is everything.
        self.visible: Callable[[], range] | None = None

    # What people ask of it

    @Slot()
    def load(self) -> None:
        """Lists the jobs there are, in chunks, and drops those that are no more."""
        there = [job.id for job in self._jobs.jobs()]
        self._remove([self._rows[job_id] for job_id in self._rows.keys() - set(there)])
        self._backlog.extend(job_id for job_id in there if job_id not in self._rows)
        self._backlog_timer.start(0)

    def count(self, shown: Shown) -> int:
        """How many jobs a filter would show."""
        return self._counts[shown]

    def rows(self) -> Iterable[JobRow]:
        """Every row, shown or not, in no particular order."""
        return self._rows.values()

    def row(self, job_id: str) -> JobRow | None:
        """The row of one job, shown or not."""
        return self._rows.get(job_id)

    def row_at(self, index: Index) -> JobRow:
        """The row an index stands for."""
        return self._shown[index.row()]

    def show(self, shown: Shown, search: str = "") -> None:
        """Keeps only the rows that pass a filter and a search in sight."""
        self._filter, self._needle = shown, search.strip().casefold()
        self.beginResetModel()
        self._shown = [row for row in self._rows.values() if matches(row, self._filter, self._needle)]
        self._shown.sort(key=key_of(self._column), reverse=self._descending)
        for row in self._rows.values():
            row.at = -1
        self._number()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts by a column; -1 is the queue's own order."""
        self._column = Column(column) if column >= 0 else None
        self._descending = self._column is not None and order == Qt.SortOrder.DescendingOrder
        self.settle()

    def settle(self) -> None:
        """Puts rows where the order wants them. Selection and current row go with them."""
        wanted = sorted(self._shown, key=key_of(self._column), reverse=self._descending)
        if wanted == self._shown:
            return
        self.layoutAboutToBeChanged.emit()
        kept = [(index, self._shown[index.row()]) for index in self.persistentIndexList()]
        self._shown = wanted
        self._number()
        for index, row in kept:
            self.changePersistentIndex(index, self.index(row.at, index.column()))
        self.layoutChanged.emit()

    # What the Bus told

    @Slot(object)
    def take(self, news: News) -> None:
        """Brings the rows up to date."""
        self._has_moved = self._has_new_order = False
        self._in_sight = range(len(self._shown)) if self.visible is None else self.visible()
        removed = {fact.job_id for fact in news.facts if isinstance(fact, JobRemoved)}
        # A job that is listed already was listed from a snapshot at least as new as its creation.
        facts = [fact for fact in news.facts if not (isinstance(fact, JobCreated) and fact.job_id in self._rows)]
        named = {job_id: None for fact in facts if (job_id := job_of(fact)) and job_id not in removed}
        fresh: list[str] = []
        changed: dict[JobRow, tuple[Column, ...]] = {}
        for job_id in named:
            row = self._rows.get(job_id)
            if row is None:
                fresh.append(job_id)
            elif (job := self._jobs.job(job_id)) is None:
                removed.add(job_id)
            else:
                self._renew(row, _not_behind(job, row.job), changed)
        for job_id, event in news.progress.items():
            row = self._rows.get(job_id)
            if row is not None and _is_of(event, row.job):
                self._renew(row, msgspec.structs.replace(row.job, progress=event.progress), changed)
        self._remove([self._rows[job_id] for job_id in removed if job_id in self._rows])
        self._refilter(changed)
        self._tell_views(changed)
        if changed:
            self.renewed.emit(frozenset(row.job.id for row in changed))
        if self._has_moved:
            self.counted.emit()
            self.unsettled.emit()
        if self._has_new_order:  # a person's own move is followed at once
            self.settle()
        if fresh:
            self._backlog.extend(fresh)
            self._list_more()

    def _renew(self, row: JobRow, job: Job, changed: dict[JobRow, tuple[Column, ...]]) -> None:
        before, now = row.job, job
        if group_of(before) != group_of(now):
            self._counts[group_of(before)] -= 1
            self._counts[group_of(now)] += 1
            self._has_moved = True
        elif (before.place, before.priority) != (now.place, now.priority):
            self._has_new_order = True
        if row.at in self._in_sight:
            columns = row.renew(job)
            changed[row] = tuple(sorted({*changed.get(row, ()), *columns}))
        else:
            row.take(job)
            changed[row] = ()

    @Slot()
    def _list_more(self) -> None:
        rows: list[JobRow] = []
        while self._backlog and len(rows) < CHUNK:
            job_id = self._backlog.popleft()
            job = None if job_id in self._rows else self._jobs.job(job_id)
            if job is not None:
                row = self._rows[job_id] = JobRow(job, self._naming)
                self._counts[group_of(job)] += 1
                rows.append(row)
        if rows:
            self._counts["all"] += len(rows)
            self._insert([row for row in rows if matches(row, self._filter, self._needle)])
            self.counted.emit()
            self.renewed.emit(frozenset(row.job.id for row in rows))
        if not self._backlog:
            self._backlog_timer.stop()
        elif not self._backlog_timer.isActive():
            self._backlog_timer.start(0)

    # The moving of rows

    def _insert(self, rows: list[JobRow]) -> None:
        """Puts rows in: before what has ended in the queue's own order, else last; settling does the rest."""
        if not rows:
            return
        rows.sort(key=key_of(self._column), reverse=self._descending)
        at = len(self._shown)
        if self._column is None and not rows[0].job.state.is_terminal:
            while at > 0 and self._shown[at - 1].job.state.is_terminal:
                at -= 1
        self.beginInsertRows(_ROOT, at, at + len(rows) - 1)
        self._shown[at:at] = rows
        self._number(at)
        self.endInsertRows()
        if self._column is not None or rows[-1].job.state.is_terminal or any(row.job.priority for row in rows):
            self.unsettled.emit()

    def _remove(self, rows: Sequence[JobRow]) -> None:
        if not rows:
            return
        for row in rows:
            del self._rows[row.job.id]
            self._counts[group_of(row.job)] -= 1
            self._counts["all"] -= 1
        self._hide(rows)
        self.counted.emit()
        self.gone.emit(frozenset(row.job.id for row in rows))

    def _hide(self, rows: Iterable[JobRow]) -> None:
        places = sorted((row.at for row in rows if row.at >= 0), reverse=True)
        for last, first in runs(places):
            self.beginRemoveRows(_ROOT, first, last)
            for row in self._shown[first : last + 1]:
                row.at = -1
            del self._shown[first : last + 1]
            self.endRemoveRows()
        if places:
            self._number(places[-1])

    def _refilter(self, changed: Iterable[JobRow]) -> None:
        if self._filter == "all":
            return
        passes = {row: matches(row, self._filter, self._needle) for row in changed if row.job.id in self._rows}
        self._hide([row for row, fits in passes.items() if not fits])
        self._insert([row for row, fits in passes.items() if fits and row.at < 0])

    def _tell_views(self, changed: dict[JobRow, tuple[Column, ...]]) -> None:
        places = sorted((row.at, columns) for row, columns in changed.items() if row.at >= 0 and columns)
        while places:
            first, columns = places.pop(0)
            last, touched = first, set(columns)
            while places and places[0][0] - last < 5:
                last, columns = places.pop(0)
                touched.update(columns)
            self.dataChanged.emit(self.index(first, min(touched)), self.index(last, max(touched)))

    def _number(self, start: int = 0) -> None:
        for at in range(start, len(self._shown)):
            self._shown[at].at = at

    # What Qt asks

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == ROW_ROLE:
            return self._shown[index.row()] if index.isValid() else None
        if role == Qt.ItemDataRole.DisplayRole and index.isValid():
            return self._shown[index.row()].plain(Column(index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole and index.isValid() and index.column() == Column.NAME:
            return self._shown[index.row()].spoken()
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[Column(section)]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in TO_THE_RIGHT else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


def _is_of(event: JobProgressed, job: Job) -> bool:
    """Whether progress belongs to the attempt in hand; what comes after an ending is of no use."""
    return event.attempt == job.attempt and job.state.is_started


def _not_behind(job: Job, shown: Job) -> Job:
    """A snapshot may be older than the ticks already shown; a bar never goes back within an attempt."""
    if job.attempt == shown.attempt and job.state.is_started and job.progress.percent < shown.progress.percent:
        return msgspec.structs.replace(job, progress=shown.progress)
    return job
