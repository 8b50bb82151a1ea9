from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.job import Job
from pipeline.model.state import TERMINAL, State
from pipeline.store.connection import writable
from pipeline.store.history import History
from pipeline.store.jobs import save_jobs
from pipeline.store.journal import Numbering
from pipeline.store.recovery import open_database
from tests.pipeline.store.support import a_job, created

ENDED = [
    a_job(1, "Holiday.mov", state=State.COMPLETED, ended_ms=10),
    a_job(2, "holiday 100%_done.mov", recipe="stream", state=State.FAILED, ended_ms=30),
    a_job(3, "Straße \u00c9cole.mp4", state=State.CANCELED, ended_ms=20),
    a_job(4, "talk.mp3", recipe="song", state=State.SKIPPED, ended_ms=20),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[sqlite3.Connection, History]]:
    """One database for the many examples; that it reaches the drive does not matter here."""
    path = open_database(str(tmp_path_factory.mktemp("history"))).path
    with closing(writable(path)) as c, closing(History(path)) as history:
        c.execute("PRAGMA synchronous = OFF")
        yield c, history


@pytest.fixture
def history(store: tuple[sqlite3.Connection, History]) -> History:
    _fill(store[0], [*ENDED, a_job(5, "still open.mov", state=State.RUNNING, ended_ms=99)])
    return store[1]


@pytest.mark.parametrize(
    ("search", "states", "found"),
    [
        ("", (), [2, 4, 3, 1]),
        ("", (State.FAILED, State.SKIPPED), [2, 4]),
        ("", (State.RUNNING,), []),
        ("HOLIDAY", (), [2, 1]),
        ("holiday stream", (), [2]),
        ("  mov   holi ", (), [2, 1]),
        ("convert", {State.COMPLETED}, [1]),
        ("100%", (), [2]),
        ("%", (), [2]),
        ("_", (), [2]),
        ("\\", (), []),
        ("'; DROP TABLE jobs", (), []),
        ("STRASSE", (), [3]),
        ("e\u0301cole", (), [3]),
        ("nothing like it", (), []),
    ],
)
def test_the_history_is_found_by_words_and_states(
    history: History, search: str, states: tuple[State, ...], found: list[int]
) -> None:
    assert [job.num for job in history.page(search=search, states=states)] == found
    assert history.count(search=search, states=states) == len(found)


def test_a_job_is_found_by_its_id_ended_or_not(history: History) -> None:
    assert history.job("job-1") == ENDED[0]
    running = history.job("job-5")
    assert running is not None
    assert running.state is State.RUNNING
    assert history.job("nobody") is None


def test_a_job_that_ended_without_a_time_is_listed_by_its_birth(store: tuple[sqlite3.Connection, History]) -> None:
    c, history = store
    _fill(c, [*ENDED, a_job(6, state=State.FAILED, created_ms=25)])
    assert [job.num for job in history.page()] == [2, 6, 4, 3, 1]


def test_the_log_of_a_job_is_its_events(store: tuple[sqlite3.Connection, History]) -> None:
    c, history = store
    _fill(c, ENDED)
    c.execute("DELETE FROM journal")
    numbering = Numbering(c)
    told = numbering.record(c, [(created(ENDED[0]), 1), (created(ENDED[1]), 2)])
    assert history.log("job-2") == [told[1]]


def test_the_history_of_a_home_without_database_is_an_error_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        History(str(tmp_path / "reelyard.db"))


def test_pages_are_read_through_their_index(store: tuple[sqlite3.Connection, History]) -> None:
    plan = store[0].execute(
        "EXPLAIN QUERY PLAN SELECT id, data FROM jobs WHERE ended_ms IS NOT NULL AND (ended_ms, num) < (5, 5) "
        "ORDER BY ended_ms DESC, num DESC LIMIT 200"
    )
    assert [row[3] for row in plan] == ["SEARCH jobs USING INDEX jobs_ended (ended_ms>? AND ended_ms<?)"]


def _some_job(num: int, name: str, state: State, ended_ms: int) -> Job:
    return a_job(num, name, state=state, ended_ms=ended_ms)


JOBS = st.lists(
    st.builds(
        lambda name, state, ended_ms: (name, state, ended_ms),
        st.sampled_from(["a.mov", "b.mov", "ab.mov", "A b.mp4"]),
        st.sampled_from(list(State)),
        st.integers(0, 6),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(
    made=JOBS,
    search=st.sampled_from(["", "a", "b", "a b", "mov", "x"]),
    states=st.frozensets(st.sampled_from(sorted(TERMINAL))),
    limit=st.integers(1, 9),
)
def test_pages_together_are_the_sorted_list(
    store: tuple[sqlite3.Connection, History],
    made: list[tuple[str, State, int]],
    search: str,
    states: frozenset[State],
    limit: int,
) -> None:
    c, history = store
    jobs = [_some_job(num, *values) for num, values in enumerate(made, 1)]
    _fill(c, jobs)
    wanted = [
        job
        for job in sorted(jobs, key=lambda job: (job.ended_ms, job.num), reverse=True)
        if job.state.is_terminal
        and (not states or job.state in states)
        and all(word in f"{job.name} convert".lower() for word in search.split())
    ]
    paged: list[Job] = []
    before = None
    while page := history.page(before=before, search=search, states=states, limit=limit):
        assert len(page) <= limit
        paged += page
        last = page[-1]
        assert last.ended_ms is not None
        before = (last.ended_ms, last.num)
    assert paged == wanted
    assert history.count(search=search, states=states) == len(wanted)


def _fill(c: sqlite3.Connection, jobs: list[Job]) -> None:
    c.execute("BEGIN")
    c.execute("DELETE FROM jobs")
    save_jobs(c, jobs)
    c.execute("COMMIT")
