"""`recipes` and `presets`: what can be made, and with which options."""

from __future__ import annotations

import sys
from itertools import groupby
from typing import Any

import msgspec

from app import text
from app.cli.arguments import Arguments
from app.cli.parts import Bootstrap
from app.cli.session import presets_of
from app.home import find_home
from pipeline.engine.presets import PresetBook
from pipeline.model import wire
from pipeline.model.option import OptionField, fields_of
from pipeline.model.recipe import Preset, Recipe


def catalogue(arguments: Arguments, bootstrap: Bootstrap) -> int:
    """Lists recipes or presets; the user's own presets among them."""
    book = presets_of(bootstrap, find_home(arguments.home))
    if arguments.json:
        if arguments.verb == "recipes":
            found = [_recipe_object(recipe, book) for recipe in book.recipes()]
        else:
            found = [_preset_object(preset, book) for preset in book.presets()]
        sys.stdout.write(wire.line({arguments.verb: found}).decode() + "\n")
    elif arguments.verb == "recipes":
        print("\n\n".join(_recipe_text(recipe, book) for recipe in book.recipes()))
    else:
        for recipe in book.recipes():
            for preset in book.presets(recipe.id):
                mark = " (default)" if preset == book.default(recipe.id) else ""
                print(f"{recipe.id} --preset {preset.id}{mark}\n    {preset.label}. {preset.summary}")
    return 0


def _recipe_text(recipe: Recipe[Any], book: PresetBook) -> str:
    lines = [f"{recipe.id}: {recipe.label}. {recipe.summary}"]
    lines.append(f"  Presets: {text.listed([preset.id for preset in book.presets(recipe.id)])}")
    for group, fields in groupby(fields_of(recipe.options), key=lambda field: field.group):
        lines += [f"  {group}"] if group else []
        lines += [f"  --set {_shape(field)}\n        {field.label}. {field.help}" for field in fields]
    return "\n".join(lines)


def _shape(field: OptionField) -> str:
    """`crf=0…51 (default: 20)`."""
    match field.kind:
        case "choice":
            values = "|".join(value for value, _ in field.values)
        case "flag":
            values = "true|false"
        case "integer" | "number" if field.ge is not None and field.le is not None:
            values = f"{field.ge:g}…{field.le:g}"
        case _:
            values = field.kind.upper()
    unit = f" {field.unit}" if field.unit else ""
    match field.default:
        case bool() as value:
            default = str(value).lower()
        case int() | float() as value:
            default = f"{value:g}"
        case None | ():
            default = ""
        case value:
            default = str(value)
    return f"{field.name}={values}{unit}" + (f" (default: {default})" if default else "")


def _recipe_object(recipe: Recipe[Any], book: PresetBook) -> dict[str, Any]:
    return {
        "id": recipe.id,
        "label": recipe.label,
        "summary": recipe.summary,
        "presets": [preset.id for preset in book.presets(recipe.id)],
        "default_preset": book.default(recipe.id).id,
        "options": [msgspec.to_builtins(field) for field in fields_of(recipe.options)],
    }


def _preset_object(preset: Preset, book: PresetBook) -> dict[str, Any]:
    return {
        "id": preset.id,
        "recipe": preset.recipe,
        "label": preset.label,
        "summary": preset.summary,
        "options": dict(preset.options),
        "origin": preset.origin,
        "is_default": preset == book.default(preset.recipe),
    }
