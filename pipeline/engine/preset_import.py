"""Reads presets from files that people were given: ours, of any version, or what HandBrake exported."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from pipeline.engine.handbrake.fields import Left
from pipeline.engine.handbrake.file import RECIPE, NotHandBrake, Taken, read_handbrake
from pipeline.engine.preset_schema import SCHEMA, PresetFile, read_preset
from pipeline.model.option import fields_of
from pipeline.model.problem import PipelineError, not_a_preset
from pipeline.model.recipe import Recipe

MOST_BYTES = 4_000_000

_LONGEST_LABEL = 60
_LONGEST_SUMMARY = 200
_LONGEST_ID = 48


@dataclass(frozen=True)
class Found:
    """A preset that was read and checked. `left` is what of its file was not taken over, `origin` where it was."""

    file: PresetFile
    left: tuple[Left, ...]
    origin: str
    from_handbrake: bool = False

    def named(self, id_: str) -> Found:
        """The same under another id."""
        return replace(self, file=msgspec.structs.replace(self.file, id=id_))


def read_presets(path: str, recipes: Mapping[str, Recipe[Any]]) -> tuple[Found, ...]:
    """Every preset in a file, checked.

    Raises:
        PipelineError: not_a_preset; nothing in the file can be used, or something in it cannot.
    """
    content = _content_of(path)
    if content.lstrip()[:1] in (b"{", b"["):
        return _from_handbrake(path, content, recipes)
    return (_from_ours(path, content, recipes),)


def free_id(wished: str, taken: Collection[str]) -> str:
    """An id that is not taken: the one wished for, or the next with a number."""
    found, number = wished, 2
    while found in taken:
        found, number = f"{wished}-{number}", number + 1
    return found


def id_from(name: str) -> str:
    """A name as an id: small letters and digits, with hyphens between words."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_ID].strip("-") or "preset"


def is_id(text: str) -> bool:
    """Whether a text can be an id, and a part of a file's name."""
    return len(text) <= _LONGEST_ID and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text) is not None


def _content_of(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PipelineError(not_a_preset(path, f"It cannot be read: {error.strerror}")) from error
    if len(content) > MOST_BYTES:
        raise PipelineError(not_a_preset(path, f"It is larger than {MOST_BYTES // 1_000_000} MB; presets are small"))
    return content.removeprefix(b"\xef\xbb\xbf")


def _from_ours(path: str, content: bytes, recipes: Mapping[str, Recipe[Any]]) -> Found:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PipelineError(not_a_preset(path, "It is not a text in UTF-8")) from error
    try:
        file = read_preset(path, text)
    except PipelineError as error:
        raise PipelineError(not_a_preset(path, error.problem.why)) from error
    left = []
    if file.default:
        left.append(Left("default", "true", "The preset that is taken when none is named stays as it is."))
    id_ = file.id if is_id(file.id) else id_from(file.id)
    if id_ != file.id:
        left.append(Left("id", f'"{_line(file.id, _LONGEST_ID)}"', f"It is no id; “{id_}” was made of it."))
    options = _checked(path, file.recipe, file.options, recipes)
    return Found(
        _file(file.recipe, id_, _label(file.label, id_), _line(file.summary, _LONGEST_SUMMARY), options),
        tuple(left),
        path,
    )


def _from_handbrake(path: str, content: bytes, recipes: Mapping[str, Recipe[Any]]) -> tuple[Found, ...]:
    try:
        presets = read_handbrake(content)
    except NotHandBrake as error:
        raise PipelineError(not_a_preset(path, str(error))) from error
    return tuple(_named(path, preset, recipes) for preset in presets)


def _named(path: str, preset: Taken, recipes: Mapping[str, Recipe[Any]]) -> Found:
    label = _label(preset.name, "From HandBrake")
    options = _checked(path, RECIPE, preset.options, recipes)
    summary = _line(preset.description, _LONGEST_SUMMARY) or "A preset of HandBrake"
    summary += "" if summary.endswith((".", "!", "?", "…")) else "."
    return Found(_file(RECIPE, id_from(preset.name), label, summary, options), preset.left, path, from_handbrake=True)


def _file(recipe: str, id_: str, label: str, summary: str, options: dict[str, Any]) -> PresetFile:
    return PresetFile(SCHEMA, recipe, id_, label, summary, options)


def _checked(path: str, recipe: str, options: Mapping[str, Any], recipes: Mapping[str, Recipe[Any]]) -> dict[str, Any]:
    """The options in the order they are declared, with the types they are declared with."""
    found = recipes.get(recipe)
    if found is None:
        raise PipelineError(not_a_preset(path, f"It is for the recipe “{_line(recipe, 40)}”, which is not there"))
    try:
        decoded = found.decode(options)
    except PipelineError as error:
        raise PipelineError(not_a_preset(path, f"{error.problem.message} {error.problem.why}")) from error
    return {field.name: getattr(decoded, field.name) for field in fields_of(found.options) if field.name in options}


def _label(text: str, otherwise: str) -> str:
    label = _line(text, _LONGEST_LABEL).rstrip(".") or otherwise
    return label[:1].upper() + label[1:]


def _line(text: str, longest: int) -> str:
    """A text of a stranger as one line: without what could move a terminal's cursor, and not too long."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
