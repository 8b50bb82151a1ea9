"""What goes wrong is written down in the home, bounded, and costs nothing where it cannot be."""

from __future__ import annotations

import errno
import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

import pytest

from app.home import Home, find_home
from app.home.logs import KEPT, LIMIT_BYTES, keep_logs
from tests.support import child

LOG = logging.getLogger("pipeline.engine.something")


def _home(folder: Path) -> Home:
    home = find_home(str(folder))
    os.makedirs(home.logs_folder, exist_ok=True)
    return home


def test_warnings_and_tracebacks_are_kept_and_nothing_else(tmp_path: Path) -> None:
    home = _home(tmp_path)
    end = keep_logs(home)
    LOG.info("not worth keeping")
    LOG.warning("the drive is slow")
    try:
        raise ValueError("what now")
    except ValueError:
        LOG.exception("a bug")
    end()
    LOG.warning("after the end")
    kept = Path(home.logs_folder, "reelyard.log").read_text()
    assert "the drive is slow" in kept
    assert "ValueError: what now" in kept
    assert "not worth keeping" not in kept
    assert "after the end" not in kept


def test_the_log_stays_small(tmp_path: Path) -> None:
    home = _home(tmp_path)
    end = keep_logs(home)
    for _ in range(6):
        LOG.warning("x" * LIMIT_BYTES)
    end()
    assert len(list(Path(home.logs_folder).glob("reelyard.log*"))) <= KEPT + 1


def test_a_log_that_cannot_be_written_prints_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    end = keep_logs(_home(tmp_path))

    def full(self: logging.StreamHandler[TextIO], record: logging.LogRecord) -> None:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError:
            self.handleError(record)

    monkeypatch.setattr(RotatingFileHandler, "emit", full)
    LOG.warning("the drive is full")
    end()
    assert "Logging error" not in capsys.readouterr().err


def test_a_folder_that_is_not_there_costs_only_the_log(tmp_path: Path) -> None:
    handlers = list(logging.getLogger().handlers)
    end = keep_logs(find_home(str(tmp_path / "none")))
    LOG.warning("nobody hears this")
    end()
    assert logging.getLogger().handlers == handlers


def test_the_stack_of_a_fatal_crash_is_kept(tmp_path: Path) -> None:
    home = _home(tmp_path)
    crash = (
        "import sys, os; from app.home import find_home; from app.home.logs import keep_logs;"
        "keep_logs(find_home(sys.argv[1])); os.abort()"
    )
    child.run([sys.executable, "-c", crash, str(tmp_path)])
    assert "Fatal Python error: Aborted" in Path(home.logs_folder, "crash.log").read_text()
