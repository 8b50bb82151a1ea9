"""The program with its window as a process of its own: opened, asked to end, and what is left of it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QApplication

from app.home import claim, find_home
from app.ui.start import explain
from pipeline.model.problem import home_owned
from pipeline.model.state import State
from tests.support import wait
from tests.support.builders import Media
from tests.support.child import command, reelyard, start

WINDOW = {"QT_QPA_PLATFORM": "offscreen"}
LIMIT_S = 60.0


def states(home: Path) -> dict[str, str]:
    """The states of all jobs, as another process reads them."""
    lines = [*reelyard("queue", "--json", "--home", home).events, *reelyard("history", "--json", "--home", home).events]
    return {line["name"]: line["state"] for line in lines if "state" in line}


@pytest.mark.slow
def test_a_window_with_a_file_makes_its_result_and_ends_in_order_when_it_is_told_to(
    media: Media, tmp_path: Path
) -> None:
    (tmp_path / "clip.mp4").write_bytes(media.clip("h264_aac.mp4").read_bytes())
    home = tmp_path / "home"
    process = start(command(tmp_path / "clip.mp4", "--home", home), env=WINDOW, out=tmp_path / "said")
    try:
        wait.until(lambda: (tmp_path / "clip (2).mp4").exists(), "the result", limit_s=LIMIT_S)
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT_S) == 0
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in (tmp_path / "said").read_text()
    owner = claim(find_home(str(home)))  # nobody has it any more
    owner.close()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGINT to send there")
def test_work_that_ctrl_c_interrupts_is_there_at_the_next_start(media: Media, tmp_path: Path) -> None:
    long = media.seconds(120, size="1280x720")
    home, out = tmp_path / "home", tmp_path / "long.mp4"
    out.symlink_to(long)
    process = start(command(out, "--home", home), env=WINDOW)
    try:
        below = psutil.Process(process.pid)
        wait.until(
            lambda: [c for c in below.children(recursive=True) if "ffmpeg" in c.name()], "ffmpeg", limit_s=LIMIT_S
        )
        tree = below.children(recursive=True)
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT_S) == 0
    finally:
        process.kill()
        process.wait()
    assert not psutil.wait_procs(tree, timeout=LIMIT_S)[1]
    assert states(home) == {"long.mp4": State.PENDING.value}


def test_a_problem_before_there_is_a_window_is_said_in_a_box(styled: QApplication) -> None:
    title, sentence = explain(home_owned("/home", 7))
    assert title == "Another Reelyard (process 7) is using /home."
    assert sentence.endswith("or give another folder with --home.")
