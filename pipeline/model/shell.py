"""A command as a person can paste it into a shell: always one line, always plain text, and exactly what is run."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence

# What cmd and PowerShell would take for something else.
_TOUCHES_WINDOWS = re.compile(r"[^\w@+=:,./\\-]", re.ASCII)


def pasted(argv: Sequence[str], *, windows: bool = os.name == "nt") -> str:
    """The arguments quoted for a shell: bash, zsh or ksh, on Windows cmd.

    Words with bytes that are no text, or signs nobody sees, are written `$'caf\\351'`, which stands for those bytes.
    """
    return " ".join(_for_windows(word) if windows else _for_posix(word) for word in argv)


def _for_posix(word: str) -> str:
    if word.isprintable():
        return shlex.quote(word)
    return "$'" + "".join(map(_escaped, word)) + "'"


def _escaped(sign: str) -> str:
    if sign in "\\'":
        return f"\\{sign}"
    if sign.isprintable():
        return sign
    # Three octal digits each: unlike \x, no digit that follows can be taken for a part of it.
    return "".join(f"\\{byte:03o}" for byte in os.fsencode(sign))


def _for_windows(word: str) -> str:
    if word and not _TOUCHES_WINDOWS.search(word):
        return word
    # Backslashes count as such only before a quote (the rules of CommandLineToArgvW).
    inside = re.sub(r'(\\*)"', r'\1\1\\"', word)
    return '"' + re.sub(r"(\\+)$", r"\1\1", inside) + '"'
