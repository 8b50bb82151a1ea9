"""A HandBrake preset while it is read: what was asked for is ticked off, so that nothing is passed over in silence."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_LONGEST = 72
_WRONG_TYPE = "It is not of the type HandBrake writes there."


@dataclass(frozen=True)
class Left:
    """Something that was not taken over: its name and value in the file, and why."""

    name: str
    value: str
    why: str

    def __str__(self) -> str:
        return f"{self.name} = {self.value}: {self.why}"


class Fields:
    """The fields of one table of a preset, read one by one.

    `options` gathers what was taken over, `left` what was not. Every table inside has Fields of its own that share
    both. A value of the wrong type is left, and reads as if it were not there.
    """

    def __init__(self, values: Mapping[str, Any], place: str = "", parent: Fields | None = None) -> None:
        self._values = values
        self._place = place
        self._asked: set[str] = set()
        self.options: dict[str, Any] = {} if parent is None else parent.options
        self.left: list[Left] = [] if parent is None else parent.left

    def text(self, name: str) -> str:
        """A text; empty where there is none."""
        match self._ask(name):
            case str() as value:
                return value
            case bool() | None:
                pass
            case int() as value:
                return str(value)
            case float() as value:
                return f"{value:g}"
            case _:
                self.leave(name, _WRONG_TYPE)
        return ""

    def number(self, name: str, otherwise: float = 0.0) -> float:
        """A number, also one that an old version wrote as a text; `otherwise` where there is none."""
        found = self._ask(name)
        if found is None or found == "":
            return otherwise
        try:
            value = float(found)
        except (TypeError, ValueError, OverflowError):
            value = math.nan
        if not math.isfinite(value):
            self.leave(name, _WRONG_TYPE)
            return otherwise
        return value

    def whole(self, name: str) -> int:
        """A number without what stands behind its point."""
        return int(self.number(name))

    def flag(self, name: str, default: bool = False) -> bool:
        """Yes or no, also as 1 and 0."""
        match self._ask(name):
            case None:
                return default
            case bool() | int() as value:
                return bool(value)
            case _:
                self.leave(name, _WRONG_TYPE)
                return default

    def texts(self, name: str) -> list[str]:
        """A list of texts; empty where there is none."""
        found = self._ask(name) or []
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            self.leave(name, _WRONG_TYPE)
            return []
        return found

    def tables(self, name: str) -> list[Fields]:
        """The tables in a list; empty where there is none."""
        found = self._ask(name) or []
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            self.leave(name, _WRONG_TYPE)
            return []
        return [Fields(each, f"{name}[{number}].", self) for number, each in enumerate(found, 1)]

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def leave(self, name: str, why: str) -> None:
        """Says that a field was not taken over, or not as it was meant. The first reason stands."""
        self._asked.add(name)
        said = Left(self._place + printable(name), _shown(self._values.get(name)), why)
        if all(left.name != said.name for left in self.left):
            self.left.append(said)

    def unasked(self) -> dict[str, Any]:
        """What nobody has asked for yet."""
        return {name: value for name, value in self._values.items() if name not in self._asked}

    def _ask(self, name: str) -> Any:
        self._asked.add(name)
        return self._values.get(name)


def _shown(value: Any) -> str:
    said = printable(json.dumps(value, ensure_ascii=False))
    return said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"


def printable(text: str) -> str:
    """A stranger's text without signs that could move a terminal's cursor, or that no file takes."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
