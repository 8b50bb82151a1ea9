"""Writes the report that stands beside results: what they were made from, how, and what came out."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from typing import Any, ClassVar

import msgspec

from pipeline.model.problem import Warn
from pipeline.model.source import MediaInfo, shown
from pipeline.model.stage import Act, CancelSignal, Tick

SCHEMA = 1


class Reported(msgspec.Struct, frozen=True):
    """One result. `file` is its scratch name, `name` the one it wishes for."""

    file: str
    name: bytes
    measures: dict[str, Any] = {}
    warnings: tuple[Warn, ...] = ()


class WriteReport(Act, frozen=True):
    """Writes scratch file `target` as JSON, from its fields and the sizes of the results; returns its size.

    What stands in it, `schema` 1:

    - `source`: `name` without folder, `bytes`, and what the probe found, as `reelyard probe --json` prints it;
    - `recipe`, `preset` (null where none was named), and the `options` that differ from the recipe's own;
    - `commands`: every process in the order they were asked for, each as a line for a shell;
    - `ffmpeg`: the version that ran them, null where that is not known;
    - `results`: for each its `name`, `bytes`, `measures` (such as `duration_s`, `frames`, `vmaf`) and `warnings`.

    A result whose name was taken when it was published has a number behind the `name` that stands here. Names that
    are no text have U+FFFD in them, and their bytes beside them in `name_b64`. Whose computer it was is not in it: no
    user, no time, and no folder but those a person wrote into an option.
    """

    version: ClassVar[int] = SCHEMA

    target: str
    source_name: bytes
    source_bytes: int
    info: MediaInfo
    recipe: str
    options: dict[str, Any]
    commands: tuple[str, ...]
    results: tuple[Reported, ...]
    preset: str = ""
    ffmpeg: str = ""

    def run(self, cancel: CancelSignal, tick: Callable[[Tick], None], folder: str) -> int:
        """Writes it anew, whatever is there."""
        report = {
            "schema": SCHEMA,
            "source": {**_named(self.source_name), "bytes": self.source_bytes, "media": self.info},
            "recipe": self.recipe,
            "preset": self.preset or None,
            "options": self.options,
            "commands": self.commands,
            "ffmpeg": self.ffmpeg or None,
            "results": [self._result(each, folder) for each in self.results],
        }
        text = msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"
        with open(os.path.join(folder, self.target), "wb") as file:
            file.write(text)
        return len(text)

    def _result(self, result: Reported, folder: str) -> dict[str, Any]:
        return {
            **_named(result.name),
            "bytes": os.path.getsize(os.path.join(folder, result.file)),
            "measures": result.measures,
            "warnings": result.warnings,
        }


def _named(name: bytes) -> dict[str, str]:
    text = shown(name)
    if text.encode() == name:
        return {"name": text}
    return {"name": text, "name_b64": base64.b64encode(name).decode("ascii")}
