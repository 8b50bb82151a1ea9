from __future__ import annotations

import os
import re
import threading
from pathlib import Path

import pytest

from pipeline.engine import joblog
from pipeline.engine.joblog import JobLog, path_of, tail


def test_lines_of_all_attempts_are_kept_with_their_time(tmp_path: Path) -> None:
    for attempt in (1, 2):
        with JobLog(str(tmp_path), "job", attempt) as log:
            log.write("warning", f"line of {attempt}")
    lines = tail(str(tmp_path), "job", 100)
    assert [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in lines] == [
        "info    attempt 1", "warning line of 1", "info    attempt 2", "warning line of 2",
    ]  # fmt: skip
    assert tail(str(tmp_path), "job", 1) == lines[-1:]


def test_a_log_is_readable_while_it_is_written(tmp_path: Path) -> None:
    with JobLog(str(tmp_path), "job", 1) as log:
        log.write("error", "now")
        assert tail(str(tmp_path), "job", 5)[-1].endswith("now")


@pytest.mark.parametrize("line", ["x" * 300, "日本" * 100, "caf\udce9" * 40])
def test_it_grows_to_its_limit_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr(joblog, "LIMIT_BYTES", 10_000)
    for attempt in (1, 2):
        with JobLog(str(tmp_path), "job", attempt) as log:
            for _ in range(200):
                log.write("info", line)
        assert os.path.getsize(path_of(str(tmp_path), "job")) <= 10_000 + 100
        lines = tail(str(tmp_path), "job", 1_000)
        assert "longer than it may be" in lines[-1]
        assert any(each.endswith(f"attempt {attempt}") for each in lines), "an attempt finds no room"


def test_a_log_that_cannot_be_written_fails_nothing(tmp_path: Path) -> None:
    with JobLog(str(tmp_path / "gone"), "job", 1) as log:
        log.write("info", "lost")
    log.write("info", "after its end")
    assert tail(str(tmp_path / "gone"), "job", 5) == ()


def test_lines_from_several_threads_are_whole(tmp_path: Path) -> None:
    with JobLog(str(tmp_path), "job", 1) as log:

        def write() -> None:
            for _ in range(100):
                log.write("info", "a" * 50)

        threads = [threading.Thread(target=write) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lines = tail(str(tmp_path), "job", 1_000)
    assert len(lines) == 401
    assert all(line.endswith(" " + "a" * 50) for line in lines[1:])


def test_bytes_that_are_no_text_are_read_all_the_same(tmp_path: Path) -> None:
    Path(path_of(str(tmp_path), "job")).write_bytes(b"caf\xe9\nnext\n")
    assert tail(str(tmp_path), "job", 5) == ("caf\ufffd", "next")


def test_no_lines_are_no_lines(tmp_path: Path) -> None:
    with JobLog(str(tmp_path), "job", 1):
        pass
    assert tail(str(tmp_path), "job", 0) == ()
