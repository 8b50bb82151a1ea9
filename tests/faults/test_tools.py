"""An ffmpeg that is missing, too old, killed, hung, or prints garbage and ends well: what the user reads."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import psutil
import pytest

from pipeline.model.job import Job
from pipeline.model.state import State
from tests.support import audit, child, fake_tool
from tests.support.builders import Media, ffmpeg
from tests.support.engine import opened
from tests.support.wait import until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the tools of these tests are POSIX programs")

# Answers like ffmpeg where it is asked about itself, and has a personality where it is to work.
_TWO_FACED = """#!/bin/sh
case "$*" in
*-version*|*-encoders*|*-filters*) exec '{ffmpeg}' "$@" ;;
esac
{work}
"""


def _two_faced(folder: Path, work: str) -> Path:
    program = folder / "two-faced"
    program.write_text(_TWO_FACED.format(ffmpeg=ffmpeg(), work=work))
    program.chmod(0o755)
    return program


def _ended_with(media: Media, folder: Path, tool: str) -> tuple[child.Ended, Job | None]:
    ended = child.reelyard(
        "run", "convert", media.clip("h264_aac.mp4"), "--preset", "web-1080p",
        "-o", folder / "out", "--home", folder / "home", "--json", env={"REELYARD_FFMPEG": tool},
    )  # fmt: skip
    return ended, next(iter(audit.books(folder / "home").jobs), None)


def test_a_missing_ffmpeg_is_named_with_what_to_do(media: Media, tmp_path: Path) -> None:
    ended, _ = _ended_with(media, tmp_path, str(tmp_path / "nowhere" / "ffmpeg"))
    assert ended.code == 1, ended.err
    assert "ffmpeg was not found." in ended.said
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("personality", "sentence"),
    [
        ("old", "ffmpeg 4.1 is too old."),
        ("old_build", "ffmpeg N-90000-gabcdef0 is too old."),
        ("nonsense", "ffmpeg does not answer like ffmpeg."),
        ("refuses", "ffmpeg does not answer like ffmpeg."),
    ],
)
def test_an_ffmpeg_that_cannot_be_used_is_named(personality: str, sentence: str, media: Media, tmp_path: Path) -> None:
    ended, job = _ended_with(media, tmp_path, str(fake_tool.install(tmp_path, personality)))
    assert ended.code == 1, ended.err
    assert sentence in ended.said
    assert job is None or job.state is State.FAILED
    assert _results(tmp_path / "out") == []


def test_garbage_with_a_good_exit_code_is_no_result(media: Media, tmp_path: Path) -> None:
    garbage = f"exec '{sys.executable}' '{os.path.abspath(fake_tool.__file__)}' binary"
    ended, job = _ended_with(media, tmp_path, str(_two_faced(tmp_path, garbage)))
    assert ended.code == 1, ended.err
    assert job is not None
    assert job.state is State.FAILED
    assert job.problem is not None
    assert job.problem.message == "The result did not pass its check and was thrown away."
    assert _results(tmp_path / "out") == []


def test_a_file_of_garbage_with_a_good_exit_code_is_no_result(media: Media, tmp_path: Path) -> None:
    # It lies while it encodes; what reads the result afterwards is honest. The last argument is the output.
    liar = (
        f'case "$*" in *libx264*) ;; *) exec \'{ffmpeg()}\' "$@" ;; esac\n'
        'for last; do :; done; head -c 100000 /dev/zero > "${last#file:}"\n'
        "printf 'frame=50\\nout_time_us=2000000\\nprogress=end\\n'"
    )
    ended, job = _ended_with(media, tmp_path, str(_two_faced(tmp_path, liar)))
    assert ended.code == 1, ended.err
    assert job is not None
    assert job.state is State.FAILED
    assert job.problem is not None
    assert job.problem.message == "The result did not pass its check and was thrown away."
    assert _results(tmp_path / "out") == []


def test_a_killed_ffmpeg_is_named_and_was_tried_again(media: Media, tmp_path: Path) -> None:
    tool = _two_faced(tmp_path, f"echo started >> '{tmp_path}/starts'; kill -9 $$")
    with opened(tmp_path, ffmpeg=str(tool), retry_after_s=(0.01, 0.01)) as engine:
        (job,) = engine.add(media.clip("h264_aac.mp4"))
        ended = engine.wait_for(job.id, State.FAILED, State.COMPLETED)
    assert ended.state is State.FAILED
    assert ended.problem is not None
    assert ended.problem.message == "ffmpeg was stopped from outside (SIGKILL)."
    assert len((tmp_path / "starts").read_text().splitlines()) == 3
    assert _results(tmp_path / "out") == []


def test_an_ffmpeg_killed_once_is_tried_again_and_the_job_completes(media: Media, tmp_path: Path) -> None:
    source = Path(shutil.copyfile(media.seconds(12), tmp_path / "source.mp4"))
    with opened(tmp_path, retry_after_s=(0.01,)) as engine:
        (job,) = engine.add(source)
        until(lambda: _encoders(tmp_path), "ffmpeg to be at work")
        _encoders(tmp_path)[0].send_signal(signal.SIGKILL)
        ended = engine.wait_for(job.id, State.FAILED, State.COMPLETED)
        assert ended.state is State.COMPLETED, ended.problem
        assert [change.state for change in engine.changes(job.id)] == [
            State.RUNNING,
            State.COMPLETING,
            State.COMPLETED,
        ], "nobody sees failed and then running"
    assert audit.faults_of_results([ended]) == []


def test_a_hung_ffmpeg_is_stopped_and_named(media: Media, tmp_path: Path) -> None:
    hung = f"exec '{sys.executable}' '{os.path.abspath(fake_tool.__file__)}' stalls"
    with opened(tmp_path, ffmpeg=str(_two_faced(tmp_path, hung)), stall_after_s=1) as engine:
        (job,) = engine.add(media.clip("h264_aac.mp4"))
        ended = engine.wait_for(job.id, State.FAILED, State.COMPLETED)
    assert ended.state is State.FAILED
    assert ended.problem is not None
    assert ended.problem.code == "tool_stalled"
    assert ended.problem.message.startswith("ffmpeg made no progress for ")
    assert ended.problem.message.endswith(" s and was stopped.")


def _encoders(folder: Path) -> list[psutil.Process]:
    """The ffmpegs at work for the engine of this process, in this folder."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if process.name().startswith("ffmpeg") and process.cwd().startswith(str(folder)):
                found.append(process)
        except psutil.Error:
            continue
    return found


def _results(out: Path) -> list[str]:
    return [path.name for path in out.iterdir() if path.name != audit.SCRATCH] if out.exists() else []
