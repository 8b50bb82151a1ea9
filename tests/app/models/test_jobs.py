from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QTableView
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.bridge.events import News
from app.models.job_row import Column
from app.models.jobs import CHUNK, JobsModel
from pipeline.model.job import Job
from pipeline.model.state import State
from tests.app.models.rows import Snapshots, job, naming, ticks


@pytest.fixture
def make(qtbot: QtBot) -> Callable[..., tuple[JobsModel, Snapshots]]:
    """A model that is checked by Qt's own tester at every step."""
    kept: list[object] = []

    def made(*jobs: Job) -> tuple[JobsModel, Snapshots]:
        snapshots = Snapshots(*jobs)
        model = JobsModel(snapshots, naming())
        kept.extend([model, QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)])
        model.load()
        qtbot.waitUntil(lambda: model.count("all") == len(jobs))
        return model, snapshots

    return made


Make = Callable[..., tuple[JobsModel, Snapshots]]


def names(model: JobsModel) -> list[str]:
    return [model.index(n, 0).data() for n in range(model.rowCount())]


def test_the_model_keeps_qts_rules(make: Make, qtmodeltester: ModelTester) -> None:
    model, _ = make(*(job(f"{n}.mp4", state) for n, state in enumerate(State)))
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]


def test_what_runs_is_above_what_waits_above_what_has_ended(make: Make) -> None:
    model, snapshots = make(job("done.mp4", State.COMPLETED), job("waits.mp4"), job("runs.mp4", State.RUNNING))
    model.settle()
    assert names(model) == ["runs.mp4", "waits.mp4", "done.mp4"]
    model.take(snapshots.add(job("new.mp4")))
    assert names(model) == ["runs.mp4", "waits.mp4", "new.mp4", "done.mp4"]


def test_many_new_jobs_come_in_chunks(make: Make, qtbot: QtBot) -> None:
    model, snapshots = make()
    model.take(snapshots.add(*(job(f"{n:05}.mp4") for n in range(3 * CHUNK))))
    assert model.rowCount() == CHUNK
    qtbot.waitUntil(lambda: model.rowCount() == 3 * CHUNK)
    assert names(model) == [f"{n:05}.mp4" for n in range(3 * CHUNK)]


def test_a_job_that_is_removed_while_it_waits_to_be_listed_never_shows(make: Make, qtbot: QtBot) -> None:
    model, snapshots = make()
    jobs = [job(f"{n}.mp4") for n in range(CHUNK + 10)]
    model.take(snapshots.add(*jobs))
    model.take(snapshots.remove(*jobs[CHUNK:]))
    qtbot.waitUntil(lambda: not model._backlog)
    assert model.rowCount() == CHUNK


def test_only_rows_in_sight_and_changed_columns_are_told(make: Make) -> None:
    jobs = [job(f"{n}.mp4", State.RUNNING) for n in range(40)]
    model, _ = make(*jobs)
    model.visible = lambda: range(10)
    model.take(ticks(*jobs, percent=10, speed=1.0))
    assert all(row.cells.speed == "1.00×" for row in model.rows())  # as after they were painted
    told: list[tuple[int, int, int, int]] = []
    model.dataChanged.connect(lambda a, b: told.append((a.row(), b.row(), a.column(), b.column())))
    model.take(ticks(*jobs, percent=11, speed=1.0))
    assert told == [(0, 9, Column.PROGRESS, Column.PROGRESS)]
    told.clear()
    model.take(ticks(*jobs[20:], percent=12, speed=2.0))
    assert told == []
    assert model.index(25, Column.SPEED).data() == "2.00×"


def test_a_bar_never_goes_back_within_an_attempt(make: Make) -> None:
    one = job(state=State.RUNNING)
    model, snapshots = make(one)
    model.take(ticks(one, percent=60))
    model.take(snapshots.change(one, priority=1))
    assert model.index(0, Column.PROGRESS).data() == "60 %"
    model.take(snapshots.change(one, state=State.PENDING, attempt=2))
    assert model.index(0, Column.PROGRESS).data() == "0 %"


def test_progress_that_comes_after_an_ending_is_not_shown(make: Make) -> None:
    one = job(state=State.RUNNING)
    model, snapshots = make(one)
    model.take(ticks(one, percent=60))
    model.take(snapshots.change(one, state=State.CANCELED, progress=ticks(one, percent=60).progress[one.id].progress))
    model.take(ticks(one, percent=70))
    model.take(ticks(one, percent=80, attempt=7))
    assert model.index(0, Column.PROGRESS).data() == "60 %"


def test_filter_and_search_follow_every_change(make: Make) -> None:
    runs, waits = job("Harbour.mov", State.RUNNING), job("Tide.mov")
    model, snapshots = make(runs, waits)
    model.show("active")
    assert names(model) == ["Harbour.mov"]
    model.take(snapshots.change(waits, state=State.RUNNING))
    assert sorted(names(model)) == ["Harbour.mov", "Tide.mov"]
    model.take(snapshots.change(runs, state=State.COMPLETED))
    assert names(model) == ["Tide.mov"]
    assert [model.count(shown) for shown in ("all", "active", "waiting", "finished")] == [2, 1, 0, 1]
    model.show("all", "  HARB")
    assert names(model) == ["Harbour.mov"]
    model.show("all", "web 1080")
    assert len(names(model)) == 2


def test_selection_goes_with_its_rows_through_sorting_and_changes(make: Make, qtbot: QtBot) -> None:
    jobs = [job(f"{n}.mp4") for n in range(20)]
    model, snapshots = make(*jobs)
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    flags = QItemSelectionModel.SelectionFlag
    view.selectionModel().select(model.index(3, 0), flags.Select | flags.Rows)
    model.sort(Column.NAME, Qt.SortOrder.DescendingOrder)
    assert [index.data() for index in view.selectionModel().selectedRows()] == ["3.mp4"]
    model.take(snapshots.remove(jobs[0], jobs[5], jobs[6]))
    assert [index.data() for index in view.selectionModel().selectedRows()] == ["3.mp4"]
    model.sort(-1)
    kept = QPersistentModelIndex(view.selectionModel().selectedRows()[0])
    model.take(snapshots.change(jobs[3], state=State.RUNNING))
    model.settle()
    assert (kept.row(), kept.data()) == (0, "3.mp4")


@pytest.mark.parametrize(
    ("column", "smallest"), [(Column.NAME, "a.mp4"), (Column.SIZE, "c.mp4"), (Column.PROGRESS, "b.mp4")]
)
def test_every_column_sorts(make: Make, column: Column, smallest: str) -> None:
    one, two, three = (job(f"{name}.mp4", State.RUNNING) for name in "abc")
    model, _ = make(one, two, three)
    for each, percent, size in ((one, 30, 900), (two, 10, 800), (three, 20, 100)):
        model.take(ticks(each, percent=percent, out_bytes=size))
    model.sort(column)
    assert names(model)[0] == smallest
    model.sort(column, Qt.SortOrder.DescendingOrder)
    assert names(model)[-1] == smallest


def test_rows_stay_where_they_are_until_they_are_settled(make: Make) -> None:
    one, two = job("one.mp4", State.RUNNING), job("two.mp4", State.RUNNING)
    model, snapshots = make(one, two)
    asked: list[bool] = []
    model.unsettled.connect(lambda: asked.append(True))
    model.take(snapshots.change(one, state=State.COMPLETED, ended_ms=1))
    assert (names(model), asked) == (["one.mp4", "two.mp4"], [True])
    model.settle()
    assert names(model) == ["two.mp4", "one.mp4"]


def test_loading_again_drops_what_the_engine_no_longer_has(make: Make, qtbot: QtBot) -> None:
    one, two = job("one.mp4"), job("two.mp4")
    model, snapshots = make(one, two)
    del snapshots.kept[one.id]
    model.load()
    qtbot.waitUntil(lambda: names(model) == ["two.mp4"])


def test_a_screen_reader_hears_name_state_and_progress(make: Make) -> None:
    one = job("clip.mp4", State.RUNNING)
    model, _ = make(one)
    model.take(ticks(one, percent=47.9, eta_ms=240_000))
    spoken = model.index(0, Column.NAME).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "clip.mp4, Convert · Web 1080p, Running, 47 %, about 4 min"


def test_news_of_jobs_nobody_knows_change_nothing(make: Make) -> None:
    model, snapshots = make()
    stranger = job()
    model.take(ticks(stranger, percent=5))
    model.take(News(facts=snapshots.add(stranger).facts))
    model.take(snapshots.remove(stranger))
    assert model.rowCount(QModelIndex()) == 0
