from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pipeline.engine import noreplace
from pipeline.engine.workspace import Workspace
from pipeline.model.job import Job
from tests.pipeline.engine.test_publish import Bench, package


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.writer.close()


class Crash(Exception):
    """The power fails here."""


def crash_after(bench: Bench, patch: pytest.MonkeyPatch, job: Job, puts: int, *names: str) -> None:
    """Publishes, but the app dies when so many names are given."""
    put, left = noreplace.put, [puts]

    def until_crash(scratch: str, final: str) -> None:
        if not left[0]:
            raise Crash
        left[0] -= 1
        put(scratch, final)

    made = bench.made(job, *names)
    with patch.context() as inner, pytest.raises(Crash):
        inner.setattr(noreplace, "put", until_crash)
        bench.publisher(job).publish(made)


def names_of(bench: Bench) -> list[str]:
    return sorted(name for name in os.listdir(bench.out) if name not in (".reelyard", "clip.mov"))


def test_nothing_intended_is_nothing_settled(bench: Bench) -> None:
    assert bench.publisher(bench.job()).settled() is None


@pytest.mark.parametrize("puts", [0, 1])
def test_a_crash_between_intent_and_last_name_is_gone_on_from(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, puts: int
) -> None:
    job = bench.job()
    crash_after(bench, monkeypatch, job, puts, "a.mp4", "b.mp4")
    assert len(names_of(bench)) == puts
    settled = bench.publisher(job).settled()
    assert settled is not None
    assert [os.path.basename(artifact.file) for artifact in settled[0]] == ["a.mp4", "b.mp4"]
    assert names_of(bench) == ["a.mp4", "b.mp4"]
    assert settled[0][0].size == 6


@pytest.mark.parametrize("is_deleted", [False, True])
def test_a_crash_around_the_date_is_made_up_for_even_where_the_result_was_deleted_since(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, is_deleted: bool
) -> None:
    """A second name of the scratch file gave that the date too: it is still what was intended."""
    job = bench.job()
    (made,) = bench.made(job, "a.mp4")
    bench.publisher(job).publish([msgspec.structs.replace(made, modified_ns=10**18)])
    if is_deleted:
        (bench.out / "a.mp4").unlink()
    else:
        os.utime(bench.out / "a.mp4", ns=(5, 5))
    assert bench.publisher(job).settled() is not None or not is_deleted
    assert os.stat(bench.out / "a.mp4").st_mtime_ns == 10**18


def test_a_crash_before_the_commit_of_the_ending_publishes_nothing_twice(bench: Bench) -> None:
    job = bench.job()
    bench.publish(job, "a.mp4")
    for _ in range(2):
        settled = bench.publisher(job).settled()
        assert settled is not None and len(settled[0]) == 1
    assert names_of(bench) == ["a.mp4"]


def test_a_crash_before_the_commit_of_the_ending_with_the_scratch_gone(bench: Bench) -> None:
    job = bench.job()
    bench.publish(job, "a.mp4")
    Workspace.of(job).remove()
    settled = bench.publisher(job).settled()
    assert settled is not None and settled[0][0].path == os.fsencode(bench.out / "a.mp4")


def test_a_package_that_was_moved_before_the_crash_is_published(bench: Bench) -> None:
    job = bench.job()
    bench.publisher(job).publish([package(bench, job, "clip")])
    settled = bench.publisher(job).settled()
    assert settled is not None and settled[0][0].size == 107


def test_a_file_that_was_moved_before_the_crash_is_published(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a drive without links the scratch file itself has the name."""
    job = bench.job()
    with monkeypatch.context() as patch:
        patch.setattr(noreplace, "put", noreplace.rename)
        bench.publish(job, "a.mp4")
    assert not os.path.exists(Workspace.of(job).path("scratch-0"))
    assert bench.publisher(job).settled() is not None


def test_a_replacement_that_was_done_before_the_crash_is_published(bench: Bench) -> None:
    (bench.out / "a.mp4").write_bytes(b"older")
    job = bench.job(if_exists="overwrite")
    bench.publish(job, "a.mp4")
    assert bench.publisher(job).settled() is not None
    assert (bench.out / "a.mp4").read_bytes() == b"result"


@pytest.mark.parametrize("change", ["gone", "rewritten", "another file"])
def test_scratch_that_is_not_what_was_intended_is_made_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    job = bench.job()
    crash_after(bench, monkeypatch, job, 0, "a.mp4")
    scratch = Path(Workspace.of(job).path("scratch-0"))
    match change:
        case "gone":
            scratch.unlink()
        case "rewritten":
            scratch.write_bytes(b"RESULT")
            os.utime(scratch, ns=(1, 1))
        case _:
            scratch.rename(scratch.with_name("old"))
            scratch.write_bytes(b"result")
    assert bench.publisher(job).settled() is None
    assert bench.intents(job) == []
    assert bench.names(job) == []
    assert names_of(bench) == []


def test_a_result_a_person_has_deleted_meanwhile_is_put_there_again(bench: Bench) -> None:
    job = bench.job()
    bench.publish(job, "a.mp4")
    (bench.out / "a.mp4").unlink()
    settled = bench.publisher(job).settled()
    assert settled is not None
    assert names_of(bench) == ["a.mp4"]


def test_a_stranger_that_took_the_name_during_the_crash_keeps_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    job = bench.job()
    crash_after(bench, monkeypatch, job, 0, "a.mp4")
    (bench.out / "a.mp4").write_bytes(b"a stranger's")
    settled = bench.publisher(job).settled()
    assert settled is not None and settled[0][0].path == os.fsencode(bench.out / "a (2).mp4")
    assert (bench.out / "a.mp4").read_bytes() == b"a stranger's"


def test_the_rule_a_job_was_added_with_holds_after_the_crash(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    (bench.out / "a.mp4").write_bytes(b"older")
    job = bench.job(if_exists="overwrite")
    with monkeypatch.context() as patch, pytest.raises(Crash):

        def crash(scratch: str, final: str) -> None:
            raise Crash

        patch.setattr(noreplace, "replace", crash)
        bench.publish(job, "a.mp4")
    assert bench.publisher(bench.job(if_exists="rename")).settled() is not None
    assert (bench.out / "a.mp4").read_bytes() == b"result"
    assert names_of(bench) == ["a.mp4"]
