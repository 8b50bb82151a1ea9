"""What new jobs can be made into: every preset of every recipe, as choosers show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from pipeline.model.recipe import Preset, Recipe


class Choice(NamedTuple):
    """One preset of one recipe."""

    recipe: str
    preset: str
    recipe_label: str
    label: str
    summary: str

    @property
    def title(self) -> str:
        """`Convert · Web 1080p`."""
        return f"{self.recipe_label} · {self.label}"


def choices_of(recipes: Iterable[Recipe[Any]], presets: Iterable[Preset]) -> tuple[Choice, ...]:
    """All choices, recipe by recipe."""
    listed = list(presets)
    return tuple(
        Choice(recipe.id, preset.id, recipe.label, preset.label, preset.summary)
        for recipe in recipes
        for preset in listed
        if preset.recipe == recipe.id
    )
