"""Fixtures more than one folder of tests uses; a conftest.py takes them in by name."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import Media


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Media:
    """The clips of this test run, shared by all its processes."""
    base = tmp_path_factory.getbasetemp()
    return Media((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "media")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder every user may enter and write to; pytest's own are closed to other users."""
    folder = Path(tempfile.mkdtemp(prefix="reelyard-open-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)
