"""The guard that fails tests which leave something behind, tried on tests that do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support import child

UNTIDY = """
import subprocess, sys, threading

def test_thread():
    threading.Thread(target=threading.Event().wait, args=(7,), name="lost").start()

def test_child():
    global left
    left = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait()"])

def test_tidy():
    thread = threading.Thread(target=print)
    thread.start()
    thread.join()
"""


@pytest.mark.slow
def test_what_a_test_leaves_behind_fails_it(tmp_path: Path) -> None:
    (tmp_path / "test_untidy.py").write_text(UNTIDY)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    ended = child.run([sys.executable, "-m", "pytest", "-p", "no:pytest-qt", "-p", "tests.conftest", str(tmp_path)])
    assert "threads are left: lost" in ended.out
    assert "child processes are left: " in ended.out
    assert "3 passed, 2 errors" in ended.out
