"""A drop of many files is accepted whole or not at all, whenever the app is killed."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from tests.support import audit, child
from tests.support.builders import Media
from tests.support.wait import until

FILES = 500


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("seed", range(10))
def test_a_drop_is_accepted_whole_or_not_at_all(seed: int, media: Media, tmp_path: Path) -> None:
    folder, home = tmp_path / "in", tmp_path / "home"
    folder.mkdir()
    for number in range(FILES):
        os.link(media.clip("plain.mp3"), folder / f"{number:04d}.mp3")
    words = child.command(
        "run", "convert", folder, "--preset", "audio-mp3", "-o", tmp_path / "out", "--home", home, "--jobs", "1"
    )
    app = child.start(words)
    wal = home / f"{audit.DATABASE}-wal"
    sizes: set[int] = set()
    wanted = random.Random(seed).randint(1, 8)

    def has_grown() -> bool:
        sizes.add(wal.stat().st_size if wal.exists() else 0)
        return len(sizes) > wanted or app.poll() is not None

    until(has_grown, "the journal to grow", every_s=0.0005)
    app.kill()
    app.wait(30)
    found = audit.books(home)
    assert found.complaints == ()
    assert len(found.jobs) in (0, FILES), f"seed {seed}, killed after the journal had grown {wanted} times"
    until(lambda: not child.users_of(tmp_path), "every child to end", limit_s=5)
