from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.shell import pasted
from tests.support.child import run


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["ffmpeg", "-i", "file:/films/a.mov"], "ffmpeg -i file:/films/a.mov"),
        (["ffmpeg", "-i", "file:/my films/a.mov", ""], "ffmpeg -i 'file:/my films/a.mov' ''"),
        (["-vf", "scale=-2:720,setsar=1"], "-vf scale=-2:720,setsar=1"),
        (["[0:v]crop=10", "it's", "$HOME;rm -rf *"], "'[0:v]crop=10' 'it'\"'\"'s' '$HOME;rm -rf *'"),
        (["日本.mov"], "'日本.mov'"),
        ([os.fsdecode(b"caf\xe9 it's\\.mov")], "$'caf\\351 it\\'s\\\\.mov'"),
        (["two\nlines1\x1b[2J"], "$'two\\012lines1\\033[2J'"),
        (["gpj.\u202eexe"], "$'gpj.\\342\\200\\256exe'"),
    ],
)
def test_a_line_is_quoted_for_a_shell(argv: list[str], line: str) -> None:
    assert pasted(argv, windows=False) == line


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["ffmpeg", "-i", "file:C:\\films\\a.mov"], "ffmpeg -i file:C:\\films\\a.mov"),
        (["file:C:\\my films\\a.mov"], '"file:C:\\my films\\a.mov"'),
        (["", "a\\ \\"], '"" "a\\ \\\\"'),
        (['say "hi"', "50%"], '"say \\"hi\\"" "50%"'),
        (["[0:v]a;[1:v]b"], '"[0:v]a;[1:v]b"'),
    ],
)
def test_a_line_is_quoted_for_windows(argv: list[str], line: str) -> None:
    assert pasted(argv, windows=True) == line


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here to read it")
@given(st.lists(st.binary(min_size=0, max_size=12).map(lambda raw: os.fsdecode(raw.replace(b"\0", b""))), max_size=5))
def test_bash_reads_back_what_was_meant(argv: list[str]) -> None:
    line = pasted(argv, windows=False)
    assert line.isprintable()
    line.encode("utf-8")
    read = run(["bash", "-c", f"printf '%s\\0' {line} | od -An -v -tx1"])
    assert bytes.fromhex(read.out) == b"".join(os.fsencode(word) + b"\0" for word in argv or [""])
