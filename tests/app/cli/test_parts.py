from __future__ import annotations

import inspect

import pytest

from app import bootstrap
from app.cli.parts import Bootstrap, Core


@pytest.mark.parametrize("name", ["open_core", "open_presets", "open_toolchain"])
def test_bootstrap_takes_what_the_command_line_gives(name: str) -> None:
    wanted = list(inspect.signature(getattr(Bootstrap, name)).parameters)[1:]
    assert list(inspect.signature(getattr(bootstrap, name)).parameters) == wanted


def test_a_core_has_what_the_command_line_uses() -> None:
    wanted = {name for name in vars(Core) if not name.startswith("_")}
    assert wanted <= set(bootstrap.Core.__annotations__) | set(vars(bootstrap.Core))
