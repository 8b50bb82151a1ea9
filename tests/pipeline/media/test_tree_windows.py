"""The job object can be tried on Windows only; here it is checked that it promises what its namesake does."""

from __future__ import annotations

import ast
from pathlib import Path

from pipeline.media import tree

FOLDER = Path(tree.__file__).parent


def promises(file: str) -> dict[str, list[str]]:
    """The public functions and methods of a file, with the names of their arguments."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(ast.parse((FOLDER / file).read_text())):
        if isinstance(node, ast.FunctionDef) and (node.name == "__init__" or not node.name.startswith("_")):
            found[node.name] = [each.arg for each in (*node.args.args, *node.args.kwonlyargs)]
    return found


def test_windows_promises_what_posix_does() -> None:
    assert promises("tree_windows.py") == promises("tree_posix.py")
