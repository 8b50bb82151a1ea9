from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import psutil
import pytest

from pipeline.media import tree_posix
from pipeline.media.tree_posix import Tree, could_not_start
from tests.pipeline.media.support import LINUX, until_gone
from tests.support import fake_tool, wait


def _ended(tree: Tree) -> None:
    wait.until(lambda: psutil.Process(tree.pid).status() == psutil.STATUS_ZOMBIE, "it to end")


def test_a_reaped_child_is_never_signalled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = Tree(fake_tool.argv("well"), folder=str(tmp_path))
    assert b"progress=end" in b"".join(tree.output())
    assert tree.reap() == 0 and tree.reap() == 0
    monkeypatch.setattr(os, "killpg", lambda *_: pytest.fail("signalled"))
    for act in (tree.kill, tree.suspend, tree.resume, tree.ask_to_end):
        act()


def test_a_child_that_has_ended_keeps_its_number_until_it_is_reaped(tmp_path: Path) -> None:
    tree = Tree(fake_tool.argv("prints", "x"), folder=str(tmp_path))
    _ended(tree)
    assert b"".join(tree.output()) == b"x\n"
    tree.kill()
    assert psutil.pid_exists(tree.pid)
    assert tree.reap() == 0
    assert not psutil.pid_exists(tree.pid)


def test_kill_from_many_threads_while_it_is_reaped(tmp_path: Path) -> None:
    for _ in range(20):
        tree = Tree(fake_tool.argv("prints", "x"), folder=str(tmp_path))
        threads = [threading.Thread(target=tree.kill) for _ in range(8)]
        for thread in threads:
            thread.start()
        assert tree.reap() in (0, -signal.SIGKILL)
        for thread in threads:
            thread.join()


def test_without_a_way_to_be_woken_the_end_is_still_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_posix, "_exit_fd", lambda pid: None)
    monkeypatch.setattr(Tree, "_look", lambda self: self._popen.poll() is not None)  # as on macOS
    tree = Tree(fake_tool.argv("runaway"), folder=str(tmp_path))
    left = int(b"".join(tree.output()).split()[1])
    assert tree.reap() == 0
    os.kill(left, signal.SIGKILL)
    until_gone(left)


def test_pipes_apart_do_not_mix(tmp_path: Path) -> None:
    tree = Tree(["/bin/sh", "-c", "cat; echo error >&2"], folder=str(tmp_path), pipes="apart")
    tree.stdin.write(b"asked\n")
    tree.stdin.close()
    assert tree.stdout.read() == b"asked\n"
    assert tree.stderr.read() == b"error\n"
    assert tree.reap() == 0


@pytest.mark.skipif(not LINUX, reason="only Linux has the signal")
def test_a_child_ends_with_the_thread_that_waits_for_it(tmp_path: Path) -> None:
    trees: list[Tree] = []

    def start() -> None:
        trees.append(Tree(fake_tool.argv("hangs"), folder=str(tmp_path), dies_with_thread=True))
        assert trees[0].stdout.read(1)  # before it runs nobody has asked the system for the signal yet

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert trees[0].reap() == -signal.SIGKILL


@pytest.mark.parametrize(
    ("code", "line", "answer"),
    [
        (127, "setpriv: failed to execute /x: No such file or directory", True),
        (126, "nice: /x: Permission denied", True),
        (127, "sh: x: not found", False),
        (1, "setpriv: failed to execute /x", False),
    ],
)
def test_it_is_known_who_could_not_start(code: int, line: str, answer: bool) -> None:
    assert could_not_start(code, ["before", line]) is answer


def test_only_what_works_here_is_wrapped_around_a_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, script in (("good", 'shift; exec "$@"'), ("poor", "echo unknown option >&2; exit 1")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tree_posix._usable("good", "-x") == (str(tmp_path / "good"), "-x")
    assert tree_posix._usable("poor", "-x") == ()
    assert tree_posix._usable("missing", "-x") == ()


def test_what_cannot_be_started_raises_and_is_not_held(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Tree(["/no/such/program"], folder=str(tmp_path))
