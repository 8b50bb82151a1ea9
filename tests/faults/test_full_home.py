"""The drive of the home runs full while jobs work: nothing is lost, and work goes on when there is room again."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.model.state import State
from tests.support import audit, child
from tests.support.builders import Media
from tests.support.wait import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a small drive is mounted"),
]


@pytest.fixture
def home_drive(tmp_path: Path) -> Iterator[Path]:
    """A drive of 2 MB for the home."""
    folder = tmp_path / "drive"
    folder.mkdir()
    mounted = child.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)])
    if mounted.code:
        pytest.skip(f"this user may not mount: {mounted.err}")
    yield folder
    child.run(["umount", "-l", str(folder)])


def test_a_home_that_runs_full_while_a_job_works_is_named_and_the_job_still_ends(
    media: Media, home_drive: Path, tmp_path: Path
) -> None:
    sources = [
        Path(shutil.copyfile(media.seconds(seconds), tmp_path / f"{number}.mp4"))
        for number, seconds in enumerate((12, 6, 6))
    ]
    home, said = home_drive / "home", tmp_path / "said.txt"
    words = child.command(
        "run", "convert", *sources, "--preset", "web-1080p", "--jobs", "1",
        "-o", tmp_path / "out", "--home", home, "--json",
    )  # fmt: skip
    app = child.start(words, out=said)
    until(lambda: b'"job.progress"' in said.read_bytes(), "work to begin")
    ballast = home_drive / "ballast"
    _fill(ballast)
    until(
        lambda: b"The history cannot be written" in said.read_bytes() or app.poll() is not None,
        "someone to say that the history cannot be written",
        limit_s=60,
    )
    assert app.poll() is None, said.read_text()[-3000:]
    ballast.unlink()
    code = app.wait(90)

    found = audit.books(home)
    first, *others = found.jobs
    assert found.complaints == ()
    # The job at work may be told that its ending cannot be written; those behind it wait until it can.
    if first.state is State.FAILED:
        assert first.problem is not None
        assert first.problem.code == "store_unwritable"
    else:
        assert first.state is State.COMPLETED
    assert [job.state for job in others] == [State.COMPLETED] * len(others), said.read_text()[-3000:]
    assert code == (first.state is State.FAILED)
    assert audit.faults_of_results([job for job in found.jobs if job.artifacts]) == []
    results = sorted(path.name for path in (tmp_path / "out").iterdir() if path.name != audit.SCRATCH)
    assert results == [Path(job.artifacts[0].file).name for job in found.jobs if job.artifacts]
    assert "Traceback" not in said.read_text()


def _fill(file: Path) -> None:
    """Takes all the room there is."""
    with open(file, "wb", buffering=0) as out:
        for size in (65536, 4096, 512):
            try:
                while True:
                    out.write(bytes(size))
            except OSError:
                continue
