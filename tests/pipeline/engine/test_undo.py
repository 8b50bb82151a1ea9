from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from pipeline.engine import noreplace, replace, undo
from pipeline.engine.roster import Roster
from pipeline.engine.scheduler import Scheduler
from pipeline.engine.undo import Undo
from pipeline.engine.workspace import Workspace
from pipeline.model.event import Event, JobWarned
from pipeline.model.job import Artifact, Job
from pipeline.model.state import State
from pipeline.store.jobs import load_job, remove_jobs, save_jobs
from pipeline.store.kept import keep
from pipeline.store.publishing import clear_intents, release_names
from pipeline.store.writer import Writer
from tests.pipeline.engine.support import drive_is_full
from tests.pipeline.engine.test_noreplace import no_links
from tests.pipeline.engine.test_replace import DATE_NS, Bench, Power, dies_at, source_is_somewhere
from tests.pipeline.store.support import LIMIT_S, settle

NOW_MS = 1_800_000_000_000
DAY_MS = 86_400_000


class Idle(Scheduler):
    """Has no jobs but knows what others read."""

    def __init__(self, read_by_others: set[bytes]) -> None:
        self.roster = Roster()
        self._read_by_others = read_by_others
        self.on_start: Callable[[], object] = lambda: None

    def is_source(self, path: bytes, besides: str = "") -> bool:
        return path in self._read_by_others

    def let_start(self, jobs: Sequence[Job]) -> None:
        self.roster.accept(jobs)
        self.on_start()


class UndoBench(Bench):
    """Jobs that have replaced their source, and the way back."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.told: list[Event] = []
        self.writer._tell = lambda told: self.told.extend(each.event for each in told)
        self.read_by_others: set[bytes] = set()
        self.now_ms = NOW_MS
        self.idle = Idle(self.read_by_others)
        self.way_back = Undo(threading.RLock(), self.idle, self.writer, now_ms=lambda: self.now_ms)

    def replaced(self, *names: str, num: int = 1) -> tuple[Job, tuple[Artifact, ...]]:
        """A job that has ended, with its results under these names."""
        job = self.job(num)
        made = [msgspec.structs.replace(each, modified_ns=DATE_NS) for each in self.made(job, *names)]
        published, _ = self.publisher(job).publish(made)
        job = msgspec.structs.replace(job, state=State.COMPLETED, ended_ms=self.now_ms, artifacts=published)
        placed = replace.placed(job, published)

        def work(c: object) -> None:
            save_jobs(c, [job])  # type: ignore[arg-type]
            clear_intents(c, job.id)  # type: ignore[arg-type]
            release_names(c, job.id)  # type: ignore[arg-type]
            keep(c, job.id, placed, self.now_ms)  # type: ignore[arg-type]

        self.writer.submit(work).result(LIMIT_S)
        Workspace.of(job).remove()
        return job, published

    def undo(self, job: Job) -> str:
        """The code of what kept it from being undone; nothing where it is undone."""
        problem = self.way_back.undo(job.id)
        return problem.code if problem else ""

    def undone(self, job: Job) -> Path:
        """Where its results lie after an undo."""
        return self.aside(job).parent / "undone"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[UndoBench]:
    bench = UndoBench(tmp_path)
    bench.begin_again()
    yield bench
    bench.writer.close()


@pytest.mark.parametrize("name", ["clip.mov", "clip.mp4"])
def test_source_and_result_change_places_and_saying_it_again_changes_nothing(bench: UndoBench, name: str) -> None:
    job, _ = bench.replaced(name, "clip.json")
    for _ in range(2):
        assert bench.undo(job) == ""
        assert bench.listed() == ["clip.mov"]
        assert bench.source.read_bytes() == b"source"
        assert bench.source.stat().st_mtime_ns == DATE_NS
        assert sorted(os.listdir(bench.undone(job))) == sorted([name, "clip.json"])
        assert (bench.undone(job) / name).read_bytes() == b"result"
    settle(bench.writer)
    (told,) = [event for event in bench.told if isinstance(event, JobWarned)]
    assert told.job_id == job.id and told.warning.code == "undone" and str(bench.source) in told.warning.message
    assert [(kept.state, kept.num) for kept in bench.way_back.kept()] == [("undone", 1)]
    stored = bench.writer.submit(lambda c: load_job(c, job.id)).result(LIMIT_S)
    assert stored is not None and stored.warnings == (told.warning,)


def test_a_job_that_has_left_the_history_can_be_undone(bench: UndoBench) -> None:
    job, _ = bench.replaced("clip.mov")
    bench.writer.submit(lambda c: remove_jobs(c, [job.id])).result(LIMIT_S)
    assert bench.undo(job) == ""
    assert bench.source.read_bytes() == b"source"


def test_a_job_nobody_knows_has_nothing_to_undo(bench: UndoBench) -> None:
    assert bench.undo(bench.job()) == "nothing_to_undo"


@pytest.mark.parametrize("state", [State.PENDING, State.RUNNING, State.COMPLETING])
def test_a_job_that_is_at_it_is_not_undone(bench: UndoBench, state: State) -> None:
    job, _ = bench.replaced("clip.mov")
    bench.writer.submit(lambda c: save_jobs(c, [msgspec.structs.replace(job, state=state)])).result(LIMIT_S)
    assert bench.undo(job) == "undo_too_early"


def test_a_failed_job_that_is_tried_again_meanwhile_is_not_undone(bench: UndoBench) -> None:
    """The store says it failed; a person has asked for another attempt since."""
    job = bench.job()
    bench.publisher(job).publish(bench.made(job, "clip.mov"))
    failed = msgspec.structs.replace(job, state=State.FAILED, ended_ms=NOW_MS)
    bench.writer.submit(lambda c: save_jobs(c, [failed])).result(LIMIT_S)
    bench.way_back._roster.add([job], accepted=True)
    assert bench.undo(job) == "undo_too_early"
    assert bench.source.read_bytes() == b"result"


def test_a_failed_job_may_start_again_when_all_is_as_before(bench: UndoBench) -> None:
    """Its next attempt must find neither the source gone nor an intent to move it."""
    job = bench.job()
    bench.publisher(job).publish(bench.made(job, "clip.mov"))
    failed = msgspec.structs.replace(job, state=State.FAILED, ended_ms=NOW_MS)
    bench.writer.submit(lambda c: save_jobs(c, [failed])).result(LIMIT_S)
    found: list[object] = []
    bench.idle.on_start = lambda: found.extend([bench.source.read_bytes(), bench.kept(job), bench.intents(job)])
    assert bench.undo(job) == ""
    assert found == [b"source", None, []]


def test_a_store_that_cannot_be_written_is_said(bench: UndoBench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> None:
        raise drive_is_full()

    job, _ = bench.replaced("clip.mov")
    with monkeypatch.context() as patch:
        patch.setattr(undo, "save_kept", full)
        assert bench.undo(job) == "store_unwritable"
    assert bench.source.read_bytes() == b"result"
    assert bench.undo(job) == ""


def test_a_kept_source_that_is_gone_is_said_and_the_result_stays(bench: UndoBench) -> None:
    job, _ = bench.replaced("clip.mov")
    bench.aside(job).unlink()
    assert bench.undo(job) == "kept_source_gone"
    assert bench.source.read_bytes() == b"result"


def test_a_source_a_person_has_put_back_by_hand_is_back(bench: UndoBench) -> None:
    job, _ = bench.replaced("clip.mp4")
    bench.aside(job).rename(bench.source)
    assert bench.undo(job) == ""
    assert bench.listed() == ["clip.mov"]
    assert (bench.undone(job) / "clip.mp4").read_bytes() == b"result"


@pytest.mark.parametrize(("name", "change"), [
    ("clip.mov", "rewritten"), ("clip.mov", "another file"), ("clip.mp4", "a stranger's"), ("clip.mp4", "a link to it"),
])  # fmt: skip
def test_a_place_that_is_taken_is_said_and_nothing_is_moved(bench: UndoBench, name: str, change: str) -> None:
    job, _ = bench.replaced(name)
    match change:
        case "another file":
            bench.source.unlink()
            bench.source.mkdir()
        case "a link to it":
            bench.source.symlink_to(bench.aside(job))
        case _:
            bench.source.write_bytes(b"edited since")
    before = bench.listed()
    assert bench.undo(job) == "undo_name_taken"
    assert bench.listed() == before
    assert bench.aside(job).read_bytes() == b"source"
    assert [kept.state for kept in bench.way_back.kept()] == ["kept"]


def test_a_result_that_was_changed_or_is_gone_stays_as_it_is(bench: UndoBench) -> None:
    job, _ = bench.replaced("clip.mp4", "clip.json", "clip.srt")
    (bench.out / "clip.mp4").write_bytes(b"edited since")
    (bench.out / "clip.json").unlink()
    assert bench.undo(job) == ""
    assert bench.listed() == ["clip.mov", "clip.mp4"]
    assert (bench.out / "clip.mp4").read_bytes() == b"edited since"
    assert os.listdir(bench.undone(job)) == ["clip.srt"]


@pytest.mark.parametrize("which", ["result", "place", "kept"])
def test_what_another_job_still_reads_is_not_moved_under_it(bench: UndoBench, which: str) -> None:
    job, published = bench.replaced("clip.mp4")
    files = {"result": published[0].path, "place": job.source.path, "kept": os.fsencode(bench.aside(job))}
    bench.read_by_others.add(files[which])
    assert bench.undo(job) == "undo_in_use"
    assert bench.listed() == ["clip.mp4"]
    bench.read_by_others.clear()
    assert bench.undo(job) == ""


def test_a_drive_that_refuses_is_said_and_undo_goes_on_when_it_works_again(
    bench: UndoBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, _ = bench.replaced("clip.mov")
    calls = [0]
    put = noreplace.put

    def refuses(file: str, place: str) -> None:
        calls[0] += 1
        if calls[0] == 2:
            raise OSError(errno.EROFS, "Read-only file system", place)
        put(file, place)

    with monkeypatch.context() as patch:
        patch.setattr(noreplace, "put", refuses)
        assert bench.undo(job) == "undo_failed"
    assert bench.listed() == [] and bench.aside(job).read_bytes() == b"source"
    bench.now_ms += 1000 * DAY_MS
    bench.way_back.sweep(bench.now_ms)
    assert bench.aside(job).exists(), "what is half undone is never swept"
    assert bench.undo(job) == ""
    assert bench.source.read_bytes() == b"source"


@pytest.mark.slow
@pytest.mark.parametrize("way", ["links", "no links"])
@pytest.mark.parametrize("name", ["clip.mov", "clip.mp4"])
def test_whenever_the_app_dies_nothing_is_lost_and_saying_it_again_finishes_it(
    bench: UndoBench, monkeypatch: pytest.MonkeyPatch, way: str, name: str
) -> None:
    if way == "no links":
        no_links(monkeypatch)
    monkeypatch.setattr(Power, "ACTS", (*Power.ACTS[:-1], (Writer, "submit")))
    for moment in range(1, 200):
        bench.begin_again()
        job, _ = bench.replaced(name, "clip.json")
        crashed = dies_at(bench, monkeypatch, moment, lambda: bench.way_back.undo(job.id))  # noqa: B023
        assert source_is_somewhere(bench, job), f"lost at moment {moment}"
        results = (bench.out / name, bench.undone(job) / name)
        assert any(file.exists() and file.read_bytes() == b"result" for file in results), f"lost at moment {moment}"
        assert bench.undo(job) == "", f"moment {moment}"
        assert bench.listed() == ["clip.mov"] and bench.source.read_bytes() == b"source"
        assert bench.source.stat().st_mtime_ns == DATE_NS
        assert sorted(os.listdir(bench.undone(job))) == sorted([name, "clip.json"])
        assert not bench.aside(job).exists()
        if not crashed:
            assert moment > 15
            return
    raise AssertionError("the last moment was not reached")


# What a crash or a failure left between the two moves ---------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("state", [State.CANCELED, State.FAILED, None])
def test_a_start_puts_back_the_source_of_a_job_that_ended_without_a_result(
    bench: UndoBench, monkeypatch: pytest.MonkeyPatch, state: State | None
) -> None:
    """It died between making room and the last name, while it was being cancelled, or was removed since."""
    for moment in range(1, 80):
        bench.begin_again()
        job = bench.job()
        made = bench.made(job, "clip.mov", "clip.json")
        dies_at(bench, monkeypatch, moment, lambda: bench.publisher(job).publish(made))  # noqa: B023
        bench.way_back.mend()
        if bench.aside(job).exists():
            assert bench.kept(job) is not None, "an open job is settled by its next attempt"
        if state is None and (bench.out / "clip.mov").exists() and bench.aside(job).exists():
            continue  # its intents went with it; the person sees the problem when undoing
        if state is not None:
            ended = msgspec.structs.replace(job, state=state, ended_ms=NOW_MS)
            bench.writer.submit(lambda c: save_jobs(c, [ended])).result(LIMIT_S)  # noqa: B023
        else:
            bench.writer.submit(lambda c: remove_jobs(c, ["job-1"])).result(LIMIT_S)
        bench.way_back.mend()
        assert bench.source.read_bytes() == b"source", f"moment {moment}"
        assert bench.kept(job) is None
        assert not bench.aside(job).exists()
        if state is not None:
            assert bench.listed() == ["clip.mov"]
            assert Path(Workspace.of(job).path("scratch-0")).read_bytes() == b"result"


# The end of keeping -------------------------------------------------------------------------------------------------


def test_what_was_kept_long_enough_is_deleted_and_nothing_else(bench: UndoBench) -> None:
    old, _ = bench.replaced("clip.mov")
    (bench.aside(old).parent / "a stranger's").write_bytes(b"mine")
    bench.now_ms += 10 * DAY_MS
    bench.source.unlink()
    bench.source.write_bytes(b"source")
    young, _ = bench.replaced("clip.mov", num=2)
    bench.way_back.sweep(bench.now_ms - DAY_MS)
    assert not bench.aside(old).exists() and bench.aside(young).exists()
    assert os.listdir(bench.aside(old).parent) == ["a stranger's"]
    assert bench.source.read_bytes() == b"result"
    assert [kept.job_id for kept in bench.way_back.kept()] == [young.id]
    assert bench.undo(old) == "nothing_to_undo"
    bench.way_back.sweep(bench.now_ms + 1)
    assert not bench.aside(young).parent.exists()


def test_an_undone_result_is_kept_as_long_again(bench: UndoBench) -> None:
    job, _ = bench.replaced("clip.mov")
    bench.now_ms += 10 * DAY_MS
    bench.undo(job)
    bench.way_back.sweep(bench.now_ms - DAY_MS)
    assert (bench.undone(job) / "clip.mov").exists()
    bench.way_back.sweep(bench.now_ms + 1)
    assert bench.listed() == ["clip.mov"] and bench.source.read_bytes() == b"source"
    assert not (bench.out / ".reelyard").exists()
    assert bench.way_back.kept() == ()


@pytest.mark.parametrize("why", ["a job reads it", "the drive is away", "it is not as it was", "its result is gone"])
def test_what_must_or_cannot_be_deleted_stays(bench: UndoBench, why: str) -> None:
    job, _ = bench.replaced("clip.mov")
    away = bench.out.with_name("away")
    match why:
        case "its result is gone":
            bench.source.unlink()
        case "a job reads it":
            bench.read_by_others.add(os.fsencode(bench.aside(job)))
        case "the drive is away":
            bench.out.rename(away)
        case _:
            bench.aside(job).write_bytes(b"a person's own")
    bench.way_back.sweep(bench.now_ms + 1)
    if away.exists():
        away.rename(bench.out)
    assert bench.aside(job).exists()
    assert len(bench.way_back.kept()) == (0 if why == "it is not as it was" else 1)


def test_a_package_that_was_undone_is_deleted_whole(bench: UndoBench) -> None:
    job = bench.job()
    folder = Path(Workspace.of(job).folder, "hls")
    folder.mkdir(parents=True)
    (folder / "master.m3u8").write_bytes(b"#EXTM3U")
    published, _ = bench.publisher(job).publish([Artifact(b"hls", name=b"clip")])
    placed = replace.placed(job, published)
    bench.writer.submit(lambda c: keep(c, job.id, placed, NOW_MS)).result(LIMIT_S)
    bench.writer.submit(
        lambda c: save_jobs(c, [msgspec.structs.replace(job, state=State.COMPLETED, ended_ms=NOW_MS)])
    ).result(LIMIT_S)
    Workspace.of(job).remove()
    assert bench.undo(job) == ""
    assert (bench.undone(job) / "clip" / "master.m3u8").exists()
    bench.way_back.sweep(NOW_MS + 1)
    assert not (bench.out / ".reelyard").exists()
