from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.engine import noreplace
from pipeline.engine.cancel import Cancel
from pipeline.engine.names import NAME_BYTES
from pipeline.engine.patience import Patience
from pipeline.engine.publish import Publisher
from pipeline.engine.workspace import Workspace
from pipeline.model.destination import Destination
from pipeline.model.job import Artifact, Job
from pipeline.model.problem import PipelineError, Warn
from pipeline.model.source import Source
from pipeline.store.jobs import save_jobs
from pipeline.store.publishing import Intent, intents_of, names_of
from pipeline.store.recovery import open_database
from pipeline.store.writer import Writer
from tests.pipeline.engine.test_noreplace import neither, no_links
from tests.pipeline.store.support import LIMIT_S, a_job


class Bench:
    """A store, a destination with a source in it, and jobs that have made something."""

    def __init__(self, folder: Path) -> None:
        path = open_database(str(folder / "home")).path
        self.writer = Writer(path, lambda told: None, lambda problem: None)
        self.store = Patience(self.writer, Cancel(), lambda waits, why: None)
        self.writer.start()
        self.out = folder / "out"
        self.out.mkdir()
        self.source = self.out / "clip.mov"
        self.source.write_bytes(b"source")

    def job(self, num: int = 1, if_exists: Any = "rename") -> Job:
        job = msgspec.structs.replace(
            a_job(num),
            source=Source(os.fsencode(self.source), size=6, mtime_ns=1),
            destination=Destination(os.fsencode(self.out), if_exists),
        )
        self.writer.submit(lambda c: save_jobs(c, [job])).result(LIMIT_S)
        return job

    def made(self, job: Job, *names: str, content: bytes = b"result") -> tuple[Artifact, ...]:
        """Scratch files of a job, each one to have this name."""
        workspace = Workspace.of(job)
        workspace.open()
        artifacts = []
        for number, name in enumerate(names):
            Path(workspace.path(f"scratch-{number}")).write_bytes(content)
            artifacts.append(Artifact(f"scratch-{number}".encode(), name=os.fsencode(name)))
        return tuple(artifacts)

    def publisher(self, job: Job) -> Publisher:
        return Publisher(self.store, job, Workspace.of(job))

    def publish(self, job: Job, *names: str) -> tuple[list[str], tuple[Warn, ...]]:
        """The names results have got, and the warnings."""
        published, warnings = self.publisher(job).publish(self.made(job, *names))
        return [os.path.basename(artifact.file) for artifact in published], warnings

    def intents(self, job: Job) -> list[Intent]:
        return self.writer.submit(lambda c: intents_of(c, job.id)).result(LIMIT_S)

    def names(self, job: Job) -> list[bytes]:
        return self.writer.submit(lambda c: names_of(c, job.id)).result(LIMIT_S)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.writer.close()


def test_a_result_gets_the_name_it_wishes_for(bench: Bench) -> None:
    job = bench.job()
    made = msgspec.structs.replace(bench.made(job, "clip.mp4")[0], measures={"vmaf": 95.0})
    (published,), warnings = bench.publisher(job).publish([made])
    assert published == Artifact(os.fsencode(bench.out / "clip.mp4"), "result", b"clip.mp4", 6, {"vmaf": 95.0})
    assert warnings == ()
    assert (bench.out / "clip.mp4").read_bytes() == b"result"
    assert [intent.final for intent in bench.intents(job)] == [published.path]
    assert bench.names(job) == [published.path]


def test_scratch_is_not_published_and_sidecars_are(bench: Bench) -> None:
    job = bench.job()
    first, second, third = bench.made(job, "a.mp4", "a.json", "a.log")
    artifacts = [first, msgspec.structs.replace(second, kind="sidecar"), msgspec.structs.replace(third, kind="scratch")]
    published, _ = bench.publisher(job).publish(artifacts)
    assert [(os.path.basename(made.file), made.kind) for made in published] == [
        ("a.mp4", "result"), ("a.json", "sidecar"),
    ]  # fmt: skip
    assert not (bench.out / "a.log").exists()


@pytest.mark.parametrize("kind", ["file", "folder", "link", "broken link"])
def test_what_has_the_name_keeps_it(bench: Bench, kind: str) -> None:
    taken = bench.out / "clip.mp4"
    match kind:
        case "file":
            taken.write_bytes(b"a stranger's")
        case "folder":
            taken.mkdir()
        case "link":
            taken.symlink_to(bench.source)
        case _:
            taken.symlink_to(bench.out / "nowhere")
    before = os.lstat(taken)
    assert bench.publish(bench.job(), "clip.mp4") == (["clip (2).mp4"], ())
    assert os.lstat(taken) == before
    assert bench.source.read_bytes() == b"source"


def test_names_go_on_until_one_is_free(bench: Bench) -> None:
    for name in ("clip.mp4", "clip (2).mp4", "clip (4).mp4"):
        (bench.out / name).write_bytes(b"")
    assert bench.publish(bench.job(1), "clip.mp4")[0] == ["clip (3).mp4"]
    assert bench.publish(bench.job(2), "clip.mp4")[0] == ["clip (5).mp4"]


def test_two_results_of_one_job_with_one_name_are_two_files(bench: Bench) -> None:
    assert bench.publish(bench.job(), "clip.mp4", "clip.mp4")[0] == ["clip.mp4", "clip (2).mp4"]


def test_a_name_another_job_has_reserved_is_taken(bench: Bench) -> None:
    """It has not put its file there yet."""
    first, second = bench.job(1), bench.job(2)
    made = bench.made(first, "clip.mp4")
    bench.publisher(first)._intent(made[0], [])
    assert bench.publish(second, "clip.mp4")[0] == ["clip (2).mp4"]
    assert bench.publisher(first).publish(made)[0][0].path == os.fsencode(bench.out / "clip.mp4")


def test_a_name_that_is_taken_between_intent_and_link_leads_to_the_next_one_and_a_warning(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = noreplace.put
    in_the_way = [bench.out / "clip.mp4", bench.out / "clip (2).mp4"]

    def late(scratch: str, final: str) -> None:
        if in_the_way:
            in_the_way.pop(0).write_bytes(b"a stranger's")
        put(scratch, final)

    monkeypatch.setattr(noreplace, "put", late)
    job = bench.job()
    names, warnings = bench.publish(job, "clip.mp4")
    assert names == ["clip (3).mp4"]
    assert [warning.code for warning in warnings] == ["name_taken", "name_taken"]
    assert "clip (3).mp4" in warnings[-1].message
    assert (bench.out / "clip.mp4").read_bytes() == b"a stranger's"
    assert [os.path.basename(intent.final) for intent in bench.intents(job)] == [b"clip (3).mp4"]


# Over an older file -------------------------------------------------------------------------------------------------


def test_an_older_file_is_replaced_when_the_rule_says_so(bench: Bench) -> None:
    (bench.out / "clip.mp4").write_bytes(b"older")
    assert bench.publish(bench.job(if_exists="overwrite"), "clip.mp4") == (["clip.mp4"], ())
    assert (bench.out / "clip.mp4").read_bytes() == b"result"
    assert sorted(os.listdir(bench.out)) == [".reelyard", "clip.mov", "clip.mp4"]


@pytest.mark.parametrize("by", ["name", "hard link", "link"])
def test_the_source_is_never_replaced(bench: Bench, by: str) -> None:
    name = "clip.mov"
    if by != "name":
        name = "same.mov"
        (os.link if by == "hard link" else os.symlink)(bench.source, bench.out / name)
    names, _ = bench.publish(bench.job(if_exists="overwrite"), name)
    assert names == [name.replace(".mov", " (2).mov")]
    assert bench.source.read_bytes() == b"source"
    assert (bench.out / name).read_bytes() == b"source"


def test_a_folder_is_never_replaced_by_a_file(bench: Bench) -> None:
    (bench.out / "clip.mp4").mkdir()
    assert bench.publish(bench.job(if_exists="overwrite"), "clip.mp4")[0] == ["clip (2).mp4"]


def package(bench: Bench, job: Job, name: str) -> Artifact:
    """A folder a packager has made."""
    workspace = Workspace.of(job)
    workspace.open()
    folder = Path(workspace.path("hls"))
    (folder / "720p").mkdir(parents=True)
    (folder / "master.m3u8").write_bytes(b"#EXTM3U")
    (folder / "720p" / "1.ts").write_bytes(b"x" * 100)
    return Artifact(b"hls", name=name.encode())


def test_overwrite_spares_the_source_of_another_job_that_still_has_to_read_it(bench: Bench) -> None:
    other = bench.out / "clip.mp4"
    other.write_bytes(b"another job's source")
    job = bench.job(if_exists="overwrite")
    publisher = Publisher(bench.store, job, Workspace.of(job), lambda path: path == os.fsencode(other))
    published, _ = publisher.publish(bench.made(job, "clip.mp4"))
    assert os.path.basename(published[0].file) == "clip (2).mp4"
    assert other.read_bytes() == b"another job's source"


@pytest.mark.parametrize("if_exists", ["rename", "overwrite"])
@pytest.mark.parametrize("taken", [None, "file", "folder"])
def test_a_package_folder_is_published_whole_and_replaces_nothing(
    bench: Bench, if_exists: str, taken: str | None
) -> None:
    if taken == "file":
        (bench.out / "clip").write_bytes(b"a stranger's")
    elif taken == "folder":
        (bench.out / "clip").mkdir()
    job = bench.job(if_exists=if_exists)
    (published,), _ = bench.publisher(job).publish([package(bench, job, "clip")])
    assert os.path.basename(published.file) == ("clip (2)" if taken else "clip")
    assert published.size == 107
    assert Path(published.file, "720p", "1.ts").stat().st_size == 100


# Names --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["n" * 251 + ".mp4", "é" * 125 + ".mp4", os.fsdecode(b"caf\xe9" * 50 + b".mp4"), "x"])
def test_long_and_odd_names_are_published(bench: Bench, name: str) -> None:
    first, second = bench.publish(bench.job(), name, name)[0]
    assert os.fsencode(first) == os.fsencode(name)
    assert len(os.fsencode(second)) <= NAME_BYTES
    assert second.endswith(f" (2){os.path.splitext(name)[1]}")
    assert (bench.out / second).exists()


# Dates --------------------------------------------------------------------------------------------------------------

DATE_NS = 1_000_000_000_123_456_700


@pytest.mark.parametrize("way", ["links", "no links"])
def test_a_result_gets_the_date_it_is_to_show_once_it_has_its_name(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    if way == "no links":
        no_links(monkeypatch)
    job = bench.job()
    dated, plain = bench.made(job, "a.mp4", "b.mp4")
    before = os.stat(Workspace.of(job).path(plain.file)).st_mtime_ns
    bench.publisher(job).publish([msgspec.structs.replace(dated, modified_ns=DATE_NS), plain])
    found = os.stat(bench.out / "a.mp4")
    assert (found.st_mtime_ns, found.st_atime_ns) == (DATE_NS, DATE_NS)
    assert os.stat(bench.out / "b.mp4").st_mtime_ns == before


def test_scratch_keeps_its_own_date_until_the_name_is_given(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its date is how the journal knows it: a job that fails here must not encode again."""
    job = bench.job()
    made = msgspec.structs.replace(bench.made(job, "a.mp4")[0], modified_ns=DATE_NS)
    scratch = Workspace.of(job).path(made.file)
    before = os.stat(scratch).st_mtime_ns

    def refuse(scratch: str, final: str) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch, pytest.raises(PipelineError):
        patch.setattr(noreplace, "put", refuse)
        bench.publisher(job).publish([made])
    assert os.stat(scratch).st_mtime_ns == before


def test_a_date_that_cannot_be_given_is_worth_a_warning(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: bytes, ns: tuple[int, int]) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    job = bench.job()
    made = msgspec.structs.replace(bench.made(job, "a.mp4")[0], modified_ns=DATE_NS)
    monkeypatch.setattr(os, "utime", refuse)
    published, warnings = bench.publisher(job).publish([made])
    assert [warning.code for warning in warnings] == ["date_not_kept"]
    assert "a.mp4" in warnings[0].message and "not permitted" in warnings[0].message
    assert published[0].path == os.fsencode(bench.out / "a.mp4")


# Drives -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["no links", "neither"])
def test_it_works_on_drives_without_links(bench: Bench, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    no_links(monkeypatch) if way == "no links" else neither(monkeypatch)
    (bench.out / "clip.mp4").write_bytes(b"a stranger's")
    job = bench.job()
    assert bench.publish(job, "clip.mp4") == (["clip (2).mp4"], ())
    assert (bench.out / "clip (2).mp4").read_bytes() == b"result"
    assert bench.publisher(job).settled() is not None


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "disk_full"), (errno.EROFS, "destination_readonly"), (errno.ENOENT, "destination_missing")],
)
def test_a_drive_that_refuses_the_name_is_a_problem_and_what_was_made_stays(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def refuse(scratch: str, final: str) -> None:
        raise OSError(number, os.strerror(number))

    job = bench.job()
    made = bench.made(job, "clip.mp4")
    with monkeypatch.context() as patch, pytest.raises(PipelineError) as caught:
        patch.setattr(noreplace, "put", refuse)
        bench.publisher(job).publish(made)
    assert caught.value.problem.code == code
    assert str(bench.out) in caught.value.problem.message
    settled = bench.publisher(job).settled()
    assert settled is not None and settled[0][0].path == os.fsencode(bench.out / "clip.mp4")


def test_a_subfolder_of_the_destination_is_made(bench: Bench) -> None:
    job = bench.job()
    job = msgspec.structs.replace(job, source=msgspec.structs.replace(job.source, subfolder=b"Holiday/day 1"))
    made = bench.made(job, "clip.mp4")
    (published,), _ = bench.publisher(job).publish(made)
    assert published.file == str(bench.out / "Holiday" / "day 1" / "clip.mp4")
