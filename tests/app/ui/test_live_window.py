from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.ui.live_window import LiveWindow, elapsed_s, media_facts
from app.ui.problem_box import ProblemBox
from app.ui.stage_steps import StageSteps
from pipeline.model import problem
from pipeline.model.job import Artifact, Job
from pipeline.model.problem import Warn
from pipeline.model.source import MediaInfo, MediaStream
from pipeline.model.state import State
from tests.app.models.rows import FILM, job
from tests.app.ui.conftest import Play
from tests.app.ui.scene import Scene, until


def opened(scene: Scene, one: Job) -> LiveWindow:
    scene.window.live.show(one.id)
    window = scene.window.live.window_of(one.id)
    assert window is not None
    return window


def offered(window: LiveWindow) -> set[str]:
    return {id_ for id_, button in window._foot.items() if not button.isHidden()}


def test_the_percent_stands_first_in_the_title(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        one = await scene.put("a.mp4", State.RUNNING)
        window = opened(scene, one)
        scene.control.progress(one.id, 47, speed=1.5)
        await until(lambda: window.windowTitle() == "47 % – a.mp4 – Convert · Web 1080p", "the title")
        assert window.findChild(StageSteps).accessibleDescription().startswith("Encode 47%")  # type: ignore[union-attr]

    stage(story)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.PENDING, {"start"}),
        (State.RUNNING, {"pause", "cancel"}),
        (State.PAUSED, {"resume", "cancel"}),
        (State.FAILED, {"retry"}),
        (State.COMPLETED, set()),
    ],
)
def test_the_foot_offers_what_fits(stage: Play, state: State, expected: set[str]) -> None:
    async def story(scene: Scene) -> None:
        assert offered(opened(scene, await scene.put("a.mp4", state))) == expected

    stage(story)


def test_its_buttons_act_on_its_job(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        one = await scene.put("a.mp4", State.RUNNING)
        window = opened(scene, one)
        window._foot["pause"].click()
        await until(lambda: offered(window) == {"resume", "cancel"}, "the job to be paused")
        window._foot["cancel"].click()
        await scene.shows(one, State.CANCELED)

    stage(story)


def test_a_failure_is_told_in_three_sentences_with_its_cure(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        one = await scene.put("a.mp4", State.RUNNING)
        window = opened(scene, one)
        scene.control.become(one.id, State.FAILED, problem=problem.disk_full("/out"))
        box = window.findChild(ProblemBox)
        assert isinstance(box, ProblemBox)
        await until(lambda: box.problem == problem.disk_full("/out"), "the problem")
        box._button.click()
        assert scene.files.shown

    stage(story)


def test_warnings_of_a_result_are_told(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        one = await scene.put("a.mp4", State.COMPLETED, warnings=(Warn("w", "Damaged at 3 s."),))
        box = opened(scene, one).findChild(ProblemBox)
        assert isinstance(box, ProblemBox)
        assert not box.isHidden()
        assert box._why.text() == "Damaged at 3 s."

    stage(story)


def test_it_closes_at_the_end_only_if_told_to_and_not_looked_at(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        kept, closing = await scene.put("kept.mp4", State.RUNNING), await scene.put("closing.mp4", State.RUNNING)
        opened(scene, kept)
        opened(scene, closing)._keep_open.setChecked(False)
        scene.frame.activateWindow()
        for one in (kept, closing):
            scene.control.become(one.id, State.COMPLETED, artifacts=(Artifact(b"/o", size=5),))
        await until(lambda: scene.window.live.window_of(closing.id) is None, "the window to close")
        assert scene.window.live.window_of(kept.id) is not None

    stage(story)


def test_escape_closes_it_and_the_job_goes_on(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        one = await scene.put("a.mp4", State.RUNNING)
        QTest.keyClick(opened(scene, one), Qt.Key.Key_Escape)
        assert scene.window.live.window_of(one.id) is None
        assert scene.control.asked == []

    stage(story)


def test_media_facts_say_size_rate_codec_and_length() -> None:
    assert media_facts(FILM) == "1920×1080, 25 fps, h264, 1 min 40 s"
    assert media_facts(MediaInfo("mp3", 3.0, (MediaStream(0, "audio", "mp3"),))) == "mp3, 3 s"
    assert media_facts(None) == ""


def test_elapsed_is_work_so_far() -> None:
    assert elapsed_s(job(state=State.COMPLETED, active_ms=5000, started_ms=1)) == 5.0
    assert elapsed_s(job(state=State.RUNNING, active_ms=5000, started_ms=1)) > 5.0
