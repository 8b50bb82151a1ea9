from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.models.history_row import HistoryColumn
from app.ui.empty_state import EmptyState
from app.ui.main_window import HISTORY
from pipeline.model.job import Artifact
from pipeline.model.state import State
from tests.app.models.rows import job
from tests.app.ui.conftest import Play
from tests.app.ui.scene import Scene, entry, open_menu, until

DONE = job("harbour.mov", State.COMPLETED, ended_ms=9, artifacts=(Artifact(b"/out/harbour.mp4", size=5),))
FAILED = job("tide.mov", State.FAILED, ended_ms=5)


async def shown(scene: Scene, count: int) -> None:
    scene.frame.side_bar.choose(HISTORY)
    await until(lambda: scene.window.past.rowCount() == count and not scene.window.past.is_loading, "the history")


def nothing(scene: Scene) -> str:
    page = scene.frame.history
    current = page._stack.currentWidget()
    return current._title.text() if isinstance(current, EmptyState) else ""


def test_an_empty_history_says_what_will_be_here(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        await shown(scene, 0)
        await until(lambda: nothing(scene) == "Nothing finished yet", "the words")

    stage(story)


def test_search_and_filter_narrow_it_and_say_when_nothing_is_left(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        await shown(scene, 2)
        head = scene.frame.history.head
        head.segments.choose("failed")
        await until(lambda: scene.window.past.rowCount() == 1, "the failed one")
        QTest.keyClicks(head.search, "harbour")
        await until(lambda: nothing(scene) == "No match for “harbour”", "the words")
        head.show_all()
        await until(lambda: scene.window.past.rowCount() == 2, "all of it")

    stage(story, past=[DONE, FAILED])


def test_enter_and_double_click_show_the_result(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        await shown(scene, 2)
        table = scene.frame.history.table
        table.selectRow(0)
        QTest.keyClick(table, Qt.Key.Key_Return)
        table.doubleClicked.emit(scene.window.past.index(0, 0))
        assert scene.files.shown == [["/out/harbour.mp4"]] * 2

    stage(story, past=[DONE, FAILED])


def test_the_menu_offers_what_can_be_done_with_what_has_ended(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        await shown(scene, 2)
        table = scene.frame.history.table
        table.selectRow(0)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), QPoint(5, 5))
        QApplication.sendEvent(table.viewport(), event)
        menu = open_menu()
        ids = [action.objectName() for action in menu.actions()]
        assert ids == ["show_result", "copy_result", "show_source", "copy_source"]
        entry(menu, "show_source").trigger()
        menu.close()
        assert scene.files.shown == [["/media/harbour.mov"]]

    stage(story, past=[DONE, FAILED])


def test_columns_fold_where_it_is_narrow(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        await shown(scene, 2)
        scene.frame.resize(760, 520)
        await until(lambda: scene.frame.history.table.isColumnHidden(HistoryColumn.OUTPUT), "the folding")

    stage(story, past=[DONE, FAILED])
