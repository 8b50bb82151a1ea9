"""Sources that are no media, cut off, damaged, unreadable or gone: each ends as it should, with its sentence."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.model.job import Job
from pipeline.model.state import State
from tests.support import audit, child, damage
from tests.support.builders import Media
from tests.support.wait import until

Maker = Callable[[Media, Path], Path]

# What is made, and what the user reads about it; `{}` is its path.
REFUSED: dict[str, tuple[Maker, str, str]] = {
    "text": (
        lambda media, file: damage.text(file),
        "not_media",
        "This is not a media file: {}.",
    ),
    "archive": (
        lambda media, file: damage.archive(file),
        "not_media",
        "This is not a media file: {}.",
    ),
    "playlist": (
        lambda media, file: damage.playlist(file),
        "not_media",
        "This is not a media file: {}.",
    ),
    "header of noise": (
        lambda media, file: damage.header_noise(media.clip("h264_aac.mp4"), file, length=4096),
        "not_media",
        "This is not a media file: {}.",
    ),
    "empty": (
        lambda media, file: damage.empty(file),
        "source_empty",
        "The source is empty: {}.",
    ),
    "cut, index last": (
        lambda media, file: damage.cut(media.clip("moov_last.mp4"), file, 0.6),
        "source_truncated",
        "The source is cut off and cannot be opened: {}.",
    ),
    "broken link": (
        lambda media, file: damage.broken_link(file),
        "broken_link",
        "This link points nowhere: {}.",
    ),
    "pipe": (
        lambda media, file: damage.pipe(file),
        "not_a_file",
        "This is not a regular file: {}.",
    ),
    "never there": (
        lambda media, file: file,
        "source_missing",
        "The source is gone: {}.",
    ),
}

# Damaged, but enough is left for a result that is kept and marked.
MARKED: dict[str, Maker] = {
    "cut, index first": lambda media, file: damage.cut(media.clip("h264_aac.mp4"), file, 0.6),
    "block of zeros": lambda media, file: damage.zero_block(media.clip("h264_aac.mp4"), file),
    "block of noise": lambda media, file: damage.noise_block(media.clip("h264_aac.mp4"), file),
    "cut matroska": lambda media, file: damage.cut(media.clip("h264_aac.mkv"), file, 0.6),
}


@dataclass(frozen=True)
class Outcomes:
    """One run over all of them, and its jobs by the name of their source."""

    folder: Path
    files: dict[str, Path]
    jobs: dict[bytes, Job]
    ended: child.Ended

    def job(self, kind: str) -> Job | None:
        """The job made of one of them; None where it was refused before there was a job."""
        return self.jobs.get(os.fsencode(self.files[kind].name))


@pytest.fixture(scope="module")
def outcomes(media: Media, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    folder = tmp_path_factory.mktemp("sources")
    makers = {kind: maker for kind, (maker, _, _) in REFUSED.items()} | MARKED
    files = {
        kind: maker(media, folder / f"{number}{'.mkv' if 'matroska' in kind else '.mp4'}")
        for number, (kind, maker) in enumerate(makers.items())
    }
    good = Path(shutil.copyfile(media.clip("h264_aac.mp4"), folder / "good.mp4"))
    ended = child.reelyard(
        "run", "convert", *files.values(), good, "--preset", "web-1080p",
        "-o", folder / "out", "--home", folder / "home", "--json", limit_s=120,
    )  # fmt: skip
    jobs = {os.path.basename(job.source.path): job for job in audit.books(folder / "home").jobs}
    return Outcomes(folder, files, jobs, ended)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and links are made otherwise there")
@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_converted_is_refused_with_its_sentence(kind: str, outcomes: Outcomes) -> None:
    _, code, sentence = REFUSED[kind]
    said = sentence.format(outcomes.files[kind])
    job = outcomes.job(kind)
    if job is None:
        assert said in outcomes.ended.err
        return
    assert job.state is State.FAILED
    assert job.problem is not None
    assert (job.problem.code, job.problem.message) == (code, said)
    assert job.problem.remedy.text


@pytest.mark.parametrize("kind", MARKED)
def test_what_is_damaged_part_way_is_converted_and_marked_with_the_place(kind: str, outcomes: Outcomes) -> None:
    job = outcomes.job(kind)
    assert job is not None
    assert job.state is State.COMPLETED, job.problem
    assert job.warnings, "a result of a damaged source must say so"
    assert any(warning.at_s is not None and 0.0 <= warning.at_s <= 2.1 for warning in job.warnings), job.warnings
    assert audit.faults_of_results([job]) == []


def test_the_good_one_between_them_is_converted_and_the_exit_code_tells_of_the_others(outcomes: Outcomes) -> None:
    good = outcomes.jobs[b"good.mp4"]
    assert good.state is State.COMPLETED, good.problem
    assert good.warnings == ()
    assert outcomes.ended.code == 1
    assert audit.strangers(outcomes.folder / "out", [j for j in outcomes.jobs.values() if j.artifacts]) == []


def test_a_folder_with_the_name_of_a_film_is_walked(media: Media, tmp_path: Path) -> None:
    folder = tmp_path / "clip.mp4"
    (folder / "deep").mkdir(parents=True)
    shutil.copyfile(media.clip("h264_aac.mp4"), folder / "deep" / "film.mp4")
    ended = child.reelyard(
        "run", "convert", folder, "--preset", "remux-mp4", "-o", tmp_path / "out", "--home", tmp_path / "home", "--json"
    )
    assert ended.code == 0, ended.err
    assert [path.name for path in (tmp_path / "out").rglob("*.mp4") if path.is_file()] == ["film.mp4"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_source_that_may_not_be_read_is_refused_with_its_sentence(media: Media, tmp_path: Path) -> None:
    secret = Path(shutil.copyfile(media.clip("h264_aac.mp4"), tmp_path / "secret.mp4"))
    secret.chmod(0)
    words = child.command(
        "run", "convert", secret, "--preset", "remux-mp4", "-o", tmp_path / "out", "--home", tmp_path / "home", "--json"
    )
    ended = child.run(child.powerless(words))
    assert ended.code == 1, ended.out + ended.err
    assert f"The source may not be read: {secret}." in ended.said


def test_a_source_that_vanishes_before_its_turn_is_named(media: Media, tmp_path: Path) -> None:
    first = Path(shutil.copyfile(media.seconds(12), tmp_path / "first.mp4"))
    second = Path(shutil.copyfile(media.clip("h264_aac.mp4"), tmp_path / "second.mp4"))
    said = tmp_path / "said.txt"
    app = child.start(_slow_words(tmp_path, first, second), out=said)
    until(lambda: b'"job.progress"' in said.read_bytes(), "work to begin")
    second.unlink()
    assert app.wait(60) == 1
    jobs = {job.name: job for job in audit.books(tmp_path / "home").jobs}
    assert jobs["first.mp4"].state is State.COMPLETED
    assert jobs["second.mp4"].state is State.FAILED
    assert jobs["second.mp4"].problem is not None
    assert jobs["second.mp4"].problem.message == f"The source is gone: {second}."


def test_a_source_that_vanishes_while_it_is_read_gives_one_true_ending(media: Media, tmp_path: Path) -> None:
    source = Path(shutil.copyfile(media.seconds(12), tmp_path / "source.mp4"))
    said = tmp_path / "said.txt"
    app = child.start(_slow_words(tmp_path, source), out=said)
    until(lambda: b'"job.progress"' in said.read_bytes(), "work to begin")
    source.unlink()
    app.wait(60)
    job = audit.books(tmp_path / "home").jobs[0]
    if job.state is State.COMPLETED:
        # An open file can be read to its end after its name is gone.
        assert [warning.code for warning in job.warnings] == ["source_vanished"]
        assert audit.faults_of_results([job]) == []
    else:
        assert job.state is State.FAILED
        assert job.problem is not None
        assert job.problem.message == f"The source is gone: {source}."
    results = [job] if job.artifacts else []
    assert job.state is State.FAILED or audit.strangers(tmp_path / "out", results) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a file being written may not be opened there")
def test_a_source_that_is_still_being_written_is_named(media: Media, tmp_path: Path) -> None:
    content = media.seconds(12).read_bytes()
    source = tmp_path / "source.mp4"
    source.write_bytes(content)
    ended = threading.Event()

    def grow() -> None:
        with open(source, "ab") as file:
            while not ended.wait(0.02):
                file.write(b"\0" * 4096)
                file.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        run = child.run(_slow_words(tmp_path, source), limit_s=120)
    finally:
        ended.set()
        writer.join()
    job = audit.books(tmp_path / "home").jobs[0]
    assert run.code == 1, run.err
    assert job.state is State.FAILED
    assert job.problem is not None
    assert job.problem.message == f"The source is still being written: {source}."
    assert not [path for path in (tmp_path / "out").iterdir() if path.name != audit.SCRATCH]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_cancels_in_order_and_leaves_nothing(media: Media, tmp_path: Path) -> None:
    source = Path(shutil.copyfile(media.seconds(12), tmp_path / "source.mp4"))
    said = tmp_path / "said.txt"
    app = child.start(_slow_words(tmp_path, source), out=said)
    until(lambda: b'"job.progress"' in said.read_bytes(), "work to begin")
    app.send_signal(signal.SIGINT)
    assert app.wait(30) == 130
    job = audit.books(tmp_path / "home").jobs[0]
    assert job.state is State.CANCELED
    assert not [path for path in (tmp_path / "out").iterdir() if path.name != audit.SCRATCH]
    assert child.users_of(tmp_path) == []


def _slow_words(folder: Path, *sources: Path) -> list[str | bytes]:
    """A run of one job at a time, slow enough for something to happen meanwhile."""
    return child.command(
        "run", "convert", *sources, "--preset", "web-1080p", "--jobs", "1",
        "-o", folder / "out", "--home", folder / "home", "--json",
    )  # fmt: skip
