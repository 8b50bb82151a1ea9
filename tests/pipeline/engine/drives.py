"""A small drive that is mounted for one test, where the system lets us."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import child


@contextmanager
def small_drive(folder: Path, *, size: str = "64k", options: str = "") -> Iterator[Path]:
    """A tmpfs of this size at `folder`; the test is skipped where mounting is not allowed."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting needs root")
    folder.mkdir()
    mounted = child.run(["mount", "-t", "tmpfs", "-o", f"size={size}{options}", "tmpfs", str(folder)])
    if mounted.code:
        pytest.skip(f"this root may not mount: {mounted.err}")
    try:
        yield folder
    finally:
        child.run(["umount", "-l", str(folder)])


def make_read_only(folder: Path) -> None:
    """Nothing can be written to a mounted drive from now on."""
    done = child.run(["mount", "-o", "remount,ro", str(folder)])
    assert done.code == 0, done.err
