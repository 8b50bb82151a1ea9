from __future__ import annotations

from app.ui.main_window import HISTORY
from pipeline.model import problem
from pipeline.model.state import State
from tests.app.models.rows import job
from tests.app.ui.conftest import Play
from tests.app.ui.scene import Scene, until

ENDED = [state for state in State if state.is_terminal]
PAST = [
    job("same.mp4", state, ended_ms=n + 1, problem=problem.not_media(b"/a") if state is State.FAILED else None)
    for n, state in enumerate(ENDED)
]


def test_every_ending_is_painted_and_no_two_alike(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        scene.frame.side_bar.choose(HISTORY)
        await until(lambda: scene.window.past.rowCount() == len(ENDED), "the history")
        picture = scene.frame.history.table.viewport().grab().toImage()
        rows = [bytes(picture.copy(0, 60 * n, picture.width(), 60).constBits()) for n in range(len(ENDED))]
        assert len(set(rows)) == len(rows)

    stage(story, past=PAST)
