from __future__ import annotations

import os
import sys
from pathlib import Path

from pipeline.media import tree
from tests.support import fake_tool


def test_the_tree_of_this_system_starts_listens_and_reaps(tmp_path: Path) -> None:
    child = tree.Tree(fake_tool.argv("prints", "one", "two"), folder=str(tmp_path), low_priority=True)
    assert b"".join(child.output()).split() == [b"one", b"two"]
    assert child.reap() == 0


def test_both_systems_have_the_same_doors() -> None:
    folder = Path(tree.__file__).parent
    for name in ("tree_posix.py", "tree_windows.py"):
        source = (folder / name).read_text()
        for door in tree.__all__:
            assert f"\ndef {door}(" in source or f"\nclass {door}:" in source, (name, door)


def test_our_session_is_known() -> None:
    assert tree.session_of(os.getpid()) == (os.getpid() if sys.platform == "win32" else os.getsid(0))
