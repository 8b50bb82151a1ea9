"""A home whose database was being made when the app was killed is made anew, not refused for ever."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipeline.model.state import State
from tests.support import audit, child
from tests.support.builders import Media

# Dies inside a transaction of a database that is not in WAL mode yet: what is left is a hot rollback journal.
_DIES = """
import os, signal, sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("PRAGMA cache_size = 5")
c.execute("BEGIN IMMEDIATE")
c.execute("CREATE TABLE half (made BLOB)")
c.executemany("INSERT INTO half VALUES (?)", [(bytes(4000),) for _ in range(200)])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_database_that_was_half_made_is_rolled_back_and_used(media: Media, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    child.run([sys.executable, "-c", _DIES, str(home / audit.DATABASE)])
    assert (home / f"{audit.DATABASE}-journal").stat().st_size > 0, "the journal is hot"

    words = ("run", "convert", media.clip("h264_aac.mp4"), "--preset", "remux-mp4", "-o", tmp_path / "out")
    ended = child.reelyard(*words, "--home", home, "--json")
    assert ended.code == 0, ended.err
    assert [job.state for job in audit.books(home).jobs] == [State.COMPLETED]
    assert audit.books(home).complaints == ()


@pytest.mark.parametrize("size", [0, 1, 100, 4096])
def test_a_database_that_is_no_database_is_moved_aside(size: int, media: Media, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / audit.DATABASE).write_bytes(b"x" * size)
    words = ("run", "convert", media.clip("h264_aac.mp4"), "--preset", "remux-mp4", "-o", tmp_path / "out")
    ended = child.reelyard(*words, "--home", home, "--json")
    assert ended.code == 0, ended.err
    assert [job.state for job in audit.books(home).jobs] == [State.COMPLETED]


def test_a_database_of_a_killed_start_can_be_listed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    child.run([sys.executable, "-c", _DIES, str(home / audit.DATABASE)])
    for verb in ("history", "queue", "doctor"):
        ended = child.reelyard(verb, "--home", home)
        assert "Traceback" not in ended.err, f"{verb}: {ended.err}"
        assert ended.code in (0, 1), f"{verb}: {ended.err}"
