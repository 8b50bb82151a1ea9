from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engine.roster import Roster, order
from pipeline.model.batch import Batch
from pipeline.model.job import Job
from pipeline.model.state import State
from tests.pipeline.store.support import a_job


def roster(*jobs: Job) -> Roster:
    made = Roster()
    made.add(jobs, accepted=True)
    return made


def test_numbers_go_on_from_the_last_one() -> None:
    made = Roster(last_num=41)
    assert [made.take_nums(1), made.take_nums(3), made.take_nums(1)] == [42, 43, 46]


def test_the_next_is_the_first_that_may_start() -> None:
    made = roster(
        a_job(1, place=1.0, held_by="person"),
        a_job(2, place=2.0, state=State.RUNNING),
        a_job(3, place=4.0),
        a_job(4, place=3.0),
        a_job(5, place=9.0, priority=1),
    )
    taken = []
    while (job := made.next()) is not None:
        taken.append(job.num)
        made.replace(job, state=State.RUNNING)
    assert taken == [5, 4, 3]


def test_what_is_not_committed_does_not_start() -> None:
    made = Roster()
    jobs = [a_job(1), a_job(2)]
    made.add(jobs, accepted=False)
    assert made.next() is None
    assert not made.is_accepted(jobs[0].id)
    made.wish(jobs[1].id)
    assert made.accept(jobs) == (jobs[1].id,)
    assert made.next() == jobs[0]
    assert made.accept(jobs) == ()


def test_only_what_this_engine_added_is_started_where_it_is_told_so() -> None:
    made = Roster(lambda job: job.num != 1)
    made.add([a_job(1), a_job(2)], accepted=True)
    found = made.next()
    assert found is not None and found.num == 2


def test_a_change_keeps_what_others_changed_meanwhile() -> None:
    made = roster(a_job(1))
    old = made.of("job-1")
    made.replace(old, priority=1)
    assert made.replace(old, attempt=2).priority == 1


def test_open_ones_come_in_the_order_of_the_queue_and_ended_ones_newest_first() -> None:
    made = roster(
        a_job(1, state=State.COMPLETED, ended_ms=10),
        a_job(2, state=State.FAILED, ended_ms=20),
        a_job(3, place=5.0),
        a_job(4, place=1.0, state=State.PAUSED),
        a_job(5, place=9.0, priority=1),
    )
    assert [job.num for job in made.all()] == [5, 4, 3, 2, 1]


def test_places_are_taken_behind_the_last_open_job_and_never_twice() -> None:
    assert Roster().take_places(2, 10.0) == 0.0
    made = roster(a_job(1, place=3.0), a_job(2, place=7.0), a_job(3, place=9.0, state=State.COMPLETED))
    assert [made.take_places(2, 10.0), made.take_places(1, 10.0)] == [7.0, 27.0]


def test_a_removed_job_is_gone() -> None:
    made = roster(a_job(1))
    made.remove("job-1")
    made.remove("job-1")
    assert (made.get("job-1"), made.next(), made.all()) == (None, None, ())


def test_a_batch_is_listed_as_long_as_one_of_its_jobs_is() -> None:
    made = roster(a_job(1, batch_id="a"), a_job(2, batch_id="a"), a_job(3))
    made.add_batches([Batch("a", 1, "2 items"), Batch("b", 2, "of another session")])
    assert [batch.id for batch in made.batches()] == ["a"]
    made.remove("job-1")
    assert [batch.id for batch in made.batches()] == ["a"]
    made.remove("job-2")
    assert made.batches() == ()


CHANGES: dict[str, dict[str, Any]] = {
    "start": {"state": State.RUNNING},
    "back": {"state": State.PENDING},
    "hold": {"held_by": "person"},
    "release": {"held_by": ""},
    "low": {"priority": -1},
    "high": {"priority": 1},
    "first": {"place": -1.0},
    "last": {"place": 1e9},
}


@given(st.lists(st.tuples(st.sampled_from([*CHANGES, "remove", "add", "ask"]), st.integers(0, 7)), max_size=60))
def test_the_next_is_always_what_a_fresh_look_would_find(steps: list[tuple[str, int]]) -> None:
    """The line is kept between looks; whatever changes, it must not go stale."""
    jobs = [a_job(num, place=float(num)) for num in range(8)]
    made = roster(*jobs)
    for what, number in steps:
        job = jobs[number]
        if what == "remove":
            made.remove(job.id)
        elif what == "add":
            made.add([job], accepted=True)
        elif what in CHANGES and made.get(job.id) is not None:
            made.replace(job, **CHANGES[what])
        fresh = [j for j in made.all() if j.state is State.PENDING and not j.held_by]
        expected = min(fresh, key=order) if fresh else None
        assert made.next() == expected


def test_snapshots_are_never_changed_in_place() -> None:
    made = roster(a_job(1))
    before = made.of("job-1")
    copy = msgspec.structs.replace(before)
    made.replace(before, state=State.RUNNING, priority=1)
    assert before == copy
