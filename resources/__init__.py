"""The one door to what is shipped beside the code: icons, fonts, presets, pictures."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def path(name: str) -> Path:
    """Where a shipped file or folder is, such as `icons/film.svg`. It need not exist."""
    return Path(str(files("resources").joinpath(*name.split("/"))))


def text(name: str) -> str:
    """The text of a shipped file.

    Raises:
        FileNotFoundError: nothing of that name was shipped, which is a fault of the package.
    """
    return path(name).read_text(encoding="utf-8")


def names(folder: str) -> tuple[str, ...]:
    """The names of the files shipped in a folder, sorted."""
    return tuple(sorted(each.name for each in path(folder).iterdir() if each.is_file()))
