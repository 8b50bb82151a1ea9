from __future__ import annotations

from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.ui.actions import ACTIONS, KEYS
from app.ui.main_window import HISTORY, MainWindow
from app.ui.side_bar import RAIL_WIDTH, WIDTH
from pipeline.model.state import State
from tests.app.ui.conftest import Play
from tests.app.ui.scene import Scene, answer, question, until


def press(scene: Scene, keys: str) -> None:
    """What a shortcut does; the keys themselves need a window manager that makes the window active."""
    (action,) = [action for action in scene.frame.actions() if action.shortcut().toString() == keys]
    action.trigger()


def test_a_quit_without_work_asks_nothing(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        await scene.put("done.mp4", State.COMPLETED)
        scene.frame.close()
        assert question(scene.frame) is None
        assert not scene.frame.isVisible()

    stage(story)


def test_a_quit_with_work_can_be_thought_over(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        await scene.put("a.mp4", State.RUNNING)
        await scene.put("b.mp4", State.RUNNING)
        scene.frame.close()
        box = question(scene.frame)
        assert box is not None
        assert box.text() == "<b>Quit with 2 jobs running?</b>"
        assert box.defaultButton().text() == "Keep working"
        answer(scene.frame, "Keep working")
        assert scene.frame.isVisible()

    stage(story)


def test_pages_are_reached_by_keys(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        press(scene, "Ctrl+2")
        await until(scene.frame.history.isVisible, "the history")
        press(scene, "Ctrl+1")
        await until(scene.frame.queue.isVisible, "the queue")

    stage(story)


def test_failed_jobs_are_retried_and_finished_ones_cleared_by_keys(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        failed = await scene.put("bad.mp4", State.FAILED)
        done = await scene.put("good.mp4", State.COMPLETED)
        press(scene, "Ctrl+Shift+T")
        await scene.shows(failed, State.PENDING)
        press(scene, "Ctrl+Shift+L")
        await until(lambda: scene.window.jobs.row(done.id) is None, "the finished job to go")
        assert scene.window.jobs.rowCount() == 1

    stage(story)


def test_every_shortcut_of_the_window_is_used_once(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        keys = [action.shortcut().toString() for action in scene.frame.actions()]
        assert len(set(keys)) == len(keys)
        assert not set(keys) & {action.shortcut for action in (*ACTIONS, *KEYS)}

    stage(story)


def test_the_dialogs_for_files_and_folders_do_not_block(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        for ask, mode in (
            (scene.frame.ask_files, QFileDialog.FileMode.ExistingFiles),
            (scene.frame.ask_folder, QFileDialog.FileMode.Directory),
        ):
            ask()
            (dialog,) = [each for each in scene.frame.findChildren(QFileDialog) if each.isVisible()]
            assert dialog.fileMode() is mode
            dialog.reject()

    stage(story)


def test_a_narrow_window_folds_its_side_bar(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        assert scene.frame.side_bar.width() == WIDTH
        scene.frame.resize(900, 600)
        await until(lambda: scene.frame.side_bar.width() == RAIL_WIDTH, "the rail")

    stage(story)


def test_the_history_is_read_when_it_is_shown(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        assert scene.core.history.asked == 0
        scene.frame.side_bar.choose(HISTORY)
        await until(lambda: scene.core.history.asked == 1, "the first page")

    stage(story)


def test_a_frame_can_be_shown_and_closed_before_it_is_filled(styled: QApplication, qtbot: QtBot) -> None:
    frame = MainWindow()
    qtbot.addWidget(frame)
    with qtbot.waitSignal(frame.painted):
        frame.show()
    frame.resize(900, 600)
    with qtbot.waitSignal(frame.leaving):
        frame.close()
