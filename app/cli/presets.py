"""`presets`: lists named sets of options, gives them away as files, takes files in, and removes one's own."""

from __future__ import annotations

import os
import sys
from typing import Any

import msgspec

from app.cli.arguments import Arguments
from app.cli.catalogue import catalogue
from app.cli.out import note
from app.cli.parts import Bootstrap
from app.cli.session import presets_of
from app.home import find_home
from pipeline.engine.preset_folder import Imported, exported, put_in, take_out
from pipeline.engine.preset_import import id_from, is_id, read_presets
from pipeline.engine.presets import PresetBook
from pipeline.engine.workspace import problem_of_write
from pipeline.model import wire
from pipeline.model.option import fields_of, nearest
from pipeline.model.problem import PipelineError, wrong_use
from pipeline.model.source import shown

_ACTS = ("list", "export", "import", "remove")


def presets(arguments: Arguments, bootstrap: Bootstrap) -> int:
    """Does what was said first behind `presets`.

    Raises:
        PipelineError: wrong_use; a preset, file or folder that cannot be used.
    """
    _check(arguments)
    match arguments.act:
        case "list":
            return catalogue(arguments, bootstrap)
        case "export":
            _export(arguments, presets_of(bootstrap, find_home(arguments.home)))
        case "import":
            _import(arguments, bootstrap)
        case _:
            book = presets_of(bootstrap, find_home(arguments.home))
            for preset in [book.named(name) for name in arguments.names]:
                take_out(book, preset)
                note(f"The preset {preset.id} is removed: {shown(preset.origin)}")
    return 0


def _check(arguments: Arguments) -> None:
    act, names = arguments.act, arguments.names
    hint = "“reelyard presets --help” says more."
    if act not in _ACTS:
        near = nearest(act, _ACTS)
        raise _wrong(f"Presets cannot be asked to “{act}”.", f"Perhaps “{near}” was meant. {hint}" if near else hint)
    if (act == "list") is bool(names):
        what = "“presets list” takes no names." if names else f"“presets {act}” was not told which."
        raise _wrong(what, hint)
    if act == "export" and len(names) > 1:
        raise _wrong("One preset is exported at a time.", hint)
    if arguments.as_id and not is_id(arguments.as_id):
        raise _wrong(
            f"“{arguments.as_id}” cannot be the id of a preset.",
            f"Ids are small letters and digits with hyphens between, such as “{id_from(arguments.as_id)}”.",
        )


def _export(arguments: Arguments, book: PresetBook) -> None:
    text = exported(book.named(arguments.names[0]))
    if arguments.output is None:
        sys.stdout.write(text)
        return
    path = os.path.abspath(arguments.output)
    try:
        with open(path, "w" if arguments.replace else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise _wrong(f"There is a file already: {shown(path)}.", "Give another name, or --replace.") from None
    except OSError as error:
        raise PipelineError(problem_of_write(error, os.path.dirname(path))) from error


def _import(arguments: Arguments, bootstrap: Bootstrap) -> None:
    home = find_home(arguments.home)
    book = presets_of(bootstrap, home)
    recipes = {recipe.id: recipe for recipe in book.recipes()}
    found = [preset for path in arguments.names for preset in read_presets(os.path.abspath(path), recipes)]
    if arguments.as_id and len(found) != 1:
        raise _wrong(f"--as names one preset, and here are {len(found)}.", "Leave it out: ids are made of their names.")
    imported = put_in(home.presets_folder, book, found, as_id=arguments.as_id, replace=arguments.replace)
    if arguments.json:
        sys.stdout.write(wire.line({"imported": [_object(each) for each in imported]}).decode() + "\n")
    else:
        print("\n\n".join(_text(each, book) for each in imported))


def _text(imported: Imported, book: PresetBook) -> str:
    preset = imported.preset
    lines = [
        f"{shown(imported.source)}: “{preset.label}” is now the preset {preset.id}.",
        f"  reelyard run {preset.recipe} FILES… --preset {preset.id}",
        "  Taken over:",
        *(f"    {line}" for line in _taken(imported, book)),
    ]
    if imported.left:
        lines += ["  Not taken over:", *(f"    {left}" for left in imported.left)]
    return "\n".join(lines)


def _taken(imported: Imported, book: PresetBook) -> list[str]:
    """`Video codec: H.264`, as a form would show it."""
    recipe = book.recipe(imported.preset.recipe)
    lines = []
    for field in fields_of(recipe.options):
        if field.name not in imported.preset.options:
            continue
        value = imported.preset.options[field.name]
        match field.kind:
            case "choice":
                said = dict(field.values)[value]
            case "flag":
                said = "yes" if value else "no"
            case "number" if value is not None:
                said = f"{value:g}"
            case _:
                said = str(value)
        lines.append(f"{field.label}: {said}" + (f" {field.unit}" if field.unit else ""))
    return lines


def _object(imported: Imported) -> dict[str, Any]:
    preset = imported.preset
    return {
        "id": preset.id,
        "recipe": preset.recipe,
        "label": preset.label,
        "file": preset.origin,
        "source": imported.source,
        "options": dict(preset.options),
        "left": [msgspec.to_builtins(left) for left in imported.left],
    }


def _wrong(what: str, hint: str) -> PipelineError:
    return PipelineError(wrong_use(what, hint))
