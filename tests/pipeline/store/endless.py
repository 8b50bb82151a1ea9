"""A child for the kill test: adds jobs and lets them run for ever, and prints an id once its Future has resolved."""

from __future__ import annotations

import sys

from pipeline.model.event import JobChanged
from pipeline.model.state import State
from pipeline.store.connection import reader
from pipeline.store.jobs import last_num, save_jobs
from pipeline.store.recovery import open_database
from pipeline.store.writer import Writer
from tests.pipeline.store.support import a_job, created, progressed


def main(home: str) -> None:
    path = open_database(home).path
    writer = Writer(path, lambda told: None, lambda problem: None)
    writer.start()
    num = last_num(reader(path))
    while True:
        num += 1
        job, older = a_job(num), f"job-{num // 2 + 1}"
        started = JobChanged(older, State.RUNNING, State.PENDING, 1)
        future = writer.submit(lambda c, job=job: save_jobs(c, [job]), [created(job)])  # type: ignore[misc]
        writer.tell(progressed(older, 1.0))
        writer.submit(lambda c: None, [started, started])
        future.result()
        print(job.id, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
