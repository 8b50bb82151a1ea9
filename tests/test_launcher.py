"""The launcher: what it says, what it sets up once, and what it hands over. Small projects stand in for Reelyard."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import shutil
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

import reelyard
from tests.support import child

LAUNCHER = Path(reelyard.__file__)

# A project without requirements whose build backend is part of it, so that nothing is fetched. It counts its installs.
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """
import os, zipfile

ROOT = os.path.dirname(os.path.abspath(__file__))

def build_editable(folder, config_settings=None, metadata_directory=None):
    with open(os.path.join(ROOT, "installs.txt"), "a") as file:
        file.write("once ")
    info = "small-1.dist-info"
    with zipfile.ZipFile(os.path.join(folder, "small-1-py3-none-any.whl"), "w") as wheel:
        wheel.writestr("small.pth", ROOT)
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: small\\nVersion: 1\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return "small-1-py3-none-any.whl"
"""
SAYS_WORDS = "import json, os, sys; print(json.dumps([sys.argv[1:], os.getcwd(), sys.prefix]))"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A source tree with the launcher and a package `app` that prints its words, folder and environment."""
    root = tmp_path / "source tree"
    (root / "app").mkdir(parents=True)
    shutil.copy(LAUNCHER, root)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "backend.py").write_text(BACKEND)
    (root / "app" / "__main__.py").write_text(SAYS_WORDS)
    return root


def start(project: Path, *words: str, folder: Path | None = None) -> child.Ended:
    """Starts the launcher as a person would. PIP_NO_INDEX keeps it from looking for uv."""
    command = [sys.executable, str(project / "reelyard.py"), *words]
    return child.run(command, env={"PIP_NO_INDEX": "1", "CI": ""}, folder=folder or project)


def installs(project: Path) -> int:
    """How often the project was installed."""
    with contextlib.suppress(FileNotFoundError):
        return len((project / "installs.txt").read_text().split())
    return 0


@pytest.mark.slow
def test_the_first_start_sets_up_and_the_second_only_starts(project: Path, tmp_path: Path) -> None:
    first = start(project, "run", "--json", "a b", folder=tmp_path)
    assert first.code == 0, first.err
    words, folder, prefix = json.loads(first.out)
    assert words == ["run", "--json", "a b"]
    assert folder == str(tmp_path), "the verb runs where the person stands"
    assert Path(prefix) == project / ".venv"
    assert len(first.err.splitlines()) == 2, "one line before, one line after"

    second = start(project, "history")
    assert (second.code, second.err) == (0, "")
    assert installs(project) == 1


@pytest.mark.slow
def test_a_package_of_the_same_name_where_the_person_stands_is_not_taken(project: Path, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__main__.py").write_text("raise SystemExit('a stranger')")
    assert start(project, "demo", folder=tmp_path).code == 0


@pytest.mark.slow
def test_a_changed_pyproject_or_a_lost_environment_sets_up_again(project: Path) -> None:
    start(project, "demo")
    (project / "pyproject.toml").write_text(PYPROJECT + "# changed\n")
    assert "Ready" in start(project, "demo").err
    os.unlink(project / ".venv" / "bin" / "python")  # what an upgrade of the system leaves behind
    assert "Ready" in start(project, "demo").err
    assert installs(project) == 3


@pytest.mark.slow
def test_two_starts_at_once_install_once(project: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(project / "reelyard.py"), "demo"]
    logs = [tmp_path / "first.log", tmp_path / "second.log"]
    both = [child.start(command, env={"PIP_NO_INDEX": "1"}, out=log) for log in logs]
    assert [process.wait() for process in both] == [0, 0]
    assert sum(log.read_text().count("Setting up") for log in logs) == 1
    assert installs(project) == 1


@pytest.mark.slow
def test_a_failed_install_says_so_and_is_tried_again(project: Path) -> None:
    (project / "backend.py").write_text("raise OSError('no such mirror')")
    failed = start(project, "demo")
    assert failed.code == 2
    assert "no such mirror" in failed.err
    assert "Check the network" in failed.err.splitlines()[-1]
    (project / "backend.py").write_text(BACKEND)
    assert start(project, "demo").code == 0


def test_an_old_python_can_read_the_launcher() -> None:
    ast.parse(LAUNCHER.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_the_launcher_imports_the_standard_library_only() -> None:
    tree = ast.parse(LAUNCHER.read_text(encoding="utf-8"))
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert set(names) <= sys.stdlib_module_names


def test_a_python_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(sys, "version", "3.9.2 (main)")
    monkeypatch.setenv("PATH", "")
    assert reelyard.main(["demo"]) == 2
    said = capsys.readouterr().err
    assert "needs Python 3.11 or newer" in said
    assert f"3.9.2 ({sys.executable})" in said


def test_a_newer_python_on_path_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake(tmp_path, "python3.14", "exit 127")  # a version switcher's empty promise
    fake(tmp_path, "python3.12", "echo 3.12")
    taken: list[list[str]] = []
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    monkeypatch.setattr(reelyard, "become", taken.append)
    with pytest.raises(SystemExit):
        reelyard.main(["demo"])
    assert taken == [[str(tmp_path / "python3.12"), str(LAUNCHER), "demo"]]


def test_without_any_pip_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reelyard, "run", lambda command: ended(1, ""))
    with pytest.raises(reelyard.Stop, match=r"no pip .*apt-get install .* python3-pip"):
        reelyard.find_pip()


def test_where_debian_split_pip_off_the_environment_is_made_without(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def run(command: list[str]) -> SimpleNamespace:
        asked.append(command)
        return ended(0 if "--without-pip" in command or "--python" in command else 1, "")

    monkeypatch.setattr(reelyard, "run", run)
    reelyard.make_environment()
    assert asked[-1][-2:] == ["--without-pip", reelyard.VENV]
    assert reelyard.find_pip() == [sys.executable, "-m", "pip", "--python", reelyard.PYTHON]


@pytest.mark.parametrize(
    ("settings", "takes_uv"),
    [("", True), ("global.timeout='9'", True), ("global.index-url='file:///m'", False), (":env:.no-index='1'", False)],
)
def test_uv_is_left_alone_where_pip_was_told_a_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: str, takes_uv: bool
) -> None:
    uv = fake(tmp_path, "uv", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(reelyard, "run", lambda command: ended(0, settings))
    assert reelyard.find_uv(["pip"]) == (uv if takes_uv else "")


@pytest.mark.parametrize(
    ("printed", "missing"),
    [
        ("ImportError: libGL.so.1: cannot open shared object file: No such file or directory", "libGL.so.1"),
        (
            "qt.qpa.xcb: could not connect to display :9\nFrom 6.5.0, xcb-cursor0 or libxcb-cursor0 is needed",
            "the screen",
        ),
        ("no Qt platform plugin could be initialized", "a system library of Qt"),
    ],
)
def test_what_qt_misses_is_read_from_what_it_prints(
    monkeypatch: pytest.MonkeyPatch, printed: str, missing: str
) -> None:
    monkeypatch.setattr(reelyard, "run", lambda command: ended(1, printed))
    assert reelyard.what_is_missing(reelyard.LOADS_QT, reelyard.QT_LIBRARIES, may_install=False) == missing


def test_a_renamed_package_is_named_as_the_system_knows_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake(tmp_path, "apt-cache", 'case "$2" in libglib2.0-0t64|libgl1) echo "Package: $2";; *) echo "N: virtual";; esac')
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    said = reelyard.how_to_get(("libglib2.0-0", "libgl1", "libunheard1"))
    assert said.endswith("apt-get install -y --no-install-recommends libglib2.0-0t64 libgl1 libunheard1")
    assert "\n" not in said


def test_the_window_without_a_screen_points_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(reelyard.Stop, match=r"no screen here\. Use “run”"):
        reelyard.require_screen(may_install_system=False)


def test_only_root_installs_system_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(reelyard.Stop, match="Only root may install"):
        reelyard.install_system(("libgl1",))


def test_the_window_opens_for_no_words_and_for_files_only(tmp_path: Path) -> None:
    assert reelyard.opens_window([])
    assert reelyard.opens_window([str(tmp_path)])
    assert not reelyard.opens_window(["run", str(tmp_path)])


def fake(folder: Path, name: str, script: str) -> str:
    """A program that does what the shell script says."""
    path = folder / name
    path.write_text(textwrap.dedent(f"#!/bin/sh\n{script}\n"))
    path.chmod(0o755)
    return str(path)


def ended(returncode: int, stdout: str) -> SimpleNamespace:
    """What a command answered, as the launcher reads it."""
    return SimpleNamespace(returncode=returncode, stdout=stdout)
