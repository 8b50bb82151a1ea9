"""Every trap of converting through `reelyard run`, judged by a reader that is none of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.traps.faults import faults_of
from tests.e2e.traps.table import TRAPS, Trap
from tests.e2e.traps.trying import ours
from tests.support import reader
from tests.support.builders import Media

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not reader.is_here(), reason=reader.MISSING)]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name)
def test_a_trap_is_avoided(trap: Trap, media: Media, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    source = trap.source(media, tmp_path / "in")
    tried = ours(source, tmp_path, trap.preset, ("speed=ultrafast", *trap.sets))
    assert faults_of(tried, trap.checks) == [], tried.said


def test_names_of_traps_are_their_own() -> None:
    names = [trap.name for trap in TRAPS]
    assert sorted(set(names)) == sorted(names)
