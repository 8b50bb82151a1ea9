"""Picks the face: a verb goes to the command line, files or nothing to the window. Imports nothing heavy."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app import __version__

if TYPE_CHECKING:
    from app.cli.parts import Bootstrap as CliBootstrap
    from app.ui.parts import Bootstrap as WindowBootstrap
    from pipeline.model.problem import Problem


def main(arguments: Sequence[str] | None = None) -> int:
    """The console script `reelyard`. Returns the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] in (["--version"], ["-V"]):
        print(f"reelyard {__version__}")
        return 0
    from app import cli

    if cli.is_for_window(given):
        return _open_window(given)
    return cli.main(given, _for_cli)


def _for_cli() -> CliBootstrap:
    from app import bootstrap

    return bootstrap


def _for_window() -> WindowBootstrap:
    from app import bootstrap

    return bootstrap


def _open_window(given: Sequence[str]) -> int:
    from app import cli
    from app.home import find_home
    from pipeline.model.problem import PipelineError

    try:
        files, home = cli.read_window(given)
    except PipelineError as error:
        cli.say(error.problem)
        return cli.WRONG_USE
    if problem := _why_no_window():
        cli.say(problem)
        return cli.FAILED
    from app.ui.start import open_window

    return open_window(files, find_home(home), _for_window)


def _why_no_window() -> Problem | None:
    """What keeps a window from opening. Qt itself would abort without a word a person could use."""
    from pipeline.model.problem import no_screen, window_libraries_missing

    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    on_wayland = bool(os.environ.get("WAYLAND_DISPLAY"))
    is_x11 = sys.platform.startswith("linux") and not chosen and not on_wayland
    if is_x11 and not os.environ.get("DISPLAY"):
        return no_screen()
    try:
        from PySide6 import QtWidgets

        if is_x11:
            import ctypes

            plugin = os.path.join(os.path.dirname(QtWidgets.__file__), "Qt", "plugins", "platforms", "libqxcb.so")
            ctypes.CDLL(plugin)
    except (ImportError, OSError) as error:
        return window_libraries_missing(str(error))
    return None


if __name__ == "__main__":
    sys.exit(main())
