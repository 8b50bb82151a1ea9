from __future__ import annotations

import sqlite3

import pytest

from pipeline.store import probes
from pipeline.store.probes import get_probe, put_probe
from tests.pipeline.store.support import INFO

PATH = b"/videos/caf\xe9.mp4"


@pytest.mark.parametrize(
    ("asked", "size", "mtime_ns", "is_known"),
    [(PATH, 5, 6, True), (PATH, 4, 6, False), (PATH, 5, 7, False), (b"/videos/cafe.mp4", 5, 6, False)],
)
def test_a_probe_holds_as_long_as_the_file_is_the_same(
    c: sqlite3.Connection, asked: bytes, size: int, mtime_ns: int, is_known: bool
) -> None:
    put_probe(c, PATH, 5, 6, INFO)
    assert get_probe(c, asked, size, mtime_ns) == (INFO if is_known else None)


def test_a_changed_file_takes_no_second_place(c: sqlite3.Connection) -> None:
    put_probe(c, PATH, 5, 6, INFO)
    put_probe(c, PATH, 50, 60, INFO)
    assert get_probe(c, PATH, 5, 6) is None
    assert get_probe(c, PATH, 50, 60) == INFO
    assert c.execute("SELECT count(*) FROM probes").fetchone() == (1,)


def test_only_the_last_probed_are_kept(c: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "KEPT", 10)
    for turn in range(25):
        put_probe(c, b"/%d" % turn, 1, 1, INFO)
    put_probe(c, b"/16", 1, 1, INFO)
    kept = [path for (path,) in c.execute("SELECT path FROM probes ORDER BY num")]
    assert kept == [b"/%d" % turn for turn in (17, 18, 19, 20, 21, 22, 23, 24, 16)]


def test_a_probe_that_cannot_be_read_is_made_again(c: sqlite3.Connection) -> None:
    put_probe(c, PATH, 5, 6, INFO)
    c.execute("UPDATE probes SET info = 'nothing'")
    assert get_probe(c, PATH, 5, 6) is None
