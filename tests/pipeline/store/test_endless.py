"""What the store promises, it keeps through kill -9 at any moment."""

from __future__ import annotations

import random
import sys
import threading
from contextlib import closing
from pathlib import Path

from pipeline.store.connection import reader
from pipeline.store.jobs import load_jobs
from pipeline.store.recovery import open_database
from tests.support import wait
from tests.support.child import start

ROUNDS = 10


def test_what_was_promised_survives_a_kill_at_any_moment(home: str, tmp_path: Path) -> None:
    chance = random.Random()
    promised: set[str] = set()
    for turn in range(ROUNDS):
        out = tmp_path / f"{turn}.txt"
        child = start([sys.executable, "-m", "tests.pipeline.store.endless", home], out=out)
        lines = chance.randint(1, 80)
        try:
            wait.until(lambda out=out, lines=lines: len(_lines(out)) >= lines, "the child to add jobs")  # type: ignore[misc]
            threading.Event().wait(chance.random() * 0.02)
        finally:
            child.kill()
            child.wait()
        promised.update(_lines(out))

        opened = open_database(home)
        assert not opened.was_clean
        assert opened.salvaged is None
        with closing(reader(opened.path)) as c:
            assert c.execute("PRAGMA quick_check").fetchall() == [("ok",)]
            assert promised <= {job.id for job in load_jobs(c, open_only=True)}
            seqs = [seq for (seq,) in c.execute("SELECT seq FROM journal ORDER BY seq")]
            assert seqs == list(range(1, len(seqs) + 1))
            gaps = "SELECT job_id FROM journal GROUP BY job_id HAVING min(job_seq) <> 1 OR max(job_seq) <> count(*)"
            assert c.execute(gaps).fetchall() == []
            assert c.execute("SELECT id FROM jobs WHERE id NOT IN (SELECT job_id FROM journal)").fetchall() == []


def _lines(out: Path) -> list[str]:
    """The whole lines the child has printed; the last one may be half written."""
    return out.read_text().split("\n")[:-1]
