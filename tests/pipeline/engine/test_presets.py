from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import pytest

from pipeline.engine.presets import PresetBook, recipe_named
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.option import option
from pipeline.model.problem import PipelineError
from pipeline.model.recipe import Preset
from tests.pipeline.engine.bench import problem_of
from tests.pipeline.engine.runners import Options, Scripted, copies

RECIPES = {"scripted": Scripted(copies), "other": Scripted(copies)}


def text(
    id_: str = "web", *, recipe: str = "scripted", options: str = "crf = 30", more: str = "", schema: int = 1
) -> str:
    return (
        f'schema = {schema}\nrecipe = "{recipe}"\nid = "{id_}"\nlabel = "Web"\nsummary = "For the web."\n{more}\n'
        f"[options]\n{options}\n"
    )


def book(*texts: str, folder: Path | None = None) -> PresetBook:
    return PresetBook(RECIPES, [("built-in", each) for each in texts], None if folder is None else str(folder))


def test_presets_are_listed_by_recipe() -> None:
    made = book(text("web"), text("small"), text("x", recipe="other"))
    assert [preset.id for preset in made.presets()] == ["web", "small", "x"]
    assert [preset.id for preset in made.presets("other")] == ["x"]
    assert made.presets("scripted")[0] == Preset("web", "scripted", "Web", "For the web.", {"crf": 30})
    assert list(made.recipes()) == list(RECIPES.values())


def test_presets_are_listed_by_their_place_and_a_persons_own_behind(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(text("mine"))
    (tmp_path / "b.toml").write_text(text("small", options="crf = 1"))
    built_in = [text("last"), text("web", more="place = 20"), text("small", more="place = 10")]
    made = book(*built_in, folder=tmp_path)
    assert [preset.id for preset in made.presets()] == ["small", "web", "last", "mine"]
    assert made.presets()[0].options == {"crf": 1}


def test_the_default_is_the_one_that_says_so_or_the_first() -> None:
    assert book(text("web"), text("small")).default("scripted").id == "web"
    assert book(text("web"), text("small", more="default = true")).default("scripted").id == "small"


def test_a_flow_holds_what_differs_from_the_recipes_defaults() -> None:
    made = book(text("web"), text("plain", options="crf = 20"))
    assert made.flow("scripted") == Flow((FlowStep("scripted", "web", {"crf": 30}),))
    assert made.flow("scripted", "plain") == Flow((FlowStep("scripted", "plain", {}),))
    assert made.flow("scripted", "plain", {"crf": "7"}).steps[0].options == {"crf": 7}
    assert made.flow("scripted", "web", {"crf": 20}).steps[0].options == {}


class SeveralOptions(Options, frozen=True):
    also: Annotated[tuple[dict[str, Any], ...], option("Further outputs", "More files of the same decode.")] = ()


class Several(Scripted):
    """A recipe that can make more than one file."""

    options = SeveralOptions


def several() -> PresetBook:
    """Presets of one file each, and one that makes two."""
    texts = [text("web"), text("small", options="crf = 40"), text("both", options="crf = 1\n[[options.also]]\ncrf = 2")]
    return PresetBook({"scripted": Several(copies)}, [("built-in", each) for each in texts])


@pytest.mark.parametrize(
    ("preset", "also", "options"),
    [
        ("web", ["small"], {"crf": 7, "also": ({"crf": 40},)}),
        ("web", ["small", "web"], {"crf": 7, "also": ({"crf": 40}, {"crf": 30})}),
        ("web", ["both"], {"crf": 7, "also": ({"crf": 1}, {"crf": 2})}),
        ("both", ["small"], {"crf": 7, "also": ({"crf": 2}, {"crf": 40})}),
        ("both", [], {"crf": 7, "also": ({"crf": 2},)}),
    ],
)
def test_further_presets_are_further_outputs_as_they_are(preset: str, also: list[str], options: dict[str, Any]) -> None:
    assert several().flow("scripted", preset, {"crf": 7}, also).steps == (FlowStep("scripted", preset, options),)


def test_a_further_preset_that_cannot_be_is_refused() -> None:
    with pytest.raises(PipelineError) as misspelt:
        several().flow("scripted", "web", also=["smal"])
    assert "“small”" in problem_of(misspelt.value).remedy.text
    with pytest.raises(PipelineError) as single:
        book(text("web"), text("small")).flow("scripted", "web", also=["small"])
    assert problem_of(single.value).code == "unknown_option"


@pytest.mark.parametrize(
    ("words", "code", "near"),
    [
        (("scriptd",), "unknown_recipe", "scripted"),
        (("scripted", "wbe"), "unknown_preset", "web"),
        (("scripted", "x"), "unknown_preset", ""),
        (("scripted", "web", {"cfr": 1}), "unknown_option", "crf"),
        (("scripted", "web", {"crf": 99}), "bad_option", ""),
    ],
)
def test_words_that_mean_nothing_are_refused_with_the_nearest(words: tuple[Any, ...], code: str, near: str) -> None:
    with pytest.raises(PipelineError) as caught:
        book(text("web"), text("x", recipe="other")).flow(*words)
    problem = problem_of(caught.value)
    assert problem.code == code
    assert (f"“{near}”" in problem.remedy.text) is bool(near)


WRONG: dict[str, tuple[str, str]] = {
    "no toml": ("schema = = 1", "bad_preset"),
    "a field too many": (text(more='colour = "red"'), "bad_preset"),
    "a field too few": ("schema = 1", "bad_preset"),
    "a later version": (text(schema=99), "bad_preset"),
    "another recipe": (text(recipe="gone"), "unknown_recipe"),
    "another option": (text(options="crff = 1"), "unknown_option"),
    "a value out of range": (text(options="crf = 99"), "bad_option"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_built_in_preset_that_is_wrong_is_raised(wrong: str) -> None:
    content, code = WRONG[wrong]
    with pytest.raises(PipelineError) as caught:
        book(content)
    assert problem_of(caught.value).code == code


@pytest.mark.parametrize("wrong", WRONG)
def test_a_persons_preset_that_is_wrong_is_left_out_and_named(wrong: str, tmp_path: Path) -> None:
    content, code = WRONG[wrong]
    (tmp_path / "a.toml").write_text(content)
    (tmp_path / "b.toml").write_text(text("mine"))
    made = book(text("web"), folder=tmp_path)
    assert [preset.id for preset in made.presets()] == ["web", "mine"]
    assert [problem.code for problem in made.problems] == [code]


def test_files_that_cannot_be_read_keep_no_others_from_it(tmp_path: Path) -> None:
    (tmp_path / "1.toml").write_bytes(b"schema = 1\nlabel = '\xff\xfe'")
    (tmp_path / "2.toml").mkdir()
    (tmp_path / "3.toml").write_text(text("mine"))
    (tmp_path / "notes.txt").write_text("not a preset")
    if sys.platform != "win32":
        (tmp_path / "4.toml").symlink_to(tmp_path / "nowhere")
    made = book(text("web"), folder=tmp_path)
    assert [preset.id for preset in made.presets()] == ["web", "mine"]
    assert {problem.code for problem in made.problems} == {"bad_preset"}
    assert all(str(tmp_path) in problem.message for problem in made.problems)
    assert len(made.problems) == (3 if sys.platform != "win32" else 2)


def test_a_persons_preset_takes_the_place_of_a_built_in_one(tmp_path: Path) -> None:
    (tmp_path / "web.toml").write_text(text("web", options="crf = 1"))
    made = book(text("web"), folder=tmp_path)
    (preset,) = made.presets()
    assert (preset.options, preset.origin) == ({"crf": 1}, str(tmp_path / "web.toml"))


def test_a_preset_is_found_by_its_id_and_says_whose_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(text("mine"))
    made = book(text("web"), folder=tmp_path)
    assert made.named("web") == made.named("scripted.web") == made.presets()[0]
    assert [made.is_own(preset) for preset in made.presets()] == [False, True]


@pytest.mark.parametrize(
    ("name", "code", "hint"),
    [("wbe", "unknown_preset", "“web”"), ("web", "ambiguous_preset", "scripted.web or other.web")],
)
def test_a_name_that_means_no_preset_or_two_is_refused(name: str, code: str, hint: str) -> None:
    made = book(text("web"), text("web", recipe="other"))
    with pytest.raises(PipelineError) as caught:
        made.named(name)
    problem = problem_of(caught.value)
    assert problem.code == code and hint in problem.remedy.text
    assert made.named("other.web").recipe == "other"


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert book(text("web"), folder=tmp_path / "gone").problems == []


def test_recipes_are_found_by_their_id() -> None:
    assert recipe_named(RECIPES, "other") is RECIPES["other"]
