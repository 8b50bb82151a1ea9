"""Files with names that break programs: each is made into a result, whatever its name."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.model.job import Job
from pipeline.model.state import State
from tests.support import audit, child
from tests.support.builders import Media
from tests.support.names import ODD_NAMES, can_be_named


@dataclass(frozen=True)
class Outcomes:
    """One run over all odd names this file system takes, and its jobs by the name of their source."""

    taken: frozenset[bytes]
    jobs: dict[bytes, Job]
    ended: child.Ended
    out: Path


@pytest.fixture(scope="module")
def outcomes(media: Media, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    folder = tmp_path_factory.mktemp("names")
    clip = media.clip("h264_aac.mp4")
    taken = frozenset(name for name in ODD_NAMES.values() if can_be_named(folder, name))
    sources = [os.path.join(os.fsencode(folder), name) for name in ODD_NAMES.values() if name in taken]
    for source in sources:
        shutil.copyfile(clip, source)
    ended = child.reelyard(
        "run", "convert", *sources, "--preset", "remux-mp4", "-o", folder / "out", "--home", folder / "home", "--json"
    )
    jobs = {os.path.basename(job.source.path): job for job in audit.books(folder / "home").jobs}
    return Outcomes(taken, jobs, ended, folder / "out")


@pytest.mark.parametrize("kind", ODD_NAMES)
def test_a_source_with_an_odd_name_is_converted(kind: str, outcomes: Outcomes) -> None:
    name = ODD_NAMES[kind]
    if name not in outcomes.taken:
        pytest.skip("this file system does not take the name")
    job = outcomes.jobs[name]
    assert job.state is State.COMPLETED, f"{job.problem}\n{outcomes.ended.err[-2000:]}"
    assert audit.faults_of_results([job]) == []


def test_results_keep_the_names_of_their_sources(outcomes: Outcomes) -> None:
    clashing = (ODD_NAMES["no suffix"], ODD_NAMES["hidden suffix"])
    for name, job in outcomes.jobs.items():
        made = os.path.basename(job.artifacts[0].path)
        if name not in clashing:
            assert made == os.path.splitext(name)[0] + b".mp4"
    made_of_clashing = {os.path.basename(outcomes.jobs[name].artifacts[0].path) for name in clashing}
    assert made_of_clashing == {b"film.mp4", b"film (2).mp4"}


def test_the_whole_run_succeeds_and_prints_names_that_are_no_text(outcomes: Outcomes) -> None:
    assert outcomes.ended.code == 0, outcomes.ended.err[-2000:]
    odd = [job for job in outcomes.ended.summary["jobs"] if "path_b64" in job["artifacts"][0]]
    assert len(odd) == sum(not _is_text(name) for name in outcomes.jobs)
    assert audit.strangers(outcomes.out, outcomes.jobs.values()) == []


def test_a_leading_dash_works_as_a_bare_name_too(media: Media, tmp_path: Path) -> None:
    shutil.copyfile(media.clip("h264_aac.mp4"), tmp_path / "-i.mp4")
    words = child.command(
        "run", "convert", "--preset", "remux-mp4", "-o", tmp_path / "out", "--home", tmp_path / "home", "--", "-i.mp4"
    )
    ended = child.run(words, folder=tmp_path, env={"PYTHONPATH": str(child.ROOT)})
    assert ended.code == 0, ended.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["-i.mp4"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_plain_lines_show_a_newline_in_a_name_without_breaking_the_line(media: Media, tmp_path: Path) -> None:
    source = os.path.join(os.fsencode(tmp_path), ODD_NAMES["newline"])
    shutil.copyfile(media.clip("h264_aac.mp4"), source)
    ended = child.reelyard(
        "run", "convert", source, "--preset", "remux-mp4", "-o", tmp_path / "out", "--home", tmp_path / "home"
    )
    assert ended.code == 0, ended.err
    assert len(ended.out.splitlines()) == 1, ended.out


def _is_text(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True
