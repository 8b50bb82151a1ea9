from __future__ import annotations

import pytest

from app import cli
from app.cli import catalogue
from tests.support.fake_core import FakeBootstrap


def test_a_bug_is_shown_as_a_bug_with_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(arguments: object, bootstrap: object) -> int:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(catalogue, "catalogue", broken)
    assert cli.main(["recipes"], FakeBootstrap) == 1
    said = capsys.readouterr().err
    assert said.startswith("reelyard: Reelyard made a mistake here. ")
    assert "    ZeroDivisionError: ours\n" in said
    assert "in broken" in said


def test_ctrl_c_in_a_verb_that_does_no_work_is_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(arguments: object, bootstrap: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(catalogue, "catalogue", interrupted)
    assert cli.main(["recipes"], FakeBootstrap) == 130
    assert capsys.readouterr().err == ""
