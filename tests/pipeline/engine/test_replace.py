"""A source makes room for its result. The table kills the app at every step of that, and again while it is settled."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.engine import noreplace, publish, replace
from pipeline.engine.patience import Patience
from pipeline.engine.publish import Publisher
from pipeline.engine.workspace import Workspace
from pipeline.model.destination import Destination
from pipeline.model.job import Artifact, Job
from pipeline.model.problem import PipelineError
from pipeline.model.source import Source
from pipeline.store.jobs import remove_jobs, save_jobs
from pipeline.store.kept import Kept, forget_kept, kept_of
from tests.pipeline.engine.test_noreplace import neither, no_links
from tests.pipeline.engine.test_publish import Bench as Plain
from tests.pipeline.store.support import LIMIT_S, a_job

DATE_NS = 1_000_000_000_000_000_000


class Crash(BaseException):
    """The power fails here: nothing of ours runs any more."""


class Bench(Plain):
    """Jobs that are to replace the source they have in `out`."""

    def job(self, num: int = 1, if_exists: Any = "rename", name: str = "clip.mov") -> Job:
        source = self.out / name
        found = source.stat()
        job = msgspec.structs.replace(
            a_job(num),
            source=Source(os.fsencode(source), size=found.st_size, mtime_ns=found.st_mtime_ns),
            destination=Destination(b"", if_exists, replace_source=True),
        )
        self.writer.submit(lambda c: save_jobs(c, [job])).result(LIMIT_S)
        return job

    def kept(self, job: Job) -> Kept | None:
        return self.writer.submit(lambda c: kept_of(c, job.id)).result(LIMIT_S)

    def aside(self, job: Job) -> Path:
        return self.out / ".reelyard" / "replaced" / job.id / os.fsdecode(os.path.basename(job.source.path))

    def begin_again(self) -> None:
        """As if nothing had ever been done here."""
        shutil.rmtree(self.out)
        self.out.mkdir()
        self.source.write_bytes(b"source")
        os.utime(self.source, ns=(DATE_NS, DATE_NS))
        self.writer.submit(lambda c: remove_jobs(c, ["job-1"])).result(LIMIT_S)
        self.writer.submit(lambda c: forget_kept(c, "job-1")).result(LIMIT_S)

    def listed(self) -> list[str]:
        return sorted(name for name in os.listdir(self.out) if name != ".reelyard")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    bench.begin_again()
    yield bench
    bench.writer.close()


@pytest.mark.parametrize("name", ["clip.mov", "clip.mp4"])
def test_the_source_makes_room_and_is_kept_as_it_was(bench: Bench, name: str) -> None:
    job, before = bench.job(), bench.source.stat()
    published, warnings = bench.publisher(job).publish(bench.made(job, name))
    assert bench.listed() == [name] and warnings == ()
    assert (bench.out / name).read_bytes() == b"result"
    assert published[0].measures == {"replaced_bytes": 6}
    after = bench.aside(job).stat()
    assert bench.aside(job).read_bytes() == b"source"
    assert (after.st_ino, after.st_mtime_ns, after.st_mode) == (before.st_ino, before.st_mtime_ns, before.st_mode)


def test_all_other_files_are_published_as_ever(bench: Bench) -> None:
    job = bench.job()
    (bench.out / "clip.json").write_bytes(b"a stranger's")
    made = bench.made(job, "clip.json", "clip.mov", "clip.mov")
    made = (msgspec.structs.replace(made[0], kind="sidecar"), *made[1:])
    published, _ = bench.publisher(job).publish(made)
    assert [os.path.basename(each.file) for each in published] == ["clip (2).json", "clip.mov", "clip (2).mov"]
    assert [each.measures for each in published] == [{}, {"replaced_bytes": 6}, {}]


def test_a_sidecar_alone_is_no_reason_to_move_a_source(bench: Bench) -> None:
    job = bench.job()
    (made,) = bench.made(job, "clip.json")
    bench.publisher(job).publish([msgspec.structs.replace(made, kind="sidecar")])
    assert bench.listed() == ["clip.json", "clip.mov"]
    assert bench.kept(job) is None


def test_a_source_another_job_reads_stays_and_the_result_is_beside_it(bench: Bench) -> None:
    job = bench.job()
    publisher = Publisher(bench.store, job, Workspace.of(job), lambda path: path == job.source.path)
    published, warnings = publisher.publish(bench.made(job, "clip.mov"))
    assert bench.listed() == ["clip (2).mov", "clip.mov"]
    assert [warning.code for warning in warnings] == ["source_still_read"]
    assert published[0].measures == {} and bench.source.read_bytes() == b"source"


def test_a_source_that_changed_at_the_last_moment_is_not_moved(bench: Bench) -> None:
    job = bench.job()
    made = bench.made(job, "clip.mov")
    bench.source.write_bytes(b"newer")
    with pytest.raises(PipelineError) as caught:
        bench.publisher(job).publish(made)
    assert caught.value.problem.code == "source_changed"
    assert bench.listed() == ["clip.mov"] and bench.source.read_bytes() == b"newer"


def test_a_source_that_is_gone_is_in_nobodys_way(bench: Bench) -> None:
    job = bench.job()
    made = bench.made(job, "clip.mov")
    bench.source.unlink()
    published, _ = bench.publisher(job).publish(made)
    assert bench.listed() == ["clip.mov"]
    assert published[0].measures == {} and bench.kept(job) is None


def test_another_name_of_the_same_file_stays(bench: Bench) -> None:
    os.link(bench.source, bench.out / "clip.mp4")
    job = bench.job()
    bench.publisher(job).publish(bench.made(job, "clip.mp4"))
    assert bench.listed() == ["clip (2).mp4", "clip.mp4"]
    assert (bench.out / "clip.mp4").read_bytes() == b"source"


def test_what_lies_where_it_would_be_kept_is_not_run_over(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    job = bench.job()
    made = bench.made(job, "clip.mov")
    planned = replace.planned

    def beaten(job: Job) -> Kept | None:
        kept = planned(job)
        bench.aside(job).parent.mkdir(parents=True)
        bench.aside(job).write_bytes(b"a stranger's")
        return kept

    with monkeypatch.context() as patch, pytest.raises(PipelineError) as caught:
        patch.setattr(replace, "planned", beaten)
        bench.publisher(job).publish(made)
    assert caught.value.problem.code == "source_not_movable"
    assert bench.source.read_bytes() == b"source"
    bench.publisher(job).publish(made)
    assert bench.aside(job).read_bytes() == b"a stranger's"
    assert bench.aside(job).with_name("clip (2).mov").read_bytes() == b"source"


def test_a_link_is_refused(bench: Bench) -> None:
    (bench.out / "link.mov").symlink_to(bench.source)
    job = bench.job(name="link.mov")
    with pytest.raises(PipelineError) as caught:
        replace.refuse_link(job)
    assert caught.value.problem.code == "source_is_link"
    replace.refuse_link(msgspec.structs.replace(job, destination=Destination(b"/out")))


def test_a_source_that_cannot_be_moved_stays_and_the_result_waits_in_scratch(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(old: str, new: str) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    job = bench.job()
    made = bench.made(job, "clip.mov")
    with monkeypatch.context() as patch, pytest.raises(PipelineError) as caught:
        patch.setattr(os, "rename", refuses)
        bench.publisher(job).publish(made)
    assert caught.value.problem.code == "source_not_movable"
    assert bench.listed() == ["clip.mov"] and bench.source.read_bytes() == b"source"
    assert bench.intents(job) == [] and bench.kept(job) is None
    assert bench.publisher(job).publish(made)[0][0].file == str(bench.source)


@pytest.mark.parametrize("way", ["links", "no links", "neither"])
@pytest.mark.parametrize("fails_at", [0, 1])
def test_where_a_result_cannot_get_its_name_all_is_as_before(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, way: str, fails_at: int
) -> None:
    if way != "links":
        (no_links if way == "no links" else neither)(monkeypatch)
    job = bench.job()
    made = [msgspec.structs.replace(each, modified_ns=DATE_NS) for each in bench.made(job, "clip.mov", "clip.json")]
    scratch = [Path(Workspace.of(job).path(each.file)) for each in made]
    before = [(file.stat().st_ino, file.stat().st_mtime_ns) for file in scratch]
    put, count = noreplace.put, [0]

    def refuses(file: str, final: str) -> None:
        count[0] += 1
        if count[0] == fails_at + 1:
            raise OSError(errno.EIO, "Input/output error")
        put(file, final)

    with monkeypatch.context() as patch, pytest.raises(PipelineError):
        patch.setattr(noreplace, "put", refuses)
        bench.publisher(job).publish(made)
    assert bench.listed() == ["clip.mov"] and bench.source.read_bytes() == b"source"
    assert bench.source.stat().st_mtime_ns == DATE_NS
    assert [(file.stat().st_ino, file.stat().st_mtime_ns) for file in scratch] == before, (
        "its Steps are still as recorded"
    )
    assert bench.kept(job) is None and bench.intents(job) == [] and bench.names(job) == []
    assert not bench.aside(job).exists() and not (bench.out / ".reelyard" / "replaced").exists()


# Every moment ---------------------------------------------------------------------------------------------------------


class Power:
    """Fails before or after the n-th act on the drive or the store."""

    ACTS = (
        (os, "rename"), (os, "link"), (os, "unlink"), (os, "utime"), (os, "replace"), (os, "rmdir"),
        (replace, "make_folder"), (replace, "flush_folder"), (publish, "flush_folder"), (noreplace, "rename"),
        (Patience, "do"),
    )  # fmt: skip

    def __init__(self, fails_at: int) -> None:
        self.left = fails_at

    def watches(self, patch: pytest.MonkeyPatch) -> None:
        for owner, name in self.ACTS:
            patch.setattr(owner, name, self._watched(getattr(owner, name)))

    def _watched(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **more: Any) -> Any:
            self._passes()
            found = act(*args, **more)
            self._passes()
            return found

        return watched

    def _passes(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Crash


def settle_or_publish(bench: Bench, job: Job, made: tuple[Artifact, ...]) -> tuple[Artifact, ...]:
    """What a start does: settles, and publishes where nothing was intended yet."""
    settled = bench.publisher(job).settled()
    return settled[0] if settled is not None else bench.publisher(job).publish(made)[0]


@pytest.mark.slow
@pytest.mark.parametrize("way", ["links", "no links"])
@pytest.mark.parametrize("name", ["clip.mov", "clip.mp4"])
@pytest.mark.parametrize("settles_too", [False, True])
def test_whenever_the_app_dies_the_source_is_in_one_place_and_a_start_makes_all_of_it_true(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, way: str, name: str, settles_too: bool
) -> None:
    if way == "no links":
        no_links(monkeypatch)
    moments = 0
    for moment in range(1, 200):
        bench.begin_again()
        job = bench.job()
        made = tuple(msgspec.structs.replace(each, modified_ns=DATE_NS) for each in bench.made(job, name, "clip.json"))
        crashed = dies_at(bench, monkeypatch, moment, lambda: settle_or_publish(bench, job, made))  # noqa: B023
        assert source_is_somewhere(bench, job), f"lost at moment {moment}"
        if crashed and settles_too:
            for again in (2, 5, 9):
                dies_at(bench, monkeypatch, again, lambda: settle_or_publish(bench, job, made))  # noqa: B023
                assert source_is_somewhere(bench, job), f"lost at moment {moment} and {again}"
        published = settle_or_publish(bench, job, made)
        assert sorted(bench.listed()) == sorted([name, "clip.json"]), f"moment {moment}"
        assert [each.path for each in published] == [os.fsencode(bench.out / each) for each in (name, "clip.json")]
        assert (bench.out / name).read_bytes() == b"result"
        assert (bench.out / name).stat().st_mtime_ns == DATE_NS
        assert bench.aside(job).read_bytes() == b"source"
        assert bench.aside(job).stat().st_mtime_ns == DATE_NS
        assert published[0].measures == {"replaced_bytes": 6}
        moments += crashed
        if not crashed:
            break
    assert 15 < moments < 199, "every moment was tried, up to the end"


@pytest.mark.slow
def test_a_drive_that_can_refuse_nothing_loses_no_source_either(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """There an empty file holds a name for a moment, and may be left in it: the result is under the next name then."""
    neither(monkeypatch)
    for moment in range(1, 200):
        bench.begin_again()
        job = bench.job()
        made = bench.made(job, "clip.mov")
        crashed = dies_at(bench, monkeypatch, moment, lambda: settle_or_publish(bench, job, made))  # noqa: B023
        assert source_is_somewhere(bench, job), f"lost at moment {moment}"
        (published,) = settle_or_publish(bench, job, made)
        assert Path(published.file).read_bytes() == b"result"
        assert bench.aside(job).read_bytes() == b"source"
        if not crashed:
            return
    raise AssertionError("the last moment was not reached")


@pytest.mark.slow
@pytest.mark.parametrize("way", ["links", "no links"])
def test_whenever_the_app_dies_on_the_way_back_a_start_goes_on_from_there(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """The second result cannot get its name, so all is taken back; the power fails somewhere in that."""
    if way == "no links":
        no_links(monkeypatch)
    put = noreplace.put

    def refuses(file: str, final: str) -> None:
        if final.endswith(".json"):
            raise OSError(errno.EIO, "Input/output error")
        put(file, final)

    def fails() -> None:
        with pytest.raises(PipelineError):
            bench.publisher(job).publish(made)

    for moment in range(1, 200):
        bench.begin_again()
        job = bench.job()
        made = tuple(msgspec.structs.replace(m, modified_ns=DATE_NS) for m in bench.made(job, "clip.mov", "clip.json"))
        with monkeypatch.context() as patch:
            patch.setattr(noreplace, "put", refuses)
            crashed = dies_at(bench, monkeypatch, moment, fails)
        assert source_is_somewhere(bench, job), f"lost at moment {moment}"
        settle_or_publish(bench, job, made)
        assert bench.listed() == ["clip.json", "clip.mov"], f"moment {moment}"
        assert (bench.source.read_bytes(), bench.aside(job).read_bytes()) == (b"result", b"source"), f"moment {moment}"
        if not crashed:
            assert moment > 30
            return
    raise AssertionError("the last moment was not reached")


def dies_at(bench: Bench, patch: pytest.MonkeyPatch, moment: int, work: Callable[[], object]) -> bool:
    """Does the work until the power fails; whether it did."""
    with patch.context() as inner:
        Power(moment).watches(inner)
        try:
            work()
        except Crash:
            return True
    return False


def source_is_somewhere(bench: Bench, job: Job) -> bool:
    places = (bench.source, bench.aside(job))
    return any(place.is_file() and place.read_bytes() == b"source" for place in places)


def test_a_stranger_that_takes_the_sources_name_while_the_app_is_down_keeps_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = bench.job()
    made = bench.made(job, "clip.mov")
    for moment in range(1, 60):
        dies_at(bench, monkeypatch, moment, lambda: bench.publisher(job).publish(made))
        if bench.aside(job).exists() and not bench.source.exists():
            break
    bench.source.write_bytes(b"a stranger's")
    settled = bench.publisher(job).settled()
    assert settled is not None and [warning.code for warning in settled[1]] == ["name_taken"]
    assert bench.listed() == ["clip (2).mov", "clip.mov"]
    assert bench.source.read_bytes() == b"a stranger's" and bench.aside(job).read_bytes() == b"source"


@pytest.mark.parametrize("change", ["gone", "rewritten"])
def test_where_what_was_made_is_lost_while_the_app_is_down_the_source_is_put_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    job = bench.job()
    made = bench.made(job, "clip.mov")
    for moment in range(1, 60):
        dies_at(bench, monkeypatch, moment, lambda: bench.publisher(job).publish(made))
        if bench.aside(job).exists() and not bench.source.exists():
            break
    scratch = Path(Workspace.of(job).path(made[0].file))
    scratch.unlink()
    if change == "rewritten":
        scratch.write_bytes(b"resu")
    assert bench.publisher(job).is_source_away()
    assert bench.publisher(job).settled() is None
    assert bench.listed() == ["clip.mov"] and bench.source.read_bytes() == b"source"
    assert bench.source.stat().st_mtime_ns == DATE_NS
    assert bench.kept(job) is None and not bench.publisher(job).is_source_away()
