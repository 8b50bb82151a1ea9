"""What runs beside the queue: Scripts with real tools, and nothing left behind."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from pipeline.engine.aside import Aside
from pipeline.engine.cancel import Cancel
from pipeline.media.toolchain import Toolchain
from pipeline.model.source import Source
from pipeline.model.stage import Act, Call, Canceled, Command, Outcome, Run, StepFailed, Talk, Together

SOURCE = Source(path=b"/media/film.mp4")
TEN_FRAMES = (
    "ffmpeg", "-v", "level+error", "-y", "-progress", "pipe:1",
    "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=10:duration=1",
    "-c:v", "ffv1", "file:part.mkv",
)  # fmt: skip
SAYS_FIVE = ("python", "-c", "print('{\"value\": 5}')")


class Said(Act, frozen=True):
    """Writes a word into the folder and returns it."""

    word: str

    def run(self, cancel: object, tick: object, folder: str) -> str:
        Path(folder, "word").write_text(self.word)
        return self.word


def driven(talk: Talk[object], folder: Path, cancel: Cancel | None = None) -> object:
    """What a Talk returns when it is run in a folder."""
    return Aside(Toolchain(), str(folder), cancel or Cancel()).drive(talk, SOURCE)


def test_steps_run_in_order_in_the_folder_that_is_given(tmp_path: Path) -> None:
    def talk() -> Talk[object]:
        made: Outcome = yield Run(Command(TEN_FRAMES), makes=("part.mkv",))
        assert made.last_tick is not None
        both: Outcome = yield Together((Call(Said("yes")), Run(Command(SAYS_FIVE, speaks="json"))))
        return made.last_tick.frame, both.members[0].value, both.members[1].value

    assert driven(talk(), tmp_path) == (10, "yes", 5)
    assert (tmp_path / "part.mkv").exists()
    assert (tmp_path / "word").read_text() == "yes"


def test_a_step_that_fails_is_diagnosed_and_raised_in_the_script(tmp_path: Path) -> None:
    def talk() -> Talk[object]:
        try:
            yield Run(Command(("ffmpeg", "-v", "level+error", "-i", "file:nothing.mkv", "-f", "null", "-")))
        except StepFailed as failed:
            return failed.outcome.exit_code, bool(failed.outcome.lines)
        return None

    code, has_lines = cast("tuple[int, bool]", driven(talk(), tmp_path))
    assert code != 0
    assert has_lines


def test_a_set_cancel_ends_it(tmp_path: Path) -> None:
    cancel = Cancel()
    cancel.set()

    def talk() -> Talk[object]:
        yield Run(Command(TEN_FRAMES), makes=("part.mkv",))
        return None

    with pytest.raises(Canceled):
        driven(talk(), tmp_path, cancel)
    assert not (tmp_path / "part.mkv").exists()
