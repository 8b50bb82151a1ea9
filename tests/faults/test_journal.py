"""A journal with events this version does not know is read, kept and passed over."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from tests.support import audit, child
from tests.support.builders import Media


def test_an_unknown_event_in_the_journal_harms_nobody(media: Media, tmp_path: Path) -> None:
    home = tmp_path / "home"
    words = ("convert", media.clip("h264_aac.mp4"), "--preset", "remux-mp4", "-o", tmp_path / "out", "--home", home)
    assert child.reelyard("run", *words, "--json").code == 0
    job = audit.books(home).jobs[0]
    _levitate(home, job.id)

    listed = child.reelyard("history", "--json", "--home", home)
    resumed = child.reelyard("resume", "--json", "--home", home)
    again = child.reelyard("run", *words, "--json")

    assert listed.code == 0, listed.err
    assert [json.loads(line)["id"] for line in listed.out.splitlines()] == [job.id]
    assert resumed.code == 0, resumed.err
    assert again.code == 0, again.err
    assert audit.books(home).complaints == ()
    with sqlite3.connect(home / audit.DATABASE) as connection:
        kept = connection.execute("SELECT data FROM journal WHERE type = 'job.levitated'").fetchone()
    connection.close()
    assert json.loads(kept[0]) == {"job_id": job.id, "height_m": 2}


def _levitate(home: Path, job_id: str) -> None:
    """Writes an event of a later version into the journal."""
    connection = sqlite3.connect(home / audit.DATABASE)
    with connection:
        last = connection.execute("SELECT max(job_seq) FROM journal WHERE job_id = ?", (job_id,)).fetchone()[0]
        connection.execute(
            "INSERT INTO journal (job_id, job_seq, at_ms, type, data) VALUES (?, ?, 0, 'job.levitated', ?)",
            (job_id, last + 1, json.dumps({"job_id": job_id, "height_m": 2}).encode()),
        )
    connection.close()
