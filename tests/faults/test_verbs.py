"""A person who pauses, cancels and resumes in every order within 50 ms gets one ending, and a true one."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.model.job import Job
from pipeline.model.state import State
from tests.support import audit
from tests.support.builders import Media
from tests.support.engine import Engine, opened

VERBS = ("pause", "resume", "cancel", "hold", "start")
LATEST_MS = 50

orders = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(min_value=0, max_value=LATEST_MS)), min_size=1, max_size=8
).map(lambda order: sorted(order, key=lambda pair: pair[1]))
# When the person begins: at once, or when the job has come to some state.
beginnings = st.sampled_from((None, State.RUNNING, State.COMPLETING))


@pytest.mark.slow
def test_verbs_in_every_order_lead_to_one_true_ending(media: Media, tmp_path: Path) -> None:
    source = Path(shutil.copyfile(media.clip("h264_aac.mp4"), tmp_path / "source.mp4"))
    with opened(tmp_path, jobs_at_once=2) as engine:

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(order=orders, beginning=beginnings)
        def check(order: list[tuple[str, int]], beginning: State | None) -> None:
            job = _disturbed(engine, source, order, beginning)
            story = [change.state for change in engine.changes(job.id)]
            assert sum(state.is_terminal for state in story) == 1, story
            assert job.state in (State.COMPLETED, State.CANCELED), (story, job.problem)
            _is_true(engine, job)

        check()
    assert audit.books(tmp_path / "home").complaints == ()


@pytest.mark.slow
def test_two_people_at_once_still_get_one_ending(media: Media, tmp_path: Path) -> None:
    source = Path(shutil.copyfile(media.clip("h264_aac.mp4"), tmp_path / "source.mp4"))
    with opened(tmp_path, jobs_at_once=4) as engine:
        jobs = engine.add(source, source, source, source)
        ids = [job.id for job in jobs]

        def give(verbs: tuple[str, ...]) -> None:
            for _ in range(25):
                for verb in verbs:
                    getattr(engine.core.control, verb)(ids)

        people = [threading.Thread(target=give, args=(verbs,)) for verbs in (("pause", "resume"), ("resume", "pause"))]
        for person in people:
            person.start()
        for person in people:
            person.join()
        engine.core.control.resume(ids)
        for job_id in ids:
            job = engine.wait_for(job_id, State.COMPLETED, State.FAILED, State.CANCELED)
            assert job.state is State.COMPLETED, job.problem
            assert sum(change.state.is_terminal for change in engine.changes(job_id)) == 1
            _is_true(engine, job)


def _disturbed(engine: Engine, source: Path, order: list[tuple[str, int]], beginning: State | None) -> Job:
    """Adds a job, gives the verbs at their times, and lets it come to its end."""
    (job,) = engine.add(source)
    if beginning is not None:
        engine.wait(
            lambda: engine.job(job.id).state in (beginning, State.COMPLETED), f"{job.name} to be {beginning.value}"
        )
    pause, now_ms = threading.Event(), 0
    for verb, at_ms in order:
        pause.wait((at_ms - now_ms) / 1000)
        now_ms = at_ms
        getattr(engine.core.control, verb)([job.id])
    engine.core.control.resume([job.id])
    engine.wait_for(job.id, State.COMPLETED, State.CANCELED, State.FAILED)
    return engine.job(job.id)


def _is_true(engine: Engine, job: Job) -> None:
    """What is said of the job is what is on the disk."""
    results = [Path(artifact.file) for artifact in job.artifacts]
    if job.state is State.COMPLETED:
        assert audit.faults_of_results([job]) == []
    else:
        assert results == []
    for result in results:
        result.unlink()
    there = [path.name for path in engine.out.iterdir() if path.name != audit.SCRATCH]
    assert job.state is State.COMPLETED or there == []
