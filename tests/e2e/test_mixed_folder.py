"""`reelyard run convert FOLDER` over real, made and damaged files: the right end for each, and nothing left behind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.clips import NotHere, fetch, listed
from pipeline.media.probe import Prober
from pipeline.model.job import Job
from pipeline.model.source import MediaInfo
from pipeline.model.state import State
from tests.support import audit, child, damage
from tests.support.builders import CLIPS, Media

pytestmark = pytest.mark.slow

MARK = "REELYARD_TEST_MIXED"
PICTURES = (".jpg", ".gif")  # passed over in folders, tried when named
MADE = tuple(name for name in CLIPS if not name.endswith(PICTURES))
REAL = tuple(clip.name for clip in listed())

# Files that become jobs which fail, with the code of their Problem.
FAILING: dict[str, tuple[Callable[[Media, Path], Path], str]] = {
    "letter.mp4": (lambda media, file: damage.text(file), "not_media"),
    "archive.mkv": (lambda media, file: damage.archive(file), "not_media"),
    "noise.mp4": (lambda media, file: damage.header_noise(media.clip("h264_aac.mp4"), file, length=4096), "not_media"),
    "empty.mov": (lambda media, file: damage.empty(file), "source_empty"),
    "link.mp4": (lambda media, file: damage.broken_link(file), "broken_link"),
    "cut, index last.mp4": (
        lambda media, file: damage.cut(media.clip("moov_last.mp4"), file, 0.6),
        "source_truncated",
    ),
}

# Damaged files that become marked results, and how much of their 2 s is there at least.
MARKED: dict[str, tuple[Callable[[Media, Path], Path], float]] = {
    "cut, index first.mp4": (lambda media, file: damage.cut(media.clip("h264_aac.mp4"), file, 0.6), 0.8),
    "cut.mkv": (lambda media, file: damage.cut(media.clip("h264_aac.mkv"), file, 0.6), 0.8),
    "cut.avi": (lambda media, file: damage.cut(media.clip("mpeg4_mp3.avi"), file, 0.6), 0.8),
    "zeros.mp4": (lambda media, file: damage.zero_block(media.clip("h264_aac.mp4"), file), 1.5),
    "noise inside.mp4": (lambda media, file: damage.noise_block(media.clip("h264_aac.mp4"), file), 1.5),
    "zeros.ts": (lambda media, file: damage.zero_block(media.clip("mpeg2_mp2.ts"), file), 1.5),
}

# What lies about in folders and is no media: passed over, with a reason.
IGNORED: dict[str, Callable[[Media, Path], Path]] = {
    "picture.jpg": lambda media, file: Path(shutil.copyfile(media.clip("picture.jpg"), file)),
    "animation.gif": lambda media, file: Path(shutil.copyfile(media.clip("animation.gif"), file)),
    "pipe.mp4": lambda media, file: damage.pipe(file),
    "notes.txt": lambda media, file: damage.text(file),
    "backup.zip": lambda media, file: damage.archive(file),
    "live.m3u8": lambda media, file: damage.playlist(file),
    ".hidden.mp4": lambda media, file: Path(shutil.copyfile(media.clip("h264_aac.mp4"), file)),
}


@dataclass(frozen=True)
class Outcomes:
    """One run over the folder, and its jobs by their source's path below the folder."""

    folder: Path
    sums: dict[Path, str]
    jobs: dict[str, Job]
    ended: child.Ended
    left: list[str]
    results: dict[str, MediaInfo]

    @property
    def out(self) -> Path:
        return self.folder.parent / "out"

    def job(self, name: str) -> Job:
        assert name in self.jobs, f"no job was made of {name}\n{self.ended.err[-3000:]}"
        return self.jobs[name]

    def result(self, name: str) -> MediaInfo:
        """What is in the result of one source."""
        self.job(name)
        return self.results[name]


@pytest.fixture(scope="module")
def outcomes(media: Media, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    folder = tmp_path_factory.mktemp("mixed") / "folder"
    for part in ("made", "damaged", "other"):
        (folder / part).mkdir(parents=True)
    for name in MADE:
        shutil.copyfile(media.clip(name), folder / "made" / name)
    for name, (make, _) in FAILING.items():
        make(media, folder / "damaged" / name)
    for name, (make, _) in MARKED.items():
        make(media, folder / "damaged" / name)
    for name, put in IGNORED.items():
        put(media, folder / "other" / name)
    return _run(folder)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    folder = tmp_path_factory.mktemp("mixed-real") / "real"
    folder.mkdir()
    try:
        files = fetch(listed())
    except NotHere as why:
        pytest.skip(str(why))
    for name, file in files.items():
        shutil.copyfile(file, folder / name)
    return _run(folder, *(folder / name for name in REAL if name.endswith(PICTURES)))


def _run(folder: Path, *named: Path) -> Outcomes:
    sums = {path: audit.digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    home = folder.parent / "home"
    mark = str(folder)
    ended = child.reelyard(
        "run", "convert", folder, *named, "--preset", "web-1080p", "-o", folder.parent / "out", "--home", home,
        "--jobs", "2", "--json", env={MARK: mark}, limit_s=900,
    )  # fmt: skip
    left = audit.marked(MARK, mark)
    jobs = {os.path.relpath(job.source.file, folder): job for job in audit.books(home).jobs}
    return Outcomes(folder, sums, jobs, ended, left, _looked_into(jobs))


def _looked_into(jobs: dict[str, Job]) -> dict[str, MediaInfo]:
    """What is in the results of the jobs that have one."""
    prober = Prober()
    try:
        return {name: prober.info(job.artifacts[0].file) for name, job in jobs.items() if job.artifacts}
    finally:
        prober.close()


@pytest.mark.parametrize("name", MADE)
def test_a_good_file_of_every_kind_is_converted(name: str, outcomes: Outcomes) -> None:
    job = outcomes.job(f"made/{name}")
    assert job.state is State.COMPLETED, job.problem
    assert [warning.code for warning in job.warnings] == (["hdr_to_sdr"] if name == "hdr10.mkv" else [])
    assert audit.faults_of_results([job]) == []
    _plays_everywhere(job, outcomes.result(f"made/{name}"))


@pytest.mark.parametrize("name", REAL)
def test_a_real_file_is_converted(name: str, real: Outcomes) -> None:
    job = real.job(name)
    assert job.state is State.COMPLETED, job.problem
    assert audit.faults_of_results([job]) == []
    _plays_everywhere(job, real.result(name))


@pytest.mark.parametrize("name", FAILING)
def test_a_file_that_is_no_media_fails_with_its_problem(name: str, outcomes: Outcomes) -> None:
    job = outcomes.job(f"damaged/{name}")
    assert job.state is State.FAILED
    assert job.problem is not None
    assert job.problem.code == FAILING[name][1]
    assert job.artifacts == ()


@pytest.mark.parametrize("name", MARKED)
def test_a_damaged_file_is_converted_and_marked(name: str, outcomes: Outcomes) -> None:
    job = outcomes.job(f"damaged/{name}")
    assert job.state is State.COMPLETED, job.problem
    assert job.warnings
    assert all(warning.at_s is not None for warning in job.warnings)
    assert audit.faults_of_results([job]) == []
    duration_s = outcomes.result(f"damaged/{name}").duration_s
    assert duration_s is not None
    assert duration_s >= MARKED[name][1]


@pytest.mark.parametrize("name", IGNORED)
def test_what_is_no_media_is_passed_over(name: str, outcomes: Outcomes) -> None:
    assert f"other/{name}" not in outcomes.jobs
    if not name.startswith("."):
        assert name in outcomes.ended.err


def test_the_tree_is_mirrored_and_nothing_else_is_there(outcomes: Outcomes) -> None:
    completed = [job for job in outcomes.jobs.values() if job.state is State.COMPLETED]
    assert audit.strangers(outcomes.out, completed) == []
    for name, job in outcomes.jobs.items():
        for artifact in job.artifacts:
            assert Path(artifact.file).parent.name == Path(name).parent.name


def test_every_file_is_accounted_for(outcomes: Outcomes) -> None:
    summary = outcomes.ended.summary
    assert len(outcomes.jobs) == len(MADE) + len(FAILING) + len(MARKED)
    assert (summary["completed"], summary["failed"]) == (len(MADE) + len(MARKED), len(FAILING))
    assert (summary["skipped"], summary["canceled"]) == (0, 0)
    assert outcomes.ended.code == 1


def test_sources_are_as_they_were_and_no_process_is_left(outcomes: Outcomes, real: Outcomes) -> None:
    for run in (outcomes, real):
        assert {path: audit.digest(path) for path in run.sums} == run.sums
        assert run.left == []


def test_details_of_a_picture_survive(outcomes: Outcomes) -> None:
    def size(name: str) -> tuple[int, int]:
        video = outcomes.result(f"made/{name}").video
        assert video is not None
        return video.width, video.height

    assert size("anamorphic.mp4") == (512, 288)
    assert size("odd_321x181.mkv") in ((320, 180), (322, 182))
    assert size("rotated.mp4") == (180, 320)


def test_no_frame_of_a_variable_rate_is_lost_or_added(outcomes: Outcomes) -> None:
    info = outcomes.job("made/vfr.mp4").source.info
    made = outcomes.result("made/vfr.mp4").video
    assert info is not None and info.video is not None and made is not None
    assert made.frames == info.video.frames


def test_tracks_chapters_and_cover_survive(outcomes: Outcomes) -> None:
    tracks = outcomes.result("made/tracks.mkv")
    assert [audio.language for audio in tracks.of_kind("audio")] == ["eng", "deu"]
    assert [subtitle.language for subtitle in tracks.of_kind("subtitle")] == ["eng", "deu"]
    assert tracks.chapters == 2
    assert len(outcomes.result("made/cover.mp4").of_kind("cover")) == 1


def _plays_everywhere(job: Job, made: MediaInfo) -> None:
    """H.264 8 bit 4:2:0 upright with square pixels and AAC, as long as the source."""
    source = job.source.info
    assert source is not None
    assert (made.video is None) == (source.video is None)
    if made.video is not None:
        assert (made.video.codec, made.video.pixel_format) == ("h264", "yuv420p")
        assert made.video.sample_aspect in ("", "1:1")
        assert made.video.rotation == 0
        assert not made.video.is_hdr
        assert min(made.video.width, made.video.height) <= 1080
    assert [audio.codec for audio in made.of_kind("audio")] == ["aac"] * len(source.of_kind("audio"))
    if source.duration_s is not None and made.duration_s is not None and not job.warnings:
        assert abs(made.duration_s - source.duration_s) <= max(0.25, 0.02 * source.duration_s)
