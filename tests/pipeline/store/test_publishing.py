from __future__ import annotations

import sqlite3

import pytest

from pipeline.store import publishing
from pipeline.store.jobs import save_jobs
from pipeline.store.publishing import Intent
from tests.pipeline.store.support import a_job

FILE = Intent("job-1", b"/scratch/caf\xe9", b"/out/caf\xe9.mp4", 2**64 - 1, 5, 1_700_000_000_000_000_001)
FOLDER = Intent("job-1", b"/scratch/hls", b"/out/hls", 7, 0, 0, is_folder=True, overwrite=True, artifact=b'{"size":1}')
OTHER = Intent("job-2", b"/scratch/b", b"/out/b.mp4", 8, 1, 1)


@pytest.fixture(autouse=True)
def two_jobs(c: sqlite3.Connection) -> None:
    save_jobs(c, [a_job(1), a_job(2)])


def test_intents_come_back_as_they_were_until_they_are_settled(c: sqlite3.Connection) -> None:
    publishing.save_intents(c, [FILE, OTHER, FOLDER])
    assert publishing.intents_of(c, "job-1") == [FILE, FOLDER]
    assert publishing.open_intents(c) == [FILE, OTHER, FOLDER]
    publishing.clear_intents(c, "job-1")
    assert publishing.open_intents(c) == [OTHER]


def test_an_intent_for_the_same_name_is_replaced(c: sqlite3.Connection) -> None:
    publishing.save_intents(c, [FILE])
    again = Intent("job-1", b"/scratch/again", FILE.final, 9, 9, 9)
    publishing.save_intents(c, [again])
    assert publishing.intents_of(c, "job-1") == [again]


def test_a_name_belongs_to_who_asked_first_until_it_is_given_back(c: sqlite3.Connection) -> None:
    assert publishing.reserve_name(c, b"/out/a", "job-1")
    assert publishing.reserve_name(c, b"/out/a", "job-1")
    assert not publishing.reserve_name(c, b"/out/a", "job-2")
    assert publishing.reserve_name(c, b"/out/A", "job-2")
    assert publishing.reserve_name(c, b"/out/\xe9", "job-1")
    assert publishing.names_of(c, "job-1") == [b"/out/a", b"/out/\xe9"]
    publishing.release_names(c, "job-1")
    assert publishing.names_of(c, "job-1") == []
    assert publishing.reserve_name(c, b"/out/a", "job-2")
