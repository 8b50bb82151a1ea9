from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from app import __main__, __version__, cli
from app.home import Home
from tests.support import child


def test_the_version_is_said_without_loading_anything() -> None:
    code = (
        "import sys; from app.__main__ import main; main(['--version'])\n"
        "print({'argparse', 'msgspec', 'app.cli'} & set(sys.modules))"
    )
    ended = child.run([sys.executable, "-c", code])
    assert ended.out == f"reelyard {__version__}\nset()\n"


@pytest.mark.parametrize("words", [["run", "convert", "a.mov"], ["rnu"], ["--help"]])
def test_verbs_and_what_is_meant_as_one_go_to_the_command_line(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[list[str]] = []

    def remember(words: list[str], bootstrap: object) -> int:
        given.append(words)
        return 7

    monkeypatch.setattr(cli, "main", remember)
    assert __main__.main(words) == 7
    assert given == [words]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a window was opened with; no window is."""
    calls: list[Any] = []

    def open_window(files: list[str], home: Home, bootstrap: Callable[[], Any]) -> int:
        calls.append((files, home, bootstrap()))
        return 0

    monkeypatch.setitem(
        sys.modules, "app.ui.start", cast(types.ModuleType, types.SimpleNamespace(open_window=open_window))
    )
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    return calls


@pytest.mark.window
def test_files_open_the_window(opened: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert __main__.main(["clip.mov", "--home", "h"]) == 0
    ((files, home, bootstrap),) = opened
    assert files == [str(tmp_path / "clip.mov")]
    assert home.folder == str(tmp_path / "h")
    assert callable(bootstrap.open_core)


@pytest.mark.window
def test_nothing_opens_the_window_too(opened: list[Any]) -> None:
    assert __main__.main([]) == 0
    assert opened[0][0] == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there a screen can be missing")
def test_without_a_screen_the_way_without_one_is_said(
    opened: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert __main__.main([]) == 1
    assert opened == []
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "There is no screen to open a window on." in said
    assert "reelyard run" in said


def test_a_missing_system_library_is_named_in_one_line(
    opened: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Missing:
        def __getattr__(self, name: str) -> Any:
            raise ImportError("libGL.so.1: cannot open shared object file")

    monkeypatch.setitem(sys.modules, "PySide6", Missing())
    assert __main__.main([]) == 1
    assert opened == []
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "libGL.so.1" in said


def test_the_window_knows_no_options_of_verbs(opened: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["clip.mov", "--json"]) == 2
    assert opened == []
    assert "There is no option “--json”." in capsys.readouterr().err
