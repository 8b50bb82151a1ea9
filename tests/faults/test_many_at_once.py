"""Many short jobs at once into one folder: what one job cleans up is never what another one needs."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from pipeline.engine.workspace import Workspace
from pipeline.model.state import State
from tests.support import audit
from tests.support.builders import Media
from tests.support.engine import opened


def test_a_workspace_can_be_opened_while_others_in_its_folder_are_removed(tmp_path: Path) -> None:
    errors: list[BaseException] = []

    def open_and_remove(name: str) -> None:
        try:
            for number in range(300):
                workspace = Workspace(str(tmp_path), f"{name}-{number}")
                workspace.open()
                workspace.prepare(["1-1/encode.mp4"])
                workspace.remove()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=open_and_remove, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_forty_sources_of_one_name_become_forty_results(media: Media, tmp_path: Path) -> None:
    sources = []
    for number in range(40):
        folder = tmp_path / "in" / str(number)
        folder.mkdir(parents=True)
        sources.append(Path(shutil.copyfile(media.clip("plain.mp3"), folder / "song.mp3")))
    with opened(tmp_path, jobs_at_once=8) as engine:
        jobs = engine.add(*sources, preset="audio-mp3")
        ended = [engine.wait_for(job.id, State.COMPLETED, State.FAILED, State.CANCELED) for job in jobs]
    assert [str(job.problem) for job in ended if job.problem] == []
    names = {Path(job.artifacts[0].file).name for job in ended}
    assert names == {"song.mp3"} | {f"song ({number}).mp3" for number in range(2, 41)}
    assert audit.strangers(tmp_path / "out", ended) == []
