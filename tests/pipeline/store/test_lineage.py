from __future__ import annotations

import os
import sqlite3

import pytest

from pipeline.store import lineage
from pipeline.store.lineage import Mark, new_epoch, read_mark, write_mark


def test_an_epoch_is_its_birth_and_two_digits() -> None:
    epoch = new_epoch(1_700_000_000_123)
    assert epoch.startswith("1700000000123")
    assert len(epoch) == 15
    assert epoch.isdigit()


@pytest.mark.parametrize("now_ms", [0, 1_700_000_000_122, 1_700_000_000_123, 1_700_000_000_124])
def test_a_new_epoch_is_later_than_the_old_one_whatever_the_clock_says(now_ms: int) -> None:
    assert new_epoch(now_ms, "170000000012399") > "170000000012399"


def test_the_mark_comes_back(path: str) -> None:
    write_mark(path, Mark("170000000012399", 12_345))
    assert read_mark(path) == Mark("170000000012399", 12_345)


@pytest.mark.parametrize("content", [b"", b"x", b"170000000012399", b"17-5", b"\xff" * 99, b"170000000012399-x"])
def test_a_mark_that_cannot_be_read_is_none(path: str, content: bytes) -> None:
    with open(f"{path}.head", "wb") as file:
        file.write(content)
    assert read_mark(path) is None
    os.unlink(f"{path}.head")
    assert read_mark(path) is None


@pytest.mark.parametrize(
    ("mark", "is_behind"),
    [
        (None, False),
        (Mark("1" * 15, 6), False),
        (Mark("1" * 15, 7), False),
        (Mark("1" * 15, 8), True),
        (Mark("2" * 15, 7), True),
    ],
)
def test_a_database_is_behind_its_mark_or_it_is_not(c: sqlite3.Connection, mark: Mark | None, is_behind: bool) -> None:
    lineage.set_meta(c, "epoch", "1" * 15)
    c.execute("INSERT INTO journal VALUES (7, NULL, 0, 0, 'x', '{}')")
    assert lineage.is_behind(c, mark) is is_behind


def test_a_word_is_kept_until_it_is_forgotten(c: sqlite3.Connection) -> None:
    assert lineage.meta(c, "word") == ""
    lineage.set_meta(c, "word", "one")
    lineage.set_meta(c, "word", "two")
    assert lineage.meta(c, "word") == "two"
    lineage.set_meta(c, "word", "")
    assert lineage.meta(c, "word") == ""
