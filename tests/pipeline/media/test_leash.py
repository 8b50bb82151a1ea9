from __future__ import annotations

import os
import random
import signal
import sys
import threading
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from pipeline.media.leash import Leash
from pipeline.media.tree_posix import Tree
from tests.pipeline.media.support import ENDLESS, FFMPEG, LINUX, is_gone, until_gone
from tests.support import child, fake_tool, wait

pytestmark = pytest.mark.skipif(not LINUX, reason="looks into /proc")

_ROUNDS = 10


@pytest.fixture
def leash() -> Iterator[Leash]:
    made = Leash()
    yield made
    made.close()


def _marked(mark: str) -> list[psutil.Process]:
    """The living processes that carry this mark."""
    found = []
    for each in psutil.process_iter():
        try:
            if each.environ().get("REELYARD_CHILD") == mark and each.status() != psutil.STATUS_ZOMBIE:
                found.append(each)
        except psutil.Error:
            continue
    return found


def _is_swept(mark: str) -> bool:
    return not _marked(mark)


def _app(mark: str, manner: str, out: Path, env: dict[str, str]) -> psutil.Popen:
    argv = [sys.executable, "-m", "tests.pipeline.media.app_with_child", mark, manner]
    return child.start(argv, out=out, env=env)


def _first_line(out: Path) -> int:
    return wait.until(lambda: int(text) if (text := out.read_text()).endswith("\n") else 0, "the child's number")


@pytest.mark.parametrize("manner", ["running", "suspended"])
@pytest.mark.parametrize("path", [os.environ["PATH"], ""], ids=["with setpriv", "by the leash alone"])
def test_no_child_outlives_a_killed_app(manner: str, path: str, tmp_path: Path) -> None:
    moments = random.Random(manner)
    for number in range(_ROUNDS):
        out = tmp_path / f"{number}.txt"
        app = _app(str(uuid.uuid4()), manner, out, {"PATH": path})
        pid = _first_line(out)
        threading.Event().wait(moments.random() * 0.05)
        app.send_signal(signal.SIGKILL)
        app.wait()
        until_gone(pid)


def test_no_child_outlives_an_app_killed_before_it_knows_it(tmp_path: Path) -> None:
    moments = random.Random(7)
    for number in range(_ROUNDS):
        mark = str(uuid.uuid4())
        app = _app(mark, "running", tmp_path / f"{number}.txt", {})
        threading.Event().wait(moments.random() * 0.4)
        app.send_signal(signal.SIGKILL)
        app.wait()
        wait.until(partial(_is_swept, mark), "all with the mark to end")


def test_no_probe_worker_outlives_a_killed_app(tmp_path: Path) -> None:
    mark = str(uuid.uuid4())
    app = _app(mark, "probing", tmp_path / "out.txt", {})
    worker = wait.until(lambda: _marked(mark), "the worker to start")[0]
    app.send_signal(signal.SIGKILL)
    app.wait()
    until_gone(worker.pid)


def test_only_we_hold_the_pipe(leash: Leash, tmp_path: Path) -> None:
    tree = Tree([FFMPEG, *ENDLESS], folder=str(tmp_path))
    other = Tree(fake_tool.argv("hangs"), folder=str(tmp_path))
    try:
        leash.hold(tree.pid)
        assert leash._shell is not None and leash._shell.stdin is not None
        pipe = os.readlink(f"/proc/self/fd/{leash._shell.stdin.fileno()}")
        for pid in (tree.pid, other.pid):
            assert pipe not in _open_files(pid)
        assert _open_files(leash._shell.pid).count(pipe) == 1  # its end to read from
        assert os.getsid(leash._shell.pid) == leash._shell.pid
        leash.release(tree.pid)
    finally:
        for each in (tree, other):
            each.kill()
            each.reap()


def _open_files(pid: int) -> list[str]:
    folder = f"/proc/{pid}/fd"
    return [os.readlink(f"{folder}/{name}") for name in os.listdir(folder)]


def test_what_is_held_dies_with_the_leash_and_what_is_released_does_not(tmp_path: Path) -> None:
    leash = Leash()
    trees = [Tree(fake_tool.argv("hangs"), folder=str(tmp_path)) for _ in range(3)]
    try:
        for tree in trees:
            leash.hold(tree.pid)
        leash.release(trees[1].pid)
        leash.close()
        wait.until(lambda: is_gone(trees[0].pid) and is_gone(trees[2].pid), "the held ones to end")
        assert not is_gone(trees[1].pid)
    finally:
        for tree in trees:
            tree.kill()
            tree.reap()


def test_a_leash_that_was_killed_is_replaced_and_holds_what_it_held(tmp_path: Path) -> None:
    leash = Leash()
    trees = [Tree(fake_tool.argv("hangs"), folder=str(tmp_path)) for _ in range(2)]
    try:
        leash.hold(trees[0].pid)
        assert leash._shell is not None
        first = leash._shell.pid
        os.kill(first, signal.SIGKILL)
        until_gone(first)
        leash.hold(trees[1].pid)
        assert leash._shell is not None and leash._shell.pid != first
        leash.close()
        until_gone(*(tree.pid for tree in trees))
    finally:
        for tree in trees:
            tree.kill()
            tree.reap()


def test_close_may_be_called_again_and_the_leash_used_again(leash: Leash) -> None:
    leash.close()
    leash.close()
    leash.release(2**22 + 1)
    leash.hold(2**22 + 1)  # above the largest number Linux gives: killing it does nothing
    assert leash._shell is not None and leash._shell.poll() is None
