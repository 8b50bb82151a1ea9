from __future__ import annotations

from app.ui.empty_state import EmptyState
from pipeline.model.event import Noticed
from pipeline.model.problem import store_unwritable
from pipeline.model.state import State
from tests.app.ui.conftest import Play
from tests.app.ui.fake_control import FakeCore
from tests.app.ui.scene import Scene, until


def words(scene: Scene) -> str:
    """The headline of what stands in place of the table; empty while the table is there."""
    current = scene.frame.queue._stack.currentWidget()
    return current._title.text() if isinstance(current, EmptyState) else ""


def test_an_empty_queue_invites_to_drop(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        assert words(scene) == "Drop media to get started"
        job = await scene.put("a.mp4", State.FAILED)
        assert words(scene) == ""
        scene.window.verbs.remove([job])
        await until(lambda: words(scene) == "Drop media to get started", "the invitation")

    stage(story)


def test_filters_count_and_say_when_they_are_empty(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        await scene.put("a.mp4", State.RUNNING)
        await scene.put("b.mp4")
        buttons = scene.frame.queue.head.segments._buttons
        assert [button.text() for button in buttons.values()] == ["All 2", "Active 1", "Waiting 1", "Finished 0"]
        scene.frame.queue.head.segments.choose("finished")
        assert words(scene) == "No finished jobs"
        scene.frame.queue.head.search.setText("tide")
        await until(lambda: words(scene) == "No match for “tide”", "the words")
        scene.frame.queue.head.show_all()
        await until(lambda: words(scene) == "", "the table")

    stage(story)


def test_everything_is_paused_and_let_go_on(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        running, waiting = await scene.put("a.mp4", State.RUNNING), await scene.put("b.mp4")
        scene.frame.queue._pause.click()
        await scene.shows(running, State.PAUSED)
        assert scene.control.is_draining
        assert scene.frame.queue._pause.accessibleName() == "Resume all"
        scene.frame.queue._pause.click()
        await scene.shows(running, State.RUNNING)
        assert scene.frame.queue._pause.accessibleName() == "Pause all"
        assert scene.control.job(waiting.id) == waiting

    stage(story)


def test_what_concerns_all_jobs_is_said_on_top(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        scene.control.teller.tell(Noticed("error", store_unwritable("disk I/O error")))
        notice = scene.frame.queue.notice
        await until(lambda: notice.problem == store_unwritable("disk I/O error"), "the notice")
        assert not notice.isHidden()

    stage(story)


def test_what_was_salvaged_at_the_start_is_said(stage: Play) -> None:
    def prepare(core: FakeCore) -> None:
        core.salvaged = store_unwritable("half of it")

    async def story(scene: Scene) -> None:
        assert scene.frame.queue.notice.problem == store_unwritable("half of it")

    stage(story, prepare)


def test_the_foot_says_what_is_being_looked_for(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        page = scene.frame.queue
        page.show_looking(1204)
        assert (page._looking.text(), page._stop.isHidden()) == ("Looking… 1,204 found", False)
        page.show_looking(None)
        assert page._stop.isHidden()

    stage(story)
