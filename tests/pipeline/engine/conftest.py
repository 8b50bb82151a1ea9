"""An Engine, or a job's attempts, for each test; closed at its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipeline.engine.bench import Attempts
from tests.pipeline.engine.support import Engine, engine_in


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with engine_in(tmp_path / "home") as engine:
        yield engine


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Attempts]:
    attempts = Attempts(tmp_path)
    yield attempts
    attempts.close()
