from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import pytest

from pipeline.model.job import Artifact, Job
from pipeline.model.source import Source
from pipeline.model.stage import Scratch, Script, StepFailed, Together
from pipeline.model.state import State, Trigger
from tests.pipeline.engine.bench import MAKE, USE, call, noted, one, sh
from tests.pipeline.engine.runners import Bench, Options, runner_in

JOBS, VERBS = 4, 40


def lively(source: Source, options: Options, scratch: Scratch) -> Script:
    """Real processes one after another and side by side, one that fails and is caught, acts, and a result."""
    yield from MAKE.does(one(sh(f"for n in 1 2 3 4 5; do cat '{source.file}'; sleep 0.01; done > a", "a")))
    try:
        yield from MAKE.does(one(sh("sleep 0.01; exit 3", lane="gpu")))
    except StepFailed:
        yield from MAKE.does(one(call("fallback")))
    members = tuple(sh(f"sleep 0.0{n}; cat a > b{n}", f"b{n}", reads=["a"]) for n in (1, 2, 3))
    yield from USE.does(one(Together((*members, call("act")))))
    yield from USE.does(one(noted("c", "cat b1 b2 b3 > c", "c", reads=["b1", "b2", "b3"])))
    return (Artifact(b"c", name=os.fsencode(f"{source.stem}.out")),)


def give_verbs(bench: Bench, jobs: list[Job], seed: int) -> None:
    dice = random.Random(seed)
    scheduler = bench.engine.scheduler
    for _ in range(VERBS):
        job_id = dice.choice(jobs).id
        trigger = dice.choice([Trigger.PAUSE, Trigger.RESUME, Trigger.RESUME, Trigger.CANCEL, Trigger.RETRY,
                               Trigger.RETRY, Trigger.START])  # fmt: skip
        scheduler.offer(job_id, trigger)
        threading.Event().wait(dice.random() * 0.02)


@pytest.mark.parametrize("seed", range(3))
def test_real_tools_paused_cancelled_and_retried_at_random_make_the_right_files_in_the_end(
    tmp_path: Path, seed: int
) -> None:
    with runner_in(tmp_path, lively) as bench:
        jobs = [bench.job() for _ in range(JOBS)]
        people = [threading.Thread(target=give_verbs, args=(bench, jobs, seed * 10 + number)) for number in range(2)]
        for person in people:
            person.start()
        for person in people:
            person.join()
        for job in jobs:
            bench.engine.scheduler.offer(job.id, Trigger.RESUME)
        bench.ended(jobs[0])
        for job in jobs:
            bench.engine.scheduler.offer(job.id, Trigger.RETRY)
        bench.ended(jobs[0])
        assert {bench.engine.state(job) for job in jobs} == {State.COMPLETED}
        assert bench.results() == sorted(["clip.out", *(f"clip ({n}).out" for n in range(2, JOBS + 1))])
        assert {(bench.out / name).read_bytes() for name in bench.results()} == {b"abc" * 15}
        assert all(bench.left(job) == (0, 0, 0, 0) for job in jobs)
        assert not (bench.out / ".reelyard").exists()
        bench.engine.assert_books_are_right()
