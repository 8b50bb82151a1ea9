"""What opening and closing the engine promises: order, settings that take effect, nothing left."""

from __future__ import annotations

import os
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from app import bootstrap
from app.bootstrap import open_core
from app.home import find_home
from app.settings import Settings
from pipeline.engine.executor import Threads
from pipeline.model.destination import Destination
from pipeline.model.problem import PipelineError, Problem, store_unwritable
from pipeline.model.source import Source
from pipeline.model.state import State
from pipeline.store.connection import writable
from pipeline.store.jobs import save_jobs
from pipeline.store.journal import begin_attempt
from pipeline.store.kept import Kept, save_kept
from pipeline.store.recovery import open_database
from tests.pipeline.store.support import a_job
from tests.support import engine as support
from tests.support.builders import Media


def test_an_engine_opens_on_an_empty_home_and_leaves_no_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    core = open_core(find_home(str(tmp_path / "home")), Settings(jobs_at_once=3), Threads(), scope="all")
    try:
        assert core.left == ()
        assert core.control.jobs() == ()
        assert [recipe.id for recipe in core.presets.recipes()] == ["convert"]
    finally:
        core.close()
    assert set(threading.enumerate()) == before


def test_a_start_lists_skipped_work_that_is_kept_and_puts_back_sources_left_between_two_names(tmp_path: Path) -> None:
    home, now_ms = find_home(str(tmp_path / "home")), time.time_ns() // 1_000_000
    place, aside = tmp_path / "clip.mov", tmp_path / "aside" / "clip.mov"
    aside.parent.mkdir()
    aside.write_bytes(b"source")
    made, left_out = (a_job(num, state=State.SKIPPED, ended_ms=now_ms) for num in (1, 2))
    died = a_job(3, state=State.CANCELING)
    with closing(writable(open_database(home.database_folder).path)) as c:
        save_jobs(c, [made, left_out, died])
        begin_attempt(c, made.id, 1, b"{}")
        save_kept(c, Kept(died.id, os.fsencode(place), os.fsencode(aside), 6, aside.stat().st_mtime_ns, now_ms))
    core = open_core(home, Settings(), Threads(), scope="all")
    try:
        assert [job.id for job in core.control.jobs() if job.state is State.SKIPPED] == [made.id]
        assert place.read_bytes() == b"source" and not aside.exists()
        assert core.control.kept_sources() == ()
    finally:
        core.close()


def test_a_job_that_ran_when_the_app_was_closed_goes_on_at_the_next_start(media: Media, tmp_path: Path) -> None:
    source = media.seconds(30)
    with support.opened(tmp_path, jobs_at_once=1) as engine:
        (job,) = engine.add(source, speed="veryslow")
        engine.wait(lambda: engine.job(job.id).progress.percent > 1, "work to begin")
    assert not list((tmp_path / "out").glob("*.mp4"))
    with support.opened(tmp_path, jobs_at_once=1) as engine:
        assert [left.id for left in engine.core.left] == [job.id]
        assert engine.core.left[0].held_by == ""
        engine.core.control.cancel([job.id])
        engine.wait(lambda: engine.job(job.id).state is State.CANCELED, "the cancel")
        assert engine.job(job.id).attempt == 1
    assert list((tmp_path / "out").iterdir()) == [], "scratch of a canceled job goes at close: nobody can undo any more"


def test_added_starts_only_what_is_added_now(media: Media, tmp_path: Path) -> None:
    home = find_home(str(tmp_path / "home"))
    core = open_core(home, Settings(), Threads(), scope="all")
    core.control.drain(True)
    flow = core.presets.flow("convert", "remux-mp4")
    destination = Destination(os.fsencode(tmp_path / "out"))
    sources = [Source(path=os.fsencode(media.seconds(2)))]
    core.control.add(sources, flow, destination).result(30)
    core.close()
    core = open_core(home, Settings(), Threads(), scope="added")
    ended = threading.Event()
    leave = core.bus.subscribe(lambda told: ended.set() if _has_ended(core) else None)
    try:
        core.control.add(sources, flow, destination).result(30)
        assert ended.wait(60)
        states = sorted(job.state.value for job in core.control.jobs())
        assert states == ["completed", "pending"]
    finally:
        leave()
        core.close()


def _has_ended(core: bootstrap.Core) -> bool:
    return any(job.state.is_terminal for job in core.control.jobs())


@pytest.mark.parametrize(("chosen", "found"), [("", "imageio_ffmpeg"), ("path", "ffmpeg"), ("/no/such/tool", "")])
def test_the_setting_chooses_the_ffmpeg(
    tmp_path: Path, chosen: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REELYARD_FFMPEG", raising=False)
    fake = tmp_path / "bin" / "ffmpeg"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent))
    toolchain = bootstrap.open_toolchain(find_home(str(tmp_path / "home")), Settings(ffmpeg=chosen))
    if found:
        assert found in toolchain.resolve(["ffmpeg"])[0]
    else:
        with pytest.raises(PipelineError, match="was not found"):
            toolchain.resolve(["ffmpeg"])


def test_the_computer_is_what_a_run_tells_its_scripts() -> None:
    computer = bootstrap.machine_of(bootstrap.open_toolchain(find_home("nowhere"), Settings()), with_hardware=False)
    assert computer.cores >= 1 and computer.memory_bytes > 0 and computer.hardware == ()
    assert computer.fonts is not None and all(os.path.isabs(file) for file in computer.fonts.files)


def test_a_store_that_cannot_be_written_is_said_once_and_nothing_new_starts(media: Media, tmp_path: Path) -> None:
    with support.opened(tmp_path) as engine:
        trouble = engine.core._writer._on_trouble
        problem: Problem = store_unwritable("database or disk is full")
        trouble(problem)
        (job,) = engine.add(media.seconds(2), preset="remux-mp4")
        notices = [told.event for told in engine.told if type(told.event).__name__ == "Noticed"]
        assert [notice.problem for notice in notices] == [problem]  # type: ignore[union-attr]
        assert engine.job(job.id).state is State.PENDING
        trouble(None)
        assert engine.wait_for(job.id, State.COMPLETED).problem is None
