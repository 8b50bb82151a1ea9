from __future__ import annotations

from app.models.presets import Choice, choices_of
from pipeline.model.recipe import Preset
from pipeline.recipes.convert import Convert


def test_choices_are_the_presets_of_the_recipes_that_are_installed() -> None:
    presets = [
        Preset("web", "convert", "Web", "For the web.", {}),
        Preset("waltz", "dance", "Waltz", "In three.", {}),
    ]
    (choice,) = choices_of([Convert()], presets)
    assert choice == Choice("convert", "web", "Convert", "Web", "For the web.")
    assert choice.title == "Convert · Web"
