from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from pipeline.model.stage import Outcome
from pipeline.store import backup, journal, lineage, salvage
from pipeline.store.connection import reader, writable
from pipeline.store.history import History
from pipeline.store.jobs import last_num, load_jobs, save_jobs
from pipeline.store.journal import Numbering
from pipeline.store.publishing import Intent, intents_of, save_intents
from pipeline.store.recovery import open_database
from pipeline.store.speeds import rates, record_speed
from tests.pipeline.store.support import a_job, created

NOW_MS = 1_700_000_000_000
COUNT = 1_500
PAGE = 4096


@pytest.fixture
def full(path: str) -> str:
    """A database with something in every table, closed in order."""
    with closing(writable(path)) as c:
        _fill(c)
    return path


def test_what_can_be_read_of_a_damaged_database_is_kept(full: str) -> None:
    _wipe_pages_of(full, "jobs", count=3)
    before = lineage.read_mark(full)
    opened = open_database(os.path.dirname(full))
    assert opened.salvaged is not None
    assert opened.salvaged.code == "store_salvaged"
    assert before is not None
    assert opened.epoch > before.epoch
    assert not opened.was_clean
    with closing(reader(full)) as c:
        kept = load_jobs(c, open_only=False)
        assert COUNT * 0.9 < len(kept) < COUNT
        assert f"{len(kept):,} jobs" in opened.salvaged.message
        assert c.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert c.execute("PRAGMA foreign_key_check").fetchall() == []
        assert [job for job in kept if job != a_job(job.num)] == []
        assert last_num(c) == COUNT
        assert journal.span(c) == (1, COUNT)


def test_all_tables_are_kept(full: str) -> None:
    with closing(writable(full)) as c:
        c.execute("DELETE FROM jobs WHERE num > 5")
    _wipe_pages_of(full, "journal", count=1)
    assert open_database(os.path.dirname(full)).salvaged is not None
    with closing(reader(full)) as c:
        assert list(journal.steps_of(c, "job-1")) == ["key"]
        assert journal.context_of(c, "job-1", 1) == b"context"
        assert journal.in_hand(c, "job-1") == {"key": "encode"}
        assert len(intents_of(c, "job-1")) == 1
        assert rates(c, "x264") == [1.5]
        assert COUNT * 0.9 < c.execute("SELECT count(*) FROM journal").fetchone()[0] < COUNT


def test_the_damaged_database_is_moved_aside_with_its_wal(full: str) -> None:
    with closing(writable(full)) as c:
        save_jobs(c, [a_job(COUNT + 1)])
        trio = {end: Path(full + end).read_bytes() for end in ("", "-wal")}
    for end, content in trio.items():
        Path(full + end).write_bytes(content)
    _wipe_pages_of(full, "jobs", count=2)
    damaged = Path(full).read_bytes()
    opened = open_database(os.path.dirname(full), now_ms=lambda: NOW_MS)
    aside = f"{full}.corrupt-20231114-221320"
    assert Path(aside).read_bytes() == damaged
    assert Path(f"{aside}-wal").read_bytes() == trio["-wal"]
    assert opened.salvaged is not None
    assert aside in opened.salvaged.why
    with closing(reader(full)) as c:
        assert load_jobs(c, open_only=True)[-1] == a_job(COUNT + 1)


def test_a_table_whose_columns_have_other_names_now_is_kept(full: str) -> None:
    content = Path(full).read_bytes()
    sign = b"CREATE TABLE speeds (num INTEGER PRIMARY KEY, signature TEXT"
    assert content.count(sign) == 1
    Path(full).write_bytes(content.replace(sign, sign.replace(b"signature", b"signaturf")))
    assert open_database(os.path.dirname(full)).salvaged is not None
    with closing(reader(full)) as c:
        assert rates(c, "x264") == [1.5]


def test_a_schema_that_is_no_text_any_more_is_damage(full: str) -> None:
    content = Path(full).read_bytes()
    Path(full).write_bytes(content.replace(b"CREATE TABLE jobs (", b"\xb3\xb3EATE TABLE jobs ("))
    assert open_database(os.path.dirname(full)).salvaged is not None


def test_pages_that_point_back_at_each_other_are_not_read_for_ever(full: str) -> None:
    with closing(reader(full)) as c:
        root = c.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'jobs'").fetchone()[0]
    content = bytearray(Path(full).read_bytes())
    at, interior = (root - 1) * PAGE, 0x05
    assert content[at] == interior
    # An interior page's cell is a child's number and a key: all children become the first one.
    cells = [int.from_bytes(content[at + n : at + n + 2]) for n in range(12, 212, 2)]
    for cell in cells:
        content[at + cell : at + cell + 4] = content[at + cells[0] : at + cells[0] + 4]
    Path(full).write_bytes(content)
    assert open_database(os.path.dirname(full)).salvaged is not None
    with closing(reader(full)) as c:
        assert 0 < len(load_jobs(c, open_only=True)) < COUNT


def test_two_repairs_in_one_second_keep_both_damaged_files(full: str) -> None:
    for _ in range(2):
        _wipe_pages_of(full, "jobs", count=2)
        assert open_database(os.path.dirname(full), now_ms=lambda: NOW_MS).salvaged is not None
    names = [name for name in os.listdir(os.path.dirname(full)) if ".corrupt-" in name]
    assert {"reelyard.db.corrupt-20231114-221320", "reelyard.db.corrupt-20231114-221320-1"} <= set(names)


def _garbage(path: str) -> None:
    Path(path).write_bytes(random.Random(7).randbytes(100_000))


def _garbage_header(path: str) -> None:
    with open(path, "r+b") as file:
        file.write(b"\x00" * 200)


def _cut_to_nothing(path: str) -> None:
    os.truncate(path, 0)


def _cut_to_less_than_a_page(path: str) -> None:
    os.truncate(path, 700)


UNREADABLE = [_garbage, _garbage_header, _cut_to_nothing, _cut_to_less_than_a_page]


@pytest.mark.parametrize("damage", UNREADABLE)
def test_where_nothing_can_be_read_the_newest_good_backup_takes_its_place(
    full: str, damage: Callable[[str], None]
) -> None:
    copy = backup.daily(full, NOW_MS)
    assert copy is not None
    os.utime(copy, (NOW_MS // 1000, NOW_MS // 1000))
    before = lineage.read_mark(full)
    damage(full)
    opened = open_database(os.path.dirname(full))
    assert opened.salvaged is not None
    assert opened.salvaged.code == "store_restored"
    assert "2023-11-14 22:13 UTC" in opened.salvaged.message
    assert before is not None
    assert opened.epoch > before.epoch
    with closing(reader(full)) as c:
        assert len(load_jobs(c, open_only=False)) == COUNT
    assert os.path.exists(copy)


@pytest.mark.parametrize("damage", UNREADABLE)
def test_without_a_backup_the_app_starts_with_an_empty_list(full: str, damage: Callable[[str], None]) -> None:
    damage(full)
    opened = open_database(os.path.dirname(full))
    assert opened.salvaged is not None
    assert "0 jobs" in opened.salvaged.message
    with closing(History(full)) as history:
        assert history.page() == []
    assert open_database(os.path.dirname(full)).salvaged is None


def test_a_file_cut_in_the_middle_keeps_its_first_half(full: str) -> None:
    os.truncate(full, os.path.getsize(full) // PAGE // 2 * PAGE)
    assert open_database(os.path.dirname(full)).salvaged is not None
    with closing(reader(full)) as c:
        assert len(load_jobs(c, open_only=False)) > COUNT * 0.2


@pytest.mark.parametrize("seed", range(12))
def test_the_app_starts_whatever_was_damaged(full: str, seed: int) -> None:
    chance = random.Random(seed)
    with open(full, "r+b") as file:
        for _ in range(chance.choice([1, 5, 50])):
            file.seek(chance.randrange(os.path.getsize(full)))
            file.write(chance.randbytes(chance.choice([1, 100, 5_000])))
    opened = open_database(os.path.dirname(full))
    assert open_database(os.path.dirname(full)).epoch == opened.epoch
    with closing(reader(full)) as c:
        load_jobs(c, open_only=False)
        journal.events_after(c, 0, COUNT)
        assert c.execute("PRAGMA quick_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("renames_before_the_kill", range(5))
def test_a_repair_that_was_killed_is_finished_at_the_next_start(
    full: str, monkeypatch: pytest.MonkeyPatch, renames_before_the_kill: int
) -> None:
    class Killed(BaseException):
        pass

    with closing(writable(full)) as c:
        save_jobs(c, [a_job(COUNT + 1)])
        wal = Path(f"{full}-wal").read_bytes()
    Path(f"{full}-wal").write_bytes(wal)
    _wipe_pages_of(full, "jobs", count=2)
    left, replace = [renames_before_the_kill], os.replace

    def replace_or_die(old: str, new: str) -> None:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        replace(old, new)

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.store.salvage.os.replace", replace_or_die)
        with suppress(Killed):
            salvage.rescue(full, NOW_MS)
    opened = open_database(os.path.dirname(full))
    assert opened.salvaged is not None
    with closing(reader(full)) as c:
        assert len(load_jobs(c, open_only=False)) > COUNT * 0.9
        assert c.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    left_over = [name for name in os.listdir(os.path.dirname(full)) if ".salvage" in name]
    assert left_over == []


def test_rows_whose_job_was_lost_go_with_it(path: str, tmp_path: Path) -> None:
    with closing(writable(path)) as c:
        save_jobs(c, [a_job(1), a_job(2)])
        for id_ in ("job-1", "job-2"):
            journal.record_step(c, id_, "key", "encode", Outcome(), ())
        c.execute("PRAGMA foreign_keys = OFF")
        c.execute("DELETE FROM jobs WHERE num = 1")
    salvage.rescue(path, NOW_MS)
    with closing(reader(path)) as c:
        assert c.execute("SELECT job_id FROM steps").fetchall() == [("job-2",)]


def _fill(c: sqlite3.Connection) -> None:
    jobs = [a_job(num) for num in range(1, COUNT + 1)]
    c.execute("BEGIN")
    save_jobs(c, jobs)
    Numbering(c).record(c, [(created(job), NOW_MS) for job in jobs])
    journal.record_step(c, "job-1", "key", "encode", Outcome(), ())
    journal.begin_attempt(c, "job-1", 1, b"context")
    journal.take_in_hand(c, "job-1", "key", "encode")
    save_intents(c, [Intent("job-1", b"/s", b"/f", 1, 2, 3)])
    record_speed(c, "x264", 1.5)
    c.execute("COMMIT")


def _wipe_pages_of(path: str, table: str, count: int) -> None:
    """Fills some pages of a table's rows with zeros, as a failing drive does."""
    leaf, sign = 0x0D, {"jobs": b'"destination"', "journal": b'"type":"job.created"'}[table]
    content = bytearray(Path(path).read_bytes())
    pages = [at for at in range(PAGE, len(content), PAGE) if content[at] == leaf and sign in content[at : at + PAGE]]
    assert len(pages) > count + 20
    for at in pages[10 : 10 + count]:
        content[at : at + PAGE] = bytes(PAGE)
    Path(path).write_bytes(content)
