from __future__ import annotations

import sys

import pytest

from app.cli.report import JsonLines, PlainLines
from app.cli.terminal import choose_report


def test_who_has_no_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(choose_report(True), JsonLines)
    assert type(choose_report(False)) is PlainLines
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    assert type(choose_report(False)) is PlainLines
    monkeypatch.setenv("TERM", "xterm")
    assert type(choose_report(False)).__name__ == "Bars"
