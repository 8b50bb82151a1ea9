"""The recipes that are installed, their presets, and how a person's words become a Flow."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any

import msgspec

from pipeline.engine.preset_schema import read_preset
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.option import nearest
from pipeline.model.problem import (
    PipelineError,
    Problem,
    ambiguous_preset,
    bad_preset,
    unknown_preset,
    unknown_recipe,
)
from pipeline.model.recipe import Preset, Recipe


class PresetBook:
    """All presets by recipe. A user's preset with a built-in one's id takes its place.

    A user's file that cannot be used is left out and named in `problems`; a built-in one raises.
    """

    def __init__(
        self, recipes: Mapping[str, Recipe[Any]], texts: Iterable[tuple[str, str]], user_folder: str | None = None
    ) -> None:
        self._recipes = dict(recipes)
        self._presets: dict[tuple[str, str], Preset] = {}
        self._defaults: dict[str, str] = {}
        self._own: set[tuple[str, str]] = set()
        self._places: dict[tuple[str, str], float] = {}
        self.problems: list[Problem] = []
        for origin, text in texts:
            self._add(origin, text)
        for path in _files_in(user_folder):
            try:
                self._own.add(self._add(path, _text_of(path)))
            except PipelineError as error:
                self.problems.append(error.problem)

    def recipes(self) -> tuple[Recipe[Any], ...]:
        """Every recipe, in the order they are offered."""
        return tuple(self._recipes.values())

    def recipe(self, name: str) -> Recipe[Any]:
        """The recipe with this id.

        Raises:
            PipelineError: there is none; says the nearest name.
        """
        return recipe_named(self._recipes, name)

    def presets(self, recipe: str = "") -> tuple[Preset, ...]:
        """The presets of one recipe, or all, in the order they are offered."""
        listed = sorted(self._presets.items(), key=lambda item: self._places[item[0]])
        return tuple(preset for _, preset in listed if recipe in ("", preset.recipe))

    def is_own(self, preset: Preset) -> bool:
        """Whether it stands in a file of the user's, who may change and remove it."""
        return (preset.recipe, preset.id) in self._own

    def named(self, name: str) -> Preset:
        """The preset with this id; `recipe.id` says which where several recipes have one.

        Raises:
            PipelineError: unknown_preset, or ambiguous_preset.
        """
        found = [preset for preset in self.presets() if name in (preset.id, f"{preset.recipe}.{preset.id}")]
        if not found:
            raise PipelineError(unknown_preset(name, nearest(name, [preset.id for preset in self.presets()])))
        if len(found) > 1:
            raise PipelineError(ambiguous_preset(name, tuple(f"{each.recipe}.{each.id}" for each in found)))
        return found[0]

    def default(self, recipe: str) -> Preset:
        """The preset that is taken when none is named.

        Raises:
            PipelineError: there is no such recipe.
        """
        return self._presets[recipe_named(self._recipes, recipe).id, self._defaults[recipe]]

    def flow(
        self, recipe: str, preset: str = "", sets: Mapping[str, Any] | None = None, also: Sequence[str] = ()
    ) -> Flow:
        """A Flow of one recipe: the preset's options with `sets` over them, all checked.

        Each preset in `also` makes further outputs in the same decode, just as it says itself: `sets` change the
        first output only. What a preset makes besides comes along.

        Raises:
            PipelineError: an unknown recipe, preset or option (says the nearest name), or a value out of range.
        """
        found = recipe_named(self._recipes, recipe)
        chosen = self._of(recipe, preset) if preset else self.default(recipe)
        values = {**chosen.options, **(sets or {})}
        if also:
            further = [output for name in also for output in _outputs_of(self._of(recipe, name))]
            values["also"] = [*values.get("also", ()), *further]
        options = found.decode(values)
        changed = {
            field.name: getattr(options, field.name)
            for field in msgspec.structs.fields(options)
            if getattr(options, field.name) != field.default
        }
        return Flow((FlowStep(recipe, chosen.id, changed),))

    def _of(self, recipe: str, preset: str) -> Preset:
        found = self._presets.get((recipe, preset))
        if found is None:
            known = [id_ for owner, id_ in self._presets if owner == recipe]
            raise PipelineError(unknown_preset(preset, nearest(preset, known)))
        return found

    def _add(self, origin: str, text: str) -> tuple[str, str]:
        file = read_preset(origin, text)
        recipe = recipe_named(self._recipes, file.recipe)
        recipe.decode(file.options)
        key = file.recipe, file.id
        self._presets[key] = Preset(file.id, file.recipe, file.label, file.summary, file.options, origin)
        # One that takes the place of another does so in lists too.
        self._places[key] = file.place or self._places.get(key, inf)
        if file.default or file.recipe not in self._defaults:
            self._defaults[file.recipe] = file.id
        return key


def _outputs_of(preset: Preset) -> list[dict[str, Any]]:
    """The options of each output a preset makes, the first and those it makes besides."""
    first = {name: value for name, value in preset.options.items() if name != "also"}
    return [first, *preset.options.get("also", ())]


def recipe_named(recipes: Mapping[str, Recipe[Any]], name: str) -> Recipe[Any]:
    """The recipe with this id.

    Raises:
        PipelineError: there is none; says the nearest name.
    """
    found = recipes.get(name)
    if found is None:
        raise PipelineError(unknown_recipe(name, nearest(name, recipes)))
    return found


def _files_in(folder: str | None) -> Iterable[str]:
    if folder is None or not os.path.isdir(folder):
        return ()
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".toml")]


def _text_of(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise PipelineError(bad_preset(path, "It is not a text in UTF-8")) from error
    except OSError as error:
        raise PipelineError(bad_preset(path, f"It cannot be read: {error.strerror}")) from error
