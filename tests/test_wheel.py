"""The wheel people install: it holds the three packages, what is shipped beside the code, and the command."""

from __future__ import annotations

import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support import child

PACKAGES = ("app", "pipeline", "resources")
NOT_OURS = shutil.ignore_patterns("__pycache__")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a wheel is built from, so that building leaves nothing in the source tree."""
    root = tmp_path_factory.mktemp("source")
    for name in PACKAGES:
        shutil.copytree(child.ROOT / name, root / name, ignore=NOT_OURS)
    for path in child.ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, root)
    return root


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, as `pip wheel` builds it."""
    out = tmp_path_factory.mktemp("wheel")
    pip = next(pip for pip in pips() if child.run([*pip, "--version"]).code == 0)
    built = child.run([*pip, "wheel", "--no-deps", "-q", "-w", str(out), str(source)])
    assert built.code == 0, built.err
    (file,) = out.glob("reelyard-*.whl")
    return zipfile.ZipFile(file)


def pips() -> list[list[str]]:
    """The pip of this environment; or the one outside it, where Debian split it off."""
    return [[sys.executable, "-m", "pip"], ["python3", "-m", "pip", "--python", sys.executable]]


@pytest.mark.slow
def test_the_wheel_holds_every_module_and_all_that_is_shipped_beside_the_code(
    source: Path, wheel: zipfile.ZipFile
) -> None:
    files = {path for name in PACKAGES for path in (source / name).rglob("*") if path.is_file()}
    names = {path.relative_to(source).as_posix() for path in files}
    assert names - set(wheel.namelist()) == set()
    assert {"resources/presets", "resources/icons"} <= {name.rpartition("/")[0] for name in names}


@pytest.mark.slow
def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {Path(name).parts[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


@pytest.mark.slow
def test_the_wheel_declares_the_command_and_carries_its_licences(wheel: zipfile.ZipFile) -> None:
    names = {Path(name).name: name for name in wheel.namelist() if ".dist-info/" in name}
    assert "reelyard = app.__main__:main" in wheel.read(names["entry_points.txt"]).decode()
    assert {"LICENSE", "NOTICE"} <= names.keys()
