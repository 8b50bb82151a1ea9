"""The window, killed or asked to close while it works: no process outlives it, and every job it took is finished."""

from __future__ import annotations

import random
import shutil
import signal
import sys
import threading
from pathlib import Path

import pytest

from pipeline.model.state import State
from tests.support import audit, child
from tests.support.builders import Media
from tests.support.wait import until

pytestmark = [
    pytest.mark.window,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
]

MARK = "REELYARD_TEST_WINDOW"


def _environment(folder: Path) -> dict[str, str]:
    """No screen, a home of its own, and a folder for results that is not the sources' one."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    (home / "settings.toml").write_text(f'output_folder = "{folder / "out"}"\njobs_at_once = 2\n')
    return {"QT_QPA_PLATFORM": "offscreen", "REELYARD_HOME": str(home), MARK: str(folder)}


def _sources(media: Media, folder: Path) -> list[Path]:
    (folder / "in").mkdir()
    clips = (media.seconds(12), media.seconds(6), media.clip("h264_aac.mp4"))
    return [Path(shutil.copyfile(clip, folder / "in" / f"{number}.mp4")) for number, clip in enumerate(clips)]


def _are_at_work(folder: Path) -> bool:
    return bool(audit.workspaces_in_use(MARK, str(folder)))


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_window_leaves_no_process_and_resume_finishes_its_jobs(
    seed: int, media: Media, tmp_path: Path
) -> None:
    env, sources = _environment(tmp_path), _sources(media, tmp_path)
    app = child.start(child.command(*sources), env=env, out=tmp_path / "said.txt")
    until(lambda: _are_at_work(tmp_path) or app.poll() is not None, "the window to work")
    threading.Event().wait(random.Random(seed).uniform(0.0, 1.5))
    app.kill()
    app.wait(30)
    until(lambda: not audit.marked(MARK, str(tmp_path)), "every child to end", limit_s=5)

    resumed = child.reelyard("resume", "--json", env=env)
    jobs = audit.books(tmp_path / "home").jobs
    assert resumed.code == 0, resumed.err
    assert [job.state for job in jobs] == [State.COMPLETED] * len(sources), (tmp_path / "said.txt").read_text()
    assert audit.faults_of_results(jobs) == []
    assert audit.strangers(tmp_path / "out", jobs) == []


def test_a_window_that_is_asked_to_close_keeps_its_jobs(media: Media, tmp_path: Path) -> None:
    env, sources = _environment(tmp_path), _sources(media, tmp_path)
    app = child.start(child.command(*sources), env=env, out=tmp_path / "said.txt")
    until(lambda: _are_at_work(tmp_path) or app.poll() is not None, "the window to work")
    app.send_signal(signal.SIGTERM)
    assert app.wait(30) == 0, (tmp_path / "said.txt").read_text()
    assert audit.marked(MARK, str(tmp_path)) == []
    states = {job.state for job in audit.books(tmp_path / "home").jobs}
    assert states <= {State.PENDING, State.COMPLETED}
    assert "Traceback" not in (tmp_path / "said.txt").read_text()
