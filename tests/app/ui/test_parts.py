from __future__ import annotations

from typing import get_type_hints

from app import bootstrap
from app.ui.parts import Bootstrap, Core


def test_the_real_bootstrap_gives_what_the_window_needs() -> None:
    assert callable(getattr(bootstrap, "open_core", None)) and hasattr(Bootstrap, "open_core")
    given = set(get_type_hints(bootstrap.Core)) | set(vars(bootstrap.Core))
    needed = {name for name in vars(Core) if not name.startswith("_")}
    assert needed <= given
