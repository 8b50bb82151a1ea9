"""Whether the system has fonts at all: where it has none, ffmpeg draws no letter of a subtitle and hardly says so."""

from __future__ import annotations

import os
import sys

_SUFFIXES = (".ttf", ".otf", ".ttc", ".pfb")


def has_fonts() -> bool:
    """Whether any font is installed. Windows and macOS cannot be without."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(_holds_a_font(folder) for folder in _folders())


def _folders() -> list[str]:
    """Where fonts lie by the rules of the XDG, and where they lay before."""
    own = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    return [
        os.path.expanduser("~/.fonts"),
        *(os.path.join(each, "fonts") for each in (own, *shared.split(":")) if each),
    ]


def _holds_a_font(folder: str) -> bool:
    return any(name.lower().endswith(_SUFFIXES) for _, _, names in os.walk(folder) for name in names)
