from __future__ import annotations

from pathlib import Path

from pipeline.model.problem import PipelineError, unknown_preset
from tests.app.ui.conftest import Play
from tests.app.ui.fake_control import FakeCore
from tests.app.ui.scene import Scene, drop, until
from tests.app.ui.scene import question as open_question


def test_one_drop_is_one_batch_of_rows(stage: Play, tmp_path: Path) -> None:
    clips = [tmp_path / f"{n}.mp4" for n in range(30)]
    for clip in clips:
        clip.write_bytes(b"x")

    async def story(scene: Scene) -> None:
        drop(scene.frame, clips)
        await scene.has_rows(30)
        await until(lambda: scene.frame.toast.said == "Added 30 jobs", "the toast")

    stage(story)


def test_what_is_skipped_is_told_and_listed_on_request(stage: Play, tmp_path: Path) -> None:
    folder = tmp_path / "trip"
    folder.mkdir()
    (folder / "a.mp4").write_bytes(b"x")
    for n in range(20):
        (folder / f"{n}.txt").write_text("x")

    async def story(scene: Scene) -> None:
        drop(scene.frame, [folder])
        await until(lambda: scene.frame.toast.said == "20 of 21 items were skipped", "the toast")
        scene.frame.toast._button.click()
        box = open_question(scene.frame)
        assert box is not None
        assert "0.txt: its suffix is not one of a media file." in box.informativeText()
        assert "… and 8 more." in box.informativeText()
        box.close()

    stage(story)


def test_a_long_look_can_be_stopped_and_adds_nothing(stage: Play, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"x")

    async def story(scene: Scene) -> None:
        scene.control.may_find.clear()
        drop(scene.frame, [tmp_path / "a.mp4"])
        await until(scene.control.looks.is_set, "the look to begin")
        scene.window.intake.stop()
        scene.control.may_find.set()
        await until(lambda: scene.frame.toast.said == "Stopped looking; nothing was added", "the toast")
        assert scene.window.jobs.rowCount() == 0

    stage(story)


def test_the_window_says_what_was_found_so_far(stage: Play, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"x")

    async def story(scene: Scene) -> None:
        told: list[int | None] = []
        scene.window.intake.looking.connect(told.append)
        drop(scene.frame, [tmp_path / "a.mp4"])
        await until(lambda: not scene.window.intake.is_busy and told[-1:] == [None], "the end of the look")
        assert told == [1, None]

    stage(story)


def test_a_preset_that_is_gone_is_said_and_nothing_is_added(stage: Play, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"x")

    def prepare(core: FakeCore) -> None:
        def flow(recipe: str, preset: str = "", sets: object = None) -> object:
            raise PipelineError(unknown_preset(preset, ""))

        core.presets.flow = flow  # type: ignore[method-assign, assignment]

    async def story(scene: Scene) -> None:
        drop(scene.frame, [tmp_path / "a.mp4"])
        await until(lambda: scene.frame.toast.said.startswith("There is no preset named"), "the toast")

    stage(story, prepare)


def test_closing_while_looking_waits_for_the_look_to_end(stage: Play, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"x")

    async def story(scene: Scene) -> None:
        scene.control.may_find.clear()
        drop(scene.frame, [tmp_path / "a.mp4"])
        await until(scene.control.looks.is_set, "the look to begin")
        scene.control.may_find.set()

    stage(story)
