from __future__ import annotations

import pytest

from app.ui.job_delegate import media_tile
from pipeline.model import problem
from pipeline.model.problem import Warn
from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.model.state import State
from tests.app.models.rows import FILM, job
from tests.app.ui.conftest import Play
from tests.app.ui.scene import Scene


def test_every_state_is_painted_and_no_two_alike(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        for state in State:
            await scene.put("same.mp4", state, problem=problem.not_media(b"/a") if state is State.FAILED else None)
        await scene.put("same.mp4", held_by="person")
        await scene.put("same.mp4", State.RUNNING, waiting_for="disk", waiting_why="no space")
        await scene.put("same.mp4", State.COMPLETED, warnings=(Warn("w", "W."),))
        scene.frame.resize(1240, 1000)
        picture = scene.table.viewport().grab().toImage()
        rows = [bytes(picture.copy(0, 60 * n, picture.width(), 60).constBits()) for n in range(len(State) + 3)]
        assert len(set(rows)) == len(rows)

    stage(story)


def test_a_row_under_the_pointer_is_lit_as_a_whole(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        await scene.put("a.mp4")
        plain = scene.table.viewport().grab().toImage()
        scene.table._hover(0)
        lit = scene.table.viewport().grab().toImage()
        for x in (5, plain.width() // 2, plain.width() - 5):
            assert plain.pixelColor(x, 4) != lit.pixelColor(x, 4)

    stage(story)


@pytest.mark.parametrize(
    ("info", "icon"),
    [(FILM, "film"), (None, "film"), (MediaInfo("mp3", 3.0, (MediaStream(0, "audio", "mp3"),)), "music")],
)
def test_the_tile_says_what_kind_of_media_it_is(info: MediaInfo | None, icon: str) -> None:
    assert media_tile(job(source=Source(path=b"/a", info=info)))[0] == icon
