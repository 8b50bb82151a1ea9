"""What holds for every test: no screen and no home of a person is touched, and nothing outlives its test."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import hypothesis
import psutil
import pytest

from tests.support import wait
from tests.support.fixtures import media, open_folder

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

__all__ = ["media", "open_folder"]

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

GRACE_S = 5.0

# How fast a machine is says nothing about what is right: no example fails because others use it too.
hypothesis.settings.register_profile("patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def home_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home of this run's own, also for the processes that tests start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REELYARD_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session", autouse=True)
def leash_of_the_run() -> Iterator[None]:
    """Ends the one process that may outlive tests, the leash, when all are done."""
    yield
    from pipeline.media import process

    process.close()
    assert not [child for child in psutil.Process().children() if _is_leash(child)]


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Fails the test that leaves a window, a thread or a child process behind, and ends what can be ended."""
    threads_before, children_before = set(threading.enumerate()), _children()
    yield
    if windows := _windows():
        told = ", ".join(type(window).__name__ for window in windows)
        for window in windows:
            window.close()
        pytest.fail(f"windows are left: {told}")
    for thread in _new_threads(threads_before):
        thread.join(GRACE_S)
    if threads := _new_threads(threads_before):
        pytest.fail(f"threads are left: {', '.join(thread.name for thread in threads)}")
    _end_counters()
    try:
        wait.until(lambda: _children() <= children_before, "the children to end", limit_s=GRACE_S)
    except AssertionError:
        left = _children() - children_before
        told = ", ".join(_told(child) for child in left)
        for child in left:
            with suppress(psutil.Error):
                child.kill()
        pytest.fail(f"child processes are left: {told}")


def _end_counters() -> None:
    """Ends the children that count packets and wait for the next file."""
    counter = sys.modules.get("pipeline.media.counter")
    if counter is not None:
        counter.COUNTER.close()


def _windows() -> list[QWidget]:
    """The windows that can be seen. Qt is not loaded to look for them."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    app = widgets and widgets.QApplication.instance()
    return [window for window in app.topLevelWidgets() if window.isVisible()] if app else []


def _new_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if not thread.daemon and thread not in before]


def _children() -> set[psutil.Process]:
    """All processes below this one, those not yet reaped included, but for the leash."""
    return {child for child in psutil.Process().children(recursive=True) if not _is_leash(child)}


def _is_leash(child: psutil.Process) -> bool:
    try:
        return "reelyard-leash" in child.cmdline()
    except psutil.Error:
        return False


def _told(child: psutil.Process) -> str:
    try:
        return f"{child.pid} {' '.join(child.cmdline()) or child.name()} ({child.status()})"
    except psutil.Error:
        return str(child.pid)
