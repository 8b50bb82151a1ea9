from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from app.ui.job_verbs import ASK_FROM_MS, result_paths
from pipeline.model.job import Artifact
from pipeline.model.state import State
from tests.app.models.rows import job
from tests.app.ui.conftest import Play
from tests.app.ui.scene import Scene, answer, question

MADE = (Artifact(b"/out/a.mp4"), Artifact(b"/out/a.log", kind="sidecar"))


def test_a_refusal_is_said_in_its_own_words(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        one = await scene.put("stubborn.mp4", State.RUNNING)
        scene.window.verbs.pause([one])
        assert scene.frame.toast.said == "This job does not listen."

    stage(story)


def test_a_cancel_can_be_taken_back(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        one = await scene.put("a.mp4", State.RUNNING)
        scene.window.verbs.cancel([one])
        await scene.shows(one, State.CANCELED)
        assert scene.frame.toast.said == "a.mp4 cancelled"
        scene.frame.toast._button.click()
        await scene.shows(one, State.PENDING)

    stage(story)


def test_much_work_is_not_thrown_away_without_asking(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        one = await scene.put("a.mp4", State.RUNNING, active_ms=ASK_FROM_MS)
        scene.window.verbs.cancel([one])
        assert scene.control.asked == []
        answer(scene.frame, "Keep going")
        assert scene.control.asked == []
        scene.window.verbs.cancel([one])
        assert question(scene.frame) is not None
        answer(scene.frame, "Cancel job")
        await scene.shows(one, State.CANCELED)

    stage(story)


def test_paths_are_copied_and_shown(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        one = await scene.put("a.mp4", State.COMPLETED, artifacts=MADE)
        scene.window.verbs.copy_source([one])
        assert QGuiApplication.clipboard().text() == "/media/a.mp4"
        scene.window.verbs.copy_result([one, one])
        assert QGuiApplication.clipboard().text() == "/out/a.mp4\n/out/a.mp4"
        scene.window.verbs.show_result([one])
        scene.window.verbs.show_source([one])
        assert scene.files.shown == [["/out/a.mp4"], ["/media/a.mp4"]]

    stage(story)


def test_results_are_what_was_made_not_what_lies_beside_it() -> None:
    assert result_paths(job(artifacts=MADE)) == ["/out/a.mp4"]
