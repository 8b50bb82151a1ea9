"""The house checks its own walls: where tests lie, how long files are, what problems, options and presets must say."""

from __future__ import annotations

import ast
import fnmatch
import importlib
import inspect
import pkgutil
import re
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

import pipeline.recipes
from app.settings import Settings
from pipeline.engine.preset_schema import SCHEMA, PresetFile
from pipeline.engine.presets import PresetBook
from pipeline.model import problem
from pipeline.model.option import RecipeOptions, fields_of
from pipeline.model.recipe import Recipe

ROOT = Path(__file__).resolve().parents[1]
CODE = ("app", "pipeline", "resources")
TEXT = {".py", ".toml", ".md", ".txt", ".json", ".svg", ".ts", ".qss", ".html", ".js", ".css", ".sh", ""}

LONGEST = 320
LONGEST_TESTS = 400
LONGER = {
    "reelyard.py": "nothing of ours is installed yet when it runs, so it cannot be more than one file",
    "pipeline/model/problem.py": "a list of sentences, read and reviewed in one sitting",
}

# What a system's own program for folders is called; it manages nothing of ours.
NAMES_OF_THINGS = {"file_manager", "FileManager"}

# Modules whose tests lie elsewhere: where, and why.
TESTED_ELSEWHERE: dict[str, str] = {}


def files() -> Iterator[Path]:
    """Every file of the source tree that .gitignore does not name."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split()] + [".git"]

    def walk(folder: Path) -> Iterator[Path]:
        for path in sorted(folder.iterdir()):
            if any(fnmatch.fnmatch(path.name, pattern) for pattern in ignored):
                continue
            if path.is_dir():
                yield from walk(path)
            else:
                yield path

    return walk(ROOT)


def named(path: Path) -> str:
    """The path below the root, with forward slashes."""
    return path.relative_to(ROOT).as_posix()


FILES = {named(path): path for path in files()}
PYTHON = {name: path for name, path in FILES.items() if name.endswith(".py")}
MODULES = [name for name in PYTHON if name.startswith(tuple(f"{top}/" for top in CODE))]


def mirror_of(name: str) -> str:
    """Where the tests of a module are expected."""
    folder, _, file = name.rpartition("/")
    return f"tests/{folder}/test_{file}"


def test_every_module_has_its_tests_where_it_sits() -> None:
    tested = [name for name in MODULES if not name.endswith(("__init__.py", "__main__.py"))]
    missing = [mirror_of(name) for name in tested if mirror_of(name) not in FILES and name not in TESTED_ELSEWHERE]
    assert not missing, "\n".join(missing)


def test_what_is_tested_elsewhere_is_so() -> None:
    for name, place in TESTED_ELSEWHERE.items():
        assert name in FILES, f"{name} is gone"
        assert mirror_of(name) not in FILES, f"{name} has its own tests now"
        assert place.partition(":")[0] in FILES, place


def test_every_folder_of_tests_is_a_package_and_packaging_is_none() -> None:
    folders = {name.rpartition("/")[0] for name in PYTHON if name.startswith("tests/")}
    assert {folder for folder in folders if f"{folder}/__init__.py" not in FILES} == set()
    assert "packaging/__init__.py" not in FILES, "it would shadow the library of that name"


def test_files_are_short() -> None:
    lines = {name: path.read_text(encoding="utf-8").count("\n") for name, path in PYTHON.items() if name not in LONGER}
    limits = {name: LONGEST_TESTS if name.startswith("tests/") else LONGEST for name in lines}
    too_long = [f"{name}: {count} lines" for name, count in lines.items() if count > limits[name]]
    assert not too_long, "\n".join(too_long)


def test_every_module_says_in_a_sentence_what_it_is() -> None:
    # A file of tests says it in the names of its tests.
    named = [name for name in PYTHON if PYTHON[name].stat().st_size and "/test_" not in name]
    said = {name: ast.get_docstring(tree(name)) or "" for name in named}
    assert [name for name, text in said.items() if not text.partition("\n\n")[0].endswith((".", ":", "?"))] == []


def tree(name: str) -> ast.Module:
    """A file of Python as its syntax."""
    return ast.parse(PYTHON[name].read_text(encoding="utf-8"))


def test_no_name_hides_a_name_not_yet_found() -> None:
    hiding = re.compile(r"utils?|helpers?|misc|common|\w*manager", re.IGNORECASE)
    parts = {part for name in MODULES for part in name.removesuffix(".py").split("/")}
    assert [part for part in parts - NAMES_OF_THINGS if hiding.fullmatch(part)] == []
    classes = {node.name for name in MODULES for node in ast.walk(tree(name)) if isinstance(node, ast.ClassDef)}
    assert [each for each in classes - NAMES_OF_THINGS if re.search(r"(Manager|Helper|Utils?|Handler)$", each)] == []


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
    assert found(words, PYTHON) == []


def test_sql_is_said_in_the_store_only() -> None:
    sql = re.compile(r"""["'](SELECT |INSERT |UPDATE \w+ SET|DELETE FROM|PRAGMA |CREATE TABLE)|\.execute(many)?\(""")
    others = {name: PYTHON[name] for name in MODULES if not name.startswith("pipeline/store/")}
    assert found(sql, others) == []


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    # Put together here, so that this file names none either.
    hosts = ("pypi" + ".org", "python" + "hosted", "npm" + "js.org", "deb" + ".debian.org", "artifact" + "registry")
    places = r"(?<![\w.~-])/(" + "|".join(("wo" + "rk", "ro" + "ot", "opt/py" + "pi")) + r")/"
    texts = {name: path for name, path in FILES.items() if path.suffix in TEXT}
    assert found(re.compile("|".join(map(re.escape, hosts)) + "|" + places), texts) == []


def found(pattern: re.Pattern[str], among: dict[str, Path]) -> list[str]:
    """Where a pattern is found, as `file:line: text`."""
    return [
        f"{name}:{number}: {line.strip()}"
        for name, path in among.items()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


PROBLEMS = [
    make
    for name, make in inspect.getmembers(problem, inspect.isfunction)
    if make.__module__ == problem.__name__ and not name.startswith("_") and make.__annotations__["return"] == "Problem"
]


def filled(make: Callable[..., problem.Problem]) -> problem.Problem:
    """A Problem made with an example for every argument."""
    hints = get_type_hints(make)
    examples: dict[Any, Any] = {int: 3, float: 1.5, bool: True}
    values = {name: examples.get(hints[name], () if "tuple" in str(hints[name]) else "An example.") for name in hints}
    values.pop("return")
    return make(**values)


@pytest.mark.parametrize("make", PROBLEMS, ids=lambda make: make.__name__)
def test_every_problem_is_three_sentences_and_an_action(make: Callable[..., problem.Problem]) -> None:
    made = filled(make)
    assert re.fullmatch(r"[a-z][a-z_]*", made.code)
    for said in (made.message, made.why, made.remedy.text):
        assert said[:1].isupper() or said[:1] == "“", f"it does not begin like a sentence: {said}"
        assert said.endswith("."), f"it does not end like a sentence: {said}"
        assert "  " not in said
    assert made.remedy.action in get_args(problem.Action)


def test_every_problem_has_a_code_of_its_own() -> None:
    codes = [filled(make).code for make in PROBLEMS]
    assert sorted({code for code in codes if codes.count(code) > 1}) == []


def recipe_modules() -> list[types.ModuleType]:
    """Every module below `pipeline.recipes`."""
    return [
        importlib.import_module(each.name)
        for each in pkgutil.walk_packages(pipeline.recipes.__path__, "pipeline.recipes.")
    ]


def declared_options() -> list[type[msgspec.Struct]]:
    """The settings, and the options of every recipe."""
    recipe_modules()
    # Tests declare options too, also wrong ones.
    ours = [each for each in RecipeOptions.__subclasses__() if not each.__module__.startswith("tests.")]
    return [Settings, *ours]


@pytest.mark.parametrize("owner", declared_options(), ids=lambda owner: f"{owner.__module__}.{owner.__name__}")
def test_every_option_is_labelled_and_explained(owner: type[msgspec.Struct]) -> None:
    for field in fields_of(owner):
        assert field.label[:1].isupper() or field.label.startswith("ffmpeg"), field.name
        assert not field.label.endswith("."), field.name
        assert field.help.endswith("."), field.name
        assert field.default is not msgspec.NODEFAULT, f"{field.name} has no default"


def installed() -> dict[str, Recipe[Any]]:
    """Every recipe, by id."""
    recipe_modules()
    recipes = [kind() for kind in Recipe.__subclasses__() if kind.__module__.startswith("pipeline.recipes.")]
    return {recipe.id: recipe for recipe in recipes}


PRESETS = [name for name in FILES if name.startswith("resources/presets/")]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_decodes_and_has_the_name_of_its_file(name: str) -> None:
    text = FILES[name].read_text(encoding="utf-8")
    book = PresetBook(installed(), [("built-in", text)])
    (preset,) = book.presets()
    assert name == f"resources/presets/{preset.recipe}.{preset.id}.toml"
    assert f"schema = {SCHEMA}\n" in text, "it is written in the version of today"
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", preset.id)
    assert preset.label[:1].isupper() and not preset.label.endswith(".")
    assert preset.summary[:1].isupper() and preset.summary.endswith(".")
    assert book.flow(preset.recipe, preset.id).steps[0].preset == preset.id


@pytest.mark.parametrize("recipe", installed().values(), ids=lambda recipe: recipe.id)
def test_every_recipe_says_what_it_is_and_has_one_default_preset(recipe: Recipe[Any]) -> None:
    assert recipe.label[:1].isupper() and recipe.summary.endswith(".")
    texts = [FILES[name].read_text(encoding="utf-8") for name in PRESETS]
    files = [msgspec.toml.decode(text, type=PresetFile) for text in texts]
    assert [file.default for file in files if file.recipe == recipe.id].count(True) == 1
    places = [file.place for file in files if file.recipe == recipe.id]
    assert len(set(places)) == len(places) and min(places) > 0, "each has a place of its own in lists"
