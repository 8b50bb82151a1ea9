from __future__ import annotations

from pathlib import Path

from pipeline.engine.probes import KeptProbes
from pipeline.store.recovery import open_database
from pipeline.store.writer import Writer
from tests.pipeline.store.support import INFO, Heard, held_up, settle

ODD = b"/films/caf\xe9.mov"


def test_what_was_found_is_kept_until_the_file_changes(tmp_path: Path) -> None:
    path = open_database(str(tmp_path)).path
    heard = Heard()
    writer = Writer(path, heard.tell, heard.trouble)
    writer.start()
    probes = KeptProbes(path, writer)
    try:
        assert probes.get(ODD, 5, 6) is None
        probes.put(ODD, 5, 6, INFO)
        settle(writer)
        assert probes.get(ODD, 5, 6) == INFO
        assert probes.get(ODD, 5, 7) is None
        assert probes.get(ODD, 4, 6) is None
        probes.put(ODD, 5, 7, INFO)
        settle(writer)
        assert (probes.get(ODD, 5, 6), probes.get(ODD, 5, 7)) == (None, INFO)
    finally:
        probes.close()
        writer.close()
    assert heard.told == []


def test_keeping_does_not_wait_for_a_busy_store(tmp_path: Path) -> None:
    path = open_database(str(tmp_path)).path
    writer = Writer(path, lambda told: None, lambda problem: None)
    writer.start()
    probes = KeptProbes(path, writer)
    try:
        with held_up(writer):
            probes.put(ODD, 5, 6, INFO)
            assert probes.get(ODD, 5, 6) is None
    finally:
        probes.close()
        writer.close()
