from __future__ import annotations

from typing import Annotated

import pytest

from pipeline.model.option import RecipeOptions, option
from pipeline.model.problem import PipelineError
from pipeline.model.recipe import Preset, Recipe
from pipeline.model.source import Source
from pipeline.model.stage import Scratch, Script, Stage


class Options(RecipeOptions, frozen=True):
    crf: Annotated[int, option("Quality", "Lower is better.", ge=0, le=51)] = 20


class Plain(Recipe[Options]):
    id = "plain"
    label = "Plain"
    summary = "Nothing."
    options = Options

    def stages(self, source: Source, options: Options) -> tuple[Stage, ...]:
        return ()

    def result_name(self, source: Source, options: Options) -> bytes:
        return b""

    def script(self, source: Source, options: Options, scratch: Scratch) -> Script:
        yield from ()
        return ()


def test_options_are_read_with_their_defaults() -> None:
    assert Plain().decode({}) == Options()
    assert Plain().decode({"crf": "31"}) == Options(crf=31)


def test_options_nobody_knows_are_refused_with_the_nearest_name() -> None:
    with pytest.raises(PipelineError) as caught:
        Plain().decode({"cfr": 31})
    assert caught.value.problem.code == "unknown_option"
    assert "“crf”" in caught.value.problem.remedy.text


def test_a_recipe_has_one_result_unless_it_says_more() -> None:
    assert Plain().result_names(Source(), Options()) == (Plain().result_name(Source(), Options()),)


def test_a_recipe_without_rules_skips_nothing() -> None:
    assert Plain().skips(Source(), Options()) is None
    assert Plain().without_rules(Options(crf=31)) == Options(crf=31)


def test_a_recipe_that_keeps_all_foresees_no_loss() -> None:
    with pytest.raises(StopIteration) as end:
        next(Plain().foresees(Source(), Options(), Scratch()))
    assert end.value.value == ()


def test_a_recipe_that_lacks_a_part_cannot_be_made() -> None:
    class Half(Recipe[Options]):
        id = "half"

    with pytest.raises(TypeError):
        Half()  # type: ignore[abstract]


def test_a_preset_is_built_in_unless_it_says_where_it_is_from() -> None:
    assert Preset("web", "plain", "Web", "For the web.", {}).origin == "built-in"
