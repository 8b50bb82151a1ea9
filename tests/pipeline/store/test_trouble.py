from __future__ import annotations

import sqlite3

import pytest

from pipeline.store.trouble import is_busy, is_damage, spoils_connection, trouble_of


@pytest.mark.parametrize(
    ("code", "told", "spoils"),
    [
        (sqlite3.SQLITE_FULL, "store_unwritable", False),
        (sqlite3.SQLITE_READONLY, "store_unwritable", True),
        (sqlite3.SQLITE_READONLY_DBMOVED, "store_unwritable", True),
        (sqlite3.SQLITE_IOERR_FSYNC, "store_unwritable", True),
        (sqlite3.SQLITE_CANTOPEN, "store_unwritable", True),
        (sqlite3.SQLITE_BUSY, "store_unwritable", False),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "store_unwritable", False),
        (sqlite3.SQLITE_CORRUPT, "store_damaged", True),
        (sqlite3.SQLITE_CORRUPT_INDEX, "store_damaged", True),
        (sqlite3.SQLITE_NOTADB, "store_damaged", True),
        (sqlite3.SQLITE_ERROR, None, False),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, None, False),
    ],
)
def test_whose_fault_an_error_is(code: int, told: str | None, spoils: bool) -> None:
    error = sqlite3.OperationalError("said by SQLite")
    error.sqlite_errorcode = code
    problem = trouble_of(error)
    assert (problem and problem.code) == told
    assert problem is None or problem.detail == "said by SQLite"
    assert spoils_connection(error) is spoils
    assert is_damage(error) is (told == "store_damaged")
    assert is_busy(error) is (code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_SNAPSHOT))


@pytest.mark.parametrize("error", [ValueError("x"), OSError(28, "No space left"), sqlite3.OperationalError("ours")])
def test_other_errors_say_nothing_about_the_store(error: Exception) -> None:
    assert trouble_of(error) is None
    assert not spoils_connection(error)
