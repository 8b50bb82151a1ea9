"""The command line starts fast and without Qt: what its import must not bring in."""

from __future__ import annotations

import json
import sys

import pytest

from tests.support import child

HEAVY = {"PySide6", "qasync", "numpy", "av", "aiohttp", "sqlite_utils", "ffmpeg", "imageio_ffmpeg", "rich", "asyncio"}
LISTS_MODULES = "import sys, json, {module}; print(json.dumps(sorted(sys.modules)))"


@pytest.mark.parametrize("module", ["app.__main__", "app.cli"])
def test_the_command_line_imports_nothing_heavy(module: str) -> None:
    done = child.run([sys.executable, "-c", LISTS_MODULES.format(module=module)])
    assert done.code == 0, done.err
    loaded = {name.partition(".")[0] for name in json.loads(done.out)}
    assert not HEAVY & loaded


@pytest.mark.parametrize("module", ["pipeline.engine.control", "pipeline.store.writer"])
def test_the_engine_imports_no_qt_and_no_server(module: str) -> None:
    done = child.run([sys.executable, "-c", LISTS_MODULES.format(module=module)])
    assert done.code == 0, done.err
    loaded = {name.partition(".")[0] for name in json.loads(done.out)}
    assert not {"PySide6", "qasync", "aiohttp", "sqlite_utils", "av", "numpy", "app"} & loaded
