"""HandBrake's preset files: one preset, a list of them, or folders in folders, and what each comes to with us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from pipeline.engine.handbrake.besides import besides
from pipeline.engine.handbrake.fields import Fields, Left
from pipeline.engine.handbrake.picture import picture
from pipeline.engine.handbrake.rest import rest
from pipeline.engine.handbrake.sound import sound
from pipeline.engine.handbrake.video import video

RECIPE = "convert"

_LISTS = ("PresetList", "PresetCustom", "PresetBuiltin")
_MARKS = ("VideoEncoder", "FileFormat", "AudioList", "PictureWidth", "VideoQualityType")


class NotHandBrake(Exception):
    """The text is no export of HandBrake. Its message is a sentence that says what is wrong."""


@dataclass(frozen=True)
class Taken:
    """One preset of HandBrake: its name, what it says about itself, our options, and what was left."""

    name: str
    description: str
    options: dict[str, Any]
    left: tuple[Left, ...]


def read_handbrake(text: bytes) -> list[Taken]:
    """All presets in a file, those in folders too, in their order.

    Raises:
        NotHandBrake: it is no JSON, not from HandBrake, or has no preset in it.
    """
    try:
        presets = [_taken(values) for values in _presets(msgspec.json.decode(text))]
    except RecursionError as error:
        raise NotHandBrake("It is nested too deeply to be a list of presets.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotHandBrake(f"It is not written as JSON: {error}.") from error
    if not presets:
        raise NotHandBrake("There is no preset in it.")
    return presets


def _presets(found: Any) -> Iterator[Mapping[str, Any]]:
    """Every preset in what JSON was read as; what is a folder is entered."""
    if isinstance(found, list):
        for each in found:
            yield from _presets(each)
        return
    if not isinstance(found, dict):
        raise NotHandBrake("A preset is missing in it where one should be.")
    lists = [name for name in _LISTS if name in found]
    inside = [found[name] for name in lists]
    if found.get("Folder"):
        inside.append(found.get("ChildrenArray", []))
    if not inside and not any(mark in found for mark in _MARKS):
        raise NotHandBrake("Nothing in it looks like a preset of HandBrake.")
    for each in inside:
        if not isinstance(each, list):
            raise NotHandBrake("Its list of presets is no list.")
        yield from _presets(each)
    if not inside:
        yield found


def _taken(values: Mapping[str, Any]) -> Taken:
    fields = Fields(values)
    name, description = fields.text("PresetName"), fields.text("PresetDescription")
    for take in (besides, video, picture, sound, rest):
        take(fields)
    return Taken(name, description, fields.options, tuple(fields.left))
