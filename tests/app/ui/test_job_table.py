from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.models.job_row import Column
from pipeline.model.state import State
from tests.app.ui.conftest import Play
from tests.app.ui.scene import Scene, entry, open_menu, until


@pytest.mark.parametrize(
    ("state", "key", "verb"),
    [
        (State.RUNNING, Qt.Key.Key_Space, "pause"),
        (State.PAUSED, Qt.Key.Key_Space, "resume"),
        (State.PENDING, Qt.Key.Key_Space, "hold"),
        (State.RUNNING, Qt.Key.Key_Delete, "cancel"),
        (State.PAUSED, Qt.Key.Key_Delete, "cancel"),
        (State.PENDING, Qt.Key.Key_Delete, "remove"),
        (State.FAILED, Qt.Key.Key_Delete, "remove"),
        (State.COMPLETED, Qt.Key.Key_Delete, "remove"),
    ],
)
def test_a_key_does_what_fits_the_state(stage: Play, state: State, key: Qt.Key, verb: str) -> None:
    async def story(scene: Scene) -> None:
        job = await scene.put("a.mp4", state)
        scene.select(job)
        scene.key(key)
        assert scene.control.asked == [(verb, (job.id,))]

    stage(story)


def test_enter_opens_the_live_window_and_leaves_the_focus(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        job = await scene.put("a.mp4", State.RUNNING)
        scene.select(job)
        scene.key(Qt.Key.Key_Return)
        window = scene.window.live.window_of(job.id)
        assert window is not None
        assert window.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)

    stage(story)


def test_a_double_click_opens_the_live_window(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        job = await scene.put("a.mp4", State.RUNNING)
        spot = scene.table.visualRect(scene.window.jobs.index(0, 0)).center()
        QTest.mouseClick(scene.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        QTest.mouseDClick(scene.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        assert scene.window.live.window_of(job.id) is not None

    stage(story)


def by_keyboard() -> QContextMenuEvent:
    """The event as Qt makes it for the Menu key: its position is off by the header."""
    return QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(40, 40), QPoint(40, 40))


@pytest.mark.parametrize("by", ["menu key", "shift+f10"])
def test_the_menu_key_opens_the_menu_of_the_current_row(stage: Play, by: str) -> None:
    async def story(scene: Scene) -> None:
        jobs = [await scene.put(f"{n}.mp4", State.RUNNING) for n in range(5)]
        scene.select(jobs[3])
        if by == "menu key":
            QApplication.sendEvent(scene.table.viewport(), by_keyboard())
        else:
            scene.key(Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
        menu = open_menu()
        entry(menu, "pause").trigger()
        menu.close()
        assert scene.control.asked == [("pause", (jobs[3].id,))]

    stage(story)


def test_a_right_click_on_another_row_selects_that_row_first(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        jobs = [await scene.put(f"{n}.mp4", State.RUNNING) for n in range(4)]
        scene.select(jobs[0])
        spot = scene.table.visualRect(scene.window.jobs.index(2, Column.NAME)).center()
        QApplication.sendEvent(
            scene.table.viewport(),
            QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, scene.table.viewport().mapToGlobal(spot)),
        )
        open_menu().close()
        assert [job.id for job in scene.table.selected_jobs()] == [jobs[2].id]

    stage(story)


def test_move_to_top_is_followed_at_once(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        jobs = [await scene.put(f"{n}.mp4") for n in range(4)]
        scene.select(jobs[2])
        scene.key(Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        await until(lambda: scene.window.jobs.row_at(scene.window.jobs.index(0, 0)).job.id == jobs[2].id, "the move")
        assert [job.id for job in scene.table.selected_jobs()] == [jobs[2].id]

    stage(story)


def test_escape_takes_the_selection_back(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        job = await scene.put("a.mp4")
        scene.select(job)
        scene.key(Qt.Key.Key_Escape)
        assert scene.table.selected_jobs() == []

    stage(story)


def test_what_ends_moves_down_when_the_pointer_is_elsewhere(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        first = await scene.put("first.mp4", State.RUNNING)
        second = await scene.put("second.mp4", State.RUNNING)
        scene.control.become(first.id, State.COMPLETED, ended_ms=1)
        await scene.shows(first, State.COMPLETED)
        row = scene.window.jobs.row(second.id)
        assert row is not None
        await until(lambda: row.at == 0, "the running job to be on top")

    stage(story)


def test_columns_fold_before_the_name_gets_too_little_room(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        await scene.put("a.mp4")
        scene.frame.resize(760, 520)
        await until(lambda: scene.table.isColumnHidden(Column.SIZE), "the size to be folded")
        assert scene.table.columnWidth(Column.NAME) >= 160
        scene.frame.resize(1240, 780)
        await until(lambda: not scene.table.isColumnHidden(Column.SIZE), "the size to be back")

    stage(story)
