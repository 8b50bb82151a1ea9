"""Every test of the window: the look, one way to open a window, and no noise from a platform without a screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

import pytest
from PySide6.QtWidgets import QApplication

from app.ui import theme
from pipeline.model.job import Job
from tests.app.ui.fake_control import FakeCore
from tests.app.ui.scene import Scene, play

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform warns of each thing it cannot do, such as raising a window."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))


class Play(Protocol):
    """Runs a story on a window of its own."""

    def __call__(
        self,
        story: Callable[[Scene], Awaitable[None]],
        prepare: Callable[[FakeCore], object] = ...,
        past: Sequence[Job] = ...,
    ) -> None: ...


@pytest.fixture
def styled(qapp: QApplication) -> QApplication:
    """The application in the light theme."""
    qapp.setQuitOnLastWindowClosed(False)
    theme.install(qapp, "light")
    return qapp


@pytest.fixture
def stage(styled: QApplication, tmp_path: Path) -> Play:
    """Opens a window on a fake engine and plays a story in it."""

    def run(
        story: Callable[[Scene], Awaitable[None]],
        prepare: Callable[[FakeCore], object] = lambda core: None,
        past: Sequence[Job] = (),
    ) -> None:
        play(styled, tmp_path, story, prepare, past)

    return run
