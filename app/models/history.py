"""What has ended, in pages, as views read it. Pages are fetched in a worker; the main thread never waits for SQL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot

from app.bridge.events import News
from app.models.history_row import HEADINGS, TO_THE_RIGHT, HistoryColumn, HistoryRow
from app.models.jobs import ROW_ROLE
from app.models.naming import Naming
from pipeline.model.event import JobChanged, JobRemoved
from pipeline.model.job import Job
from pipeline.model.state import State

PAGE = 200

Index = QModelIndex | QPersistentModelIndex
Ask = Callable[[Callable[[], list[Job]]], Awaitable[list[Job]]]
_ROOT = QModelIndex()


class Pages(Protocol):
    """Where pages come from; the store's History."""

    def page(
        self,
        *,
        before: tuple[int, int] | None = None,
        search: str = "",
        states: Collection[State] = (),
        limit: int = PAGE,
    ) -> list[Job]: ...


class HistoryModel(QAbstractTableModel):
    """Ended jobs, the last ended first. `ROW_ROLE` gives the HistoryRow."""

    loaded = Signal()  # a page has come in, perhaps an empty one

    def __init__(self, pages: Pages, ask: Ask, naming: Naming, parent: QObject | None = None) -> None:
        """`ask` runs work in a thread and awaits its answer."""
        super().__init__(parent)
        self._pages = pages
        self._ask = ask
        self._naming = naming
        self._rows: list[HistoryRow] = []
        self._search = ""
        self._states: tuple[State, ...] = ()
        self._asked = 0
        self._is_loading = False
        self._is_whole = True
        self._is_stale = True
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_filtered(self) -> bool:
        """Whether a search or a filter hides something."""
        return bool(self._search or self._states)

    @property
    def is_loading(self) -> bool:
        """Whether a page is on its way."""
        return self._is_loading

    def row_at(self, index: Index) -> HistoryRow:
        """The row an index stands for."""
        return self._rows[index.row()]

    def show(self, search: str, states: Collection[State]) -> None:
        """Starts again with another search or filter. A page still on its way is not waited for."""
        self._search, self._states = search.strip(), tuple(states)
        self._start_over()

    def refresh(self) -> None:
        """Reads the first page again if something has ended, or was taken up again, since it was read."""
        if self._is_stale:
            self._start_over()

    def forget(self) -> None:
        """Drops what is on its way, before the end."""
        for task in self._tasks:
            task.cancel()

    @Slot(object)
    def take(self, news: News) -> None:
        """Drops what was removed or taken up again; notes that something ended since the pages were read."""
        left = set()
        for fact in news.facts:
            match fact:
                case JobRemoved(job_id=job_id):
                    left.add(job_id)
                case JobChanged(job_id=job_id, state=state):
                    self._is_stale = self._is_stale or state.is_terminal
                    if not state.is_terminal:
                        left.add(job_id)
                case _:
                    pass
        for n in reversed(range(len(self._rows) if left else 0)):
            if self._rows[n].job.id in left:
                self.beginRemoveRows(_ROOT, n, n)
                del self._rows[n]
                self.endRemoveRows()

    def _start_over(self) -> None:
        self._asked += 1
        self._is_stale = False
        self._begin(self._read(self._asked, None))

    def _begin(self, reading: Any) -> None:
        self._is_loading = True
        task = asyncio.get_running_loop().create_task(reading)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read(self, asked: int, before: tuple[int, int] | None) -> None:
        search, states = self._search, self._states
        try:
            jobs = await self._ask(lambda: self._pages.page(before=before, search=search, states=states, limit=PAGE))
        except BaseException:
            self._is_loading = self._is_loading and asked != self._asked
            raise
        if asked != self._asked:
            return
        self._is_whole = len(jobs) < PAGE
        rows = [HistoryRow(job, self._naming) for job in jobs]
        if before is None:
            self._replace(rows)
        elif rows:
            self.beginInsertRows(_ROOT, len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()
        # Only now: a view asks for more from within the insertion.
        self._is_loading = False
        self.loaded.emit()

    def _replace(self, rows: list[HistoryRow]) -> None:
        """A new first page. Where newer rows only came on top, what was shown stays, selection and scroll with it."""
        shown = [row.job.id for row in self._rows]
        fresh = next((n for n, row in enumerate(rows) if row.job.id in shown[:1]), len(rows))
        known = [row.job.id for row in rows[fresh:]]
        is_whole = len(rows) < PAGE
        if known and known == (shown if is_whole else shown[: len(known)]):
            if fresh:
                self.beginInsertRows(_ROOT, 0, fresh - 1)
                self._rows[0:0] = rows[:fresh]
                self.endInsertRows()
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    # What Qt asks

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and not self._is_whole and not self._is_loading

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            last = self._rows[-1].job
            self._begin(self._read(self._asked, (last.ended_ms or 0, last.num)))

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(HistoryColumn)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.plain(HistoryColumn(index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == HistoryColumn.NAME:
            return row.spoken()
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(HistoryColumn):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[HistoryColumn(section)]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in TO_THE_RIGHT else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
