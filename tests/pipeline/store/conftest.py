"""A home of its own for each test, and a Writer that is always closed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.store.connection import writable
from pipeline.store.recovery import open_database
from pipeline.store.writer import Writer
from tests.pipeline.store.support import Heard


@pytest.fixture
def home(tmp_path: Path) -> str:
    return str(tmp_path / "home")


@pytest.fixture
def path(home: str) -> str:
    """A new database."""
    return open_database(home).path


@pytest.fixture
def c(path: str) -> Iterator[sqlite3.Connection]:
    """A connection to a new database, as the writer's works get it."""
    with closing(writable(path)) as connection:
        yield connection


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def writer(path: str, heard: Heard) -> Iterator[Writer]:
    writer = Writer(path, heard.tell, heard.trouble)
    writer.start()
    yield writer
    writer.close()
