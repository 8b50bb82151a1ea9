from __future__ import annotations

import sys

import pytest

from app.cli.out import say
from pipeline.model.problem import not_media, tool_failed
from tests.support import child


def test_a_problem_is_said_on_one_line_of_the_error_output(capsys: pytest.CaptureFixture[str]) -> None:
    say(not_media(b"/in/two\nlines"))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("reelyard: This is not a media file: /in/two�lines. ")
    assert said.err.count("\n") == 1


def test_what_a_tool_said_stands_below_it(capsys: pytest.CaptureFixture[str]) -> None:
    say(tool_failed("ffmpeg", 1, "\n".join(f"line {number}\x1b" for number in range(30))))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("reelyard: ffmpeg stopped with exit code 1. ")
    assert lines[1:] == [f"    line {number}�" for number in range(20, 30)]


def test_python_does_not_complain_of_an_output_that_was_abandoned() -> None:
    code = (
        "import os, sys; from app.cli.out import abandon_output\n"
        "r, w = os.pipe(); os.dup2(w, 1); os.close(w); sys.stdout.write('never read'); os.close(r)\n"
        "try: sys.stdout.flush()\n"
        "except BrokenPipeError: abandon_output()"
    )
    ended = child.run([sys.executable, "-c", code])
    assert (ended.code, ended.err) == (0, "")
