from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import msgspec
import pytest

from pipeline.engine.survey import Survey
from pipeline.model.event import JobCreated, JobRemoved, Told
from pipeline.model.problem import PipelineError, not_media
from pipeline.model.source import MediaInfo, Source
from tests.pipeline.engine.support import Engine, Gate
from tests.pipeline.store.support import INFO, LIMIT_S, a_job, settle
from tests.support.wait import until

Start = Callable[[Callable[[str], MediaInfo]], Survey]


@pytest.fixture
def survey(engine: Engine) -> Iterator[Start]:
    started: list[Survey] = []

    def start(probe: Callable[[str], MediaInfo]) -> Survey:
        made = Survey(engine.scheduler, probe)
        made.start()
        started.append(made)
        return made

    engine.scheduler.drain(True)
    yield start
    for made in started:
        made.close()


def add(engine: Engine, *names: str) -> list[str]:
    """Pending jobs of which nothing is known."""
    first = len(engine.roster.all()) + 1
    jobs = [
        msgspec.structs.replace(a_job(num), source=Source(f"/films/{name}".encode()))
        for num, name in enumerate(names, first)
    ]
    engine.scheduler.accept(jobs, None).result(LIMIT_S)
    return [job.id for job in jobs]


def created(job_id: str) -> Told:
    return Told(JobCreated(job_id, "", "", 1), 1, 0, 1, 0, "0")


def test_waiting_jobs_are_looked_into_in_order(engine: Engine, survey: Start) -> None:
    seen: list[str] = []

    def probe(path: str) -> MediaInfo:
        seen.append(path)
        return INFO

    ids = add(engine, "a.mp4", "b.mp4", "c.mp4")
    made = survey(probe)
    made.hear([created(job_id) for job_id in ids] + [Told(JobRemoved("x"), 1, 0, 1, 0, "0")])
    until(lambda: all(engine.roster.of(job_id).source.info == INFO for job_id in ids), "all to be known")
    assert seen == ["/films/a.mp4", "/films/b.mp4", "/films/c.mp4"]


@pytest.mark.parametrize("error", [PipelineError(not_media(b"/a")), ValueError("a bug of ours")], ids=str)
def test_what_cannot_be_read_is_left_to_the_attempt_and_the_rest_goes_on(
    engine: Engine, survey: Start, error: Exception
) -> None:
    def probe(path: str) -> MediaInfo:
        if path.endswith("bad.mp4"):
            raise error
        return INFO

    bad, good = add(engine, "bad.mp4", "good.mp4")
    survey(probe).add([bad, good])
    until(lambda: engine.roster.of(good).source.info == INFO, "the good one to be known")
    assert engine.roster.of(bad).source.info is None


def test_jobs_that_are_gone_started_known_or_links_are_passed_over(engine: Engine, survey: Start) -> None:
    seen: list[str] = []

    def probe(path: str) -> MediaInfo:
        seen.append(path)
        return INFO

    gate = Gate()
    engine.scheduler.drain(False)
    (started,) = engine.add(gate)
    gate.until_entered()
    engine.scheduler.drain(True)
    (known,) = engine.add(gate)
    (last,) = add(engine, "last.mp4")
    link = msgspec.structs.replace(a_job(77), source=Source(url="https://example.com/a.mp4"))
    engine.scheduler.accept([link], None).result(LIMIT_S)
    survey(probe).add(["gone", started.id, known.id, link.id, last])
    until(lambda: engine.roster.of(last).source.info == INFO, "the last one to be known")
    assert seen == ["/films/last.mp4"]
    gate.go()
    engine.until(started, *[state for state in type(started.state) if state.is_terminal])


def test_a_job_that_starts_while_it_is_looked_into_looks_for_itself(engine: Engine, survey: Start) -> None:
    looking, go_on = threading.Event(), threading.Event()

    def probe(path: str) -> MediaInfo:
        looking.set()
        assert go_on.wait(LIMIT_S)
        return INFO

    (job_id,) = add(engine, "a.mp4")
    gate = Gate()
    engine.works[job_id] = gate
    made = survey(probe)
    made.add([job_id])
    assert looking.wait(LIMIT_S)
    engine.scheduler.drain(False)
    gate.until_entered()
    go_on.set()
    made.close()
    assert engine.roster.of(job_id).source.info is None
    gate.go()
    engine.until_all_ended()


def test_closing_ends_it_after_the_file_in_hand(engine: Engine, survey: Start) -> None:
    looking, go_on = threading.Event(), threading.Event()
    seen: list[str] = []

    def probe(path: str) -> MediaInfo:
        seen.append(path)
        looking.set()
        assert go_on.wait(LIMIT_S)
        return INFO

    made = survey(probe)
    made.add(add(engine, "a.mp4", "b.mp4"))
    assert looking.wait(LIMIT_S)
    closer = threading.Thread(target=made.close)
    closer.start()
    until(lambda: made._is_closing, "it to be closing")
    go_on.set()
    closer.join(LIMIT_S)
    assert not closer.is_alive()
    settle(engine.writer)
    assert seen == ["/films/a.mp4"]
