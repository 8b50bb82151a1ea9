"""The window on the real engine: real files, real ffmpeg."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app import bootstrap
from app.bridge.executor import PoolExecutor
from app.home import find_home
from app.settings import Settings
from app.ui.problem_box import ProblemBox
from app.ui.window import Window
from pipeline.model.destination import Destination
from pipeline.model.job import Job
from pipeline.model.state import State
from tests.app.ui.fake_control import FakeFiles
from tests.app.ui.scene import KEPT, drop, entry, in_loop, open_menu, question, until
from tests.support.builders import Media

Story = Callable[[Window], Awaitable[None]]
Play = Callable[[Story], None]


@pytest.fixture
def slow(media: Media) -> Path:
    """A clip that keeps ffmpeg busy for as long as a test lasts."""
    return media.seconds(120, size="1280x720")


@pytest.fixture
def real(styled: QApplication, tmp_path: Path) -> Play:
    """Plays a story in a window on an engine of its own."""

    def run(story: Story) -> None:
        executor = PoolExecutor()
        KEPT.append(executor)
        settings = Settings(jobs_at_once=2)
        core = bootstrap.open_core(find_home(str(tmp_path / "home")), settings, executor, scope="all")

        async def whole() -> None:
            window = Window(core, executor, Destination(os.fsencode(tmp_path / "out")), FakeFiles())
            window.frame.show()
            try:
                await story(window)
            finally:
                window.frame.leave()
                await window.close()

        try:
            in_loop(styled, whole)
        finally:
            core.close()
            assert executor.close(10)

    return run


async def only_job(window: Window, state: State) -> Job:
    """The job of a window that has one, when it has come to a state."""

    def found() -> bool:
        return any(row.job.state is state for row in window.jobs.rows())

    await until(found, f"a job that is {state}")
    (row,) = window.jobs.rows()
    return row.job


def choose(window: Window, id_: str) -> None:
    """Opens the menu of the first row and picks a line."""
    window.frame.queue.table.selectRow(0)
    window.frame.queue.table._open_menu_at_current()
    menu = open_menu()
    entry(menu, id_).trigger()
    menu.close()


def test_a_dropped_file_becomes_a_row_then_a_result(real: Play, media: Media, tmp_path: Path) -> None:
    async def story(window: Window) -> None:
        drop(window.frame, [media.clip("h264_aac.mp4")])
        job = await only_job(window, State.COMPLETED)
        assert [Path(artifact.file) for artifact in job.artifacts] == [tmp_path / "out" / "h264_aac.mp4"]
        assert Path(job.artifacts[0].file).stat().st_size == job.artifacts[0].size
        row = window.jobs.row(job.id)
        assert row is not None
        assert (row.cells.word, row.cells.percent) == ("Done", "100 %")
        window.frame.side_bar.choose(1)
        await until(lambda: window.past.rowCount() == 1, "the job in the history")

    real(story)


def test_a_dropped_folder_is_walked_and_what_is_no_media_is_named(real: Play, media: Media, tmp_path: Path) -> None:
    folder = tmp_path / "trip"
    (folder / "day one").mkdir(parents=True)
    (folder / "day one" / "a.mp4").write_bytes(Path(media.clip("h264_aac.mp4")).read_bytes())
    (folder / "notes.txt").write_text("not media")

    async def story(window: Window) -> None:
        drop(window.frame, [folder])
        job = await only_job(window, State.COMPLETED)
        assert Path(job.artifacts[0].file) == tmp_path / "out" / "trip" / "day one" / "a.mp4"
        assert window.frame.toast.said == "1 of 2 items was skipped"

    real(story)


def test_pause_resume_and_cancel_by_the_menu(real: Play, slow: Path) -> None:
    async def story(window: Window) -> None:
        window.add([str(slow)])
        await only_job(window, State.RUNNING)
        choose(window, "pause")
        await only_job(window, State.PAUSED)
        choose(window, "resume")
        await only_job(window, State.RUNNING)
        choose(window, "cancel")
        await only_job(window, State.CANCELED)
        choose(window, "retry")
        await only_job(window, State.RUNNING)

    real(story)


def test_a_live_window_follows_its_job(real: Play, slow: Path) -> None:
    async def story(window: Window) -> None:
        window.add([str(slow)])
        job = await only_job(window, State.RUNNING)
        choose(window, "live")
        live = window.live.window_of(job.id)
        assert live is not None
        await until(lambda: not live.windowTitle().startswith("0 %"), "progress in the title")
        live.unfold_log(is_open=True)
        live.close()
        assert window.live.window_of(job.id) is None
        row = window.jobs.row(job.id)
        assert row is not None
        assert row.job.state is State.RUNNING

    real(story)


def test_a_file_that_is_no_media_says_so_in_its_row_and_its_window(real: Play, tmp_path: Path) -> None:
    (tmp_path / "letter.mp4").write_text("dear all, this is no film")

    async def story(window: Window) -> None:
        window.add([str(tmp_path / "letter.mp4")])
        job = await only_job(window, State.FAILED)
        row = window.jobs.row(job.id)
        assert row is not None
        assert row.cells.second.startswith("This is not a media file")
        choose(window, "problem")
        live = window.live.window_of(job.id)
        assert live is not None
        box = live.findChild(ProblemBox)
        assert isinstance(box, ProblemBox)
        assert box.problem == job.problem

    real(story)


def test_a_quit_with_work_running_asks_and_the_work_comes_back(
    styled: QApplication, real: Play, slow: Path, tmp_path: Path
) -> None:
    async def story(window: Window) -> None:
        window.add([str(slow)])
        await only_job(window, State.RUNNING)
        window.frame.close()
        assert window.frame.isVisible()
        box = question(window.frame)
        assert box is not None
        assert "Quit with 1 job running?" in box.text()
        next(button for button in box.buttons() if button.text() == "Quit").click()
        await until(lambda: not window.frame.isVisible(), "the window to close")

    async def later(window: Window) -> None:
        row = await only_job(window, State.RUNNING)
        assert row.attempt == 1

    real(story)
    real(later)
