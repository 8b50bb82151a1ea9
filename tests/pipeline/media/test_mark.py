from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

import psutil

from pipeline.media.mark import VARIABLE, environment, sweep
from pipeline.media.tree import Tree
from tests.pipeline.media.support import is_gone, until_gone
from tests.support import fake_tool


def _pids(tree: Tree, lines: int) -> list[int]:
    return [tree.pid, *(int(tree.stdout.readline().split()[1]) for _ in range(lines))]


def test_sweep_kills_marked_sessions_whole_and_nothing_else(tmp_path: Path) -> None:
    mark = str(uuid.uuid4())
    program = sys.executable
    mine = Tree(fake_tool.argv("parent"), folder=str(tmp_path), env=environment(program, mark), pipes="apart")
    theirs = Tree(fake_tool.argv("parent"), folder=str(tmp_path), env=environment(program, "other"), pipes="apart")
    try:
        swept, spared = _pids(mine, 1), _pids(theirs, 1)
        assert sweep(mark) == 2
        until_gone(*swept)
        assert not any(map(is_gone, spared))
        assert sweep(mark) == 0
    finally:
        for tree in (mine, theirs):
            tree.kill()
            tree.reap()


def test_sweep_finds_a_grandchild_that_left_the_session(tmp_path: Path) -> None:
    mark = str(uuid.uuid4())
    tree = Tree(fake_tool.argv("runaway"), folder=str(tmp_path), env=environment(sys.executable, mark), pipes="apart")
    left = _pids(tree, 1)[1]
    tree.reap()
    assert not is_gone(left)
    assert sweep(mark) == 1
    until_gone(left)


def test_sweep_never_touches_our_own_session() -> None:
    mark = psutil.Process().environ().get(VARIABLE, "")
    assert sweep(mark or "a mark nobody has") == 0


def test_no_mark_sweeps_nothing() -> None:
    assert sweep("") == 0


def test_a_child_without_a_mark_keeps_the_one_we_have() -> None:
    assert environment("/bin/true", "").get(VARIABLE) == os.environ.get(VARIABLE)
    assert environment("/bin/true", "x")[VARIABLE] == "x"
    assert "PYTHONSAFEPATH" in environment(sys.executable, "")
