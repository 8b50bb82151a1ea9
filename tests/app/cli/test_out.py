from __future__ import annotations

import sys

import pytest

from app.cli.out import say
from pipeline.model.problem import not_media
from tests.support import child


def test_a_problem_is_said_on_one_line_of_the_error_output(capsys: pytest.CaptureFixture[str]) -> None:
    say(not_media(b"/in/two\nlines"))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("reelyard: This is not a media file: /in/two�lines. ")
    assert said.err.count("\n") == 1


def test_python_does_not_complain_of_an_output_that_was_abandoned() -> None:
    code = (
        "import os, sys; from app.cli.out import abandon_output\n"
        "r, w = os.pipe(); os.dup2(w, 1); os.close(w); sys.stdout.write('never read'); os.close(r)\n"
        "try: sys.stdout.flush()\n"
        "except BrokenPipeError: abandon_output()"
    )
    ended = child.run([sys.executable, "-c", code])
    assert (ended.code, ended.err) == (0, "")
