from __future__ import annotations

from app.ui.live_windows import MOST
from pipeline.model.state import State
from tests.app.ui.conftest import Play
from tests.app.ui.fake_control import FakeCore
from tests.app.ui.scene import Scene, until


def test_a_job_has_one_window(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        one = await scene.put("a.mp4", State.RUNNING)
        scene.window.live.show(one.id)
        first = scene.window.live.window_of(one.id)
        scene.window.live.show(one.id)
        assert scene.window.live.window_of(one.id) is first

    stage(story)


def test_there_are_only_so_many_and_the_oldest_goes(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        jobs = [await scene.put(f"{n}.mp4") for n in range(MOST + 1)]
        for one in jobs:
            scene.window.live.show(one.id)
        assert [scene.window.live.window_of(one.id) is None for one in jobs] == [True] + [False] * MOST

    stage(story)


def test_the_log_is_read_when_it_is_unfolded_and_followed_from_then(stage: Play) -> None:
    def prepare(core: FakeCore) -> None:
        core.control.lines = ("first", "second")

    async def story(scene: Scene) -> None:
        one = await scene.put("a.mp4", State.RUNNING)
        scene.window.verbs.show_log([one])
        window = scene.window.live.window_of(one.id)
        assert window is not None
        await until(lambda: window._log.toPlainText() == "first\nsecond", "the log so far")
        scene.control.say(one.id, "third")
        await until(lambda: window._log.toPlainText() == "first\nsecond\nthird", "the new line")

    stage(story, prepare)


def test_a_window_goes_with_its_job(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        one = await scene.put("a.mp4", State.FAILED)
        scene.window.live.show(one.id)
        scene.window.verbs.remove([one])
        await until(lambda: scene.window.live.window_of(one.id) is None, "the window to close")

    stage(story)


def test_a_job_nobody_knows_has_no_window(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        scene.window.live.show("nobody")
        assert scene.window.live.window_of("nobody") is None

    stage(story)
