"""A preset's TOML file: what stands in it, and how a file of an earlier version becomes one of this version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from pipeline.model.problem import PipelineError, bad_preset

File = dict[str, Any]


class PresetFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in a preset's file.

    `default` is the one taken when none is named. Presets are listed by their `place`, those with 0 behind the others.
    """

    schema: int
    recipe: str
    id: str
    label: str
    summary: str
    options: dict[str, Any]
    default: bool = False
    place: int = 0


def subtitles_became_a_choice(file: File) -> File:
    """Version 2: whether subtitles are kept became what is done with them.

    And the quality that nobody named was 21 for every codec; now it is each codec's own.
    """
    options = file.get("options")
    if file.get("recipe") != "convert" or not isinstance(options, dict):
        return file
    options = dict(options)
    if isinstance(kept := options.get("subtitles"), bool):
        options["subtitles"] = "keep" if kept else "none"
    if options.get("video", "h264") in ("h264", "hevc"):
        options.setdefault("crf", 21)
    return {**file, "options": options}


# Each makes a file of the next version from one of the version before; the first of them from version 1. What a file of
# the wrong form holds they leave as it is: it is refused afterwards, with its name.
UPGRADES: tuple[Callable[[File], File], ...] = (subtitles_became_a_choice,)

SCHEMA = len(UPGRADES) + 1


def read_preset(origin: str, text: str) -> PresetFile:
    """A preset as its file says it, brought to this version. Recipe and options are not looked at.

    Raises:
        PipelineError: bad_preset; it is no TOML, is of a later version, or has a field too many or too few.
    """
    try:
        found = msgspec.toml.decode(text)
        return msgspec.convert(_upgraded(origin, found), PresetFile)
    except RecursionError as error:
        raise PipelineError(bad_preset(origin, "Its values are nested too deeply")) from error
    except (msgspec.DecodeError, ValueError) as error:  # a number of thousands of digits is no DecodeError
        raise PipelineError(bad_preset(origin, str(error))) from error


def preset_text(file: PresetFile, notes: tuple[str, ...] = ()) -> str:
    """The text of a preset's file, its options in the order given, with notes as comments before it."""
    unsaid = {"default": False, "place": 0}
    fields = {name: value for name, value in msgspec.to_builtins(file).items() if unsaid.get(name, ...) != value}
    comments = "".join(f"# {line}\n" for note in notes for line in note.splitlines())
    return comments + msgspec.toml.encode(fields).decode()


def _upgraded(origin: str, found: File) -> File:
    version = found.get("schema")
    if not isinstance(version, int) or isinstance(version, bool):
        return found
    if version > SCHEMA:
        reason = f"It is written for version {version} of preset files; this Reelyard knows versions up to {SCHEMA}"
        raise PipelineError(bad_preset(origin, reason))
    if version < 1:
        raise PipelineError(bad_preset(origin, f"There is no version {version} of preset files; the first is 1"))
    for upgrade in UPGRADES[version - 1 :]:
        found = upgrade(found)
    return {**found, "schema": SCHEMA}
