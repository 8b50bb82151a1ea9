"""What every recipe promises, tried on every kind of source: the same Steps twice, and the arguments we know.

With REELYARD_UPDATE_GOLDEN=1 the golden files are written anew instead of compared; read the difference before you
commit it.
"""

from __future__ import annotations

import difflib
import importlib
import os
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pipeline.recipes
import resources
from pipeline.engine.presets import PresetBook
from pipeline.model.problem import PipelineError
from pipeline.model.recipe import Preset, Recipe
from pipeline.model.stage import Run, Scratch, Step, members_of
from tests.pipeline.stages.canned import EMPTY, SOURCES
from tests.pipeline.stages.playing import Player
from tests.support.drive import drive

GOLDEN = Path(__file__).parents[2] / "data" / "golden"
UPDATES = bool(os.environ.get("REELYARD_UPDATE_GOLDEN"))


def installed() -> dict[str, Recipe[Any]]:
    """Every recipe, by id."""
    for module in pkgutil.walk_packages(pipeline.recipes.__path__, "pipeline.recipes."):
        importlib.import_module(module.name)
    recipes = [kind() for kind in Recipe.__subclasses__() if kind.__module__.startswith("pipeline.recipes.")]
    return {recipe.id: recipe for recipe in recipes}


RECIPES = installed()
PRESETS = PresetBook(RECIPES, [(name, resources.text(f"presets/{name}")) for name in resources.names("presets")], None)
CASES = [(preset, name) for preset in PRESETS.presets() for name in SOURCES]
IDS = [f"{preset.recipe}.{preset.id}-{name}" for preset, name in CASES]


HERE = Scratch()


def steps_of(preset: Preset, name: str, scratch: Scratch = HERE) -> tuple[Step, ...] | PipelineError:
    """The Steps of a recipe whose Steps all go well, or why it refuses the source before the first of them."""
    recipe, source = RECIPES[preset.recipe], SOURCES[name]
    try:
        talk = drive(recipe.script(source, recipe.decode(preset.options), scratch))
        steps = Player(source).answer_all(talk)
        if not steps:
            talk.returns()
    except AssertionError:
        return PipelineError(talk.gives_up())
    assert talk.returns()
    return steps


def written(preset: Preset, name: str) -> str:
    """The plan as its golden file has it: Stages, then every Step with one argument a line."""
    recipe, source = RECIPES[preset.recipe], SOURCES[name]
    stages = recipe.stages(source, recipe.decode(preset.options))
    lines = [f"stages: {', '.join(f'{stage.id} {stage.weight}' for stage in stages)}"]
    steps = steps_of(preset, name)
    if isinstance(steps, PipelineError):
        return "\n".join([*lines, "", f"refused: {steps.problem.code}", ""])
    for step in steps:
        for member in members_of(step):
            lines += ["", f"{member.stage} · {member.label} · {member.lane}"]
            lines += [f"  reads {file}" for file in member.reads] + [f"  makes {file}" for file in member.makes]
            if isinstance(member, Run):
                lines.append(f"  expects {member.command.expect_frames} frames, {member.command.expect_s:g} s")
                lines += [f"    {word}" for word in member.command.argv]
    return "\n".join([*lines, ""])


@pytest.mark.parametrize(("preset", "name"), CASES, ids=IDS)
def test_the_plan_is_the_golden_one(preset: Preset, name: str) -> None:
    file = GOLDEN / preset.recipe / f"{preset.id}.{name}.txt"
    plan = written(preset, name)
    if UPDATES:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(plan, encoding="utf-8")
    golden = file.read_text(encoding="utf-8") if file.exists() else ""
    difference = difflib.unified_diff(golden.splitlines(), plan.splitlines(), file.name, "now", lineterm="")
    assert plan == golden, "\n".join(difference)


def test_there_is_no_golden_file_without_its_plan() -> None:
    known = {GOLDEN / preset.recipe / f"{preset.id}.{name}.txt" for preset, name in CASES}
    assert set(GOLDEN.rglob("*.txt")) - known == set()


@pytest.mark.parametrize(("preset", "name"), CASES, ids=IDS)
def test_the_same_source_yields_the_same_steps_again(preset: Preset, name: str) -> None:
    first, again = steps_of(preset, name), steps_of(preset, name)
    if isinstance(first, PipelineError) or isinstance(again, PipelineError):
        assert str(first) == str(again)
    else:
        assert first == again


@pytest.mark.parametrize(("preset", "name"), CASES, ids=IDS)
def test_every_step_belongs_to_a_stage_and_stages_come_in_order(preset: Preset, name: str) -> None:
    recipe, source = RECIPES[preset.recipe], SOURCES[name]
    stages = recipe.stages(source, recipe.decode(preset.options))
    ids = [stage.id for stage in stages]
    assert len(set(ids)) == len(ids) == len({stage.label for stage in stages})
    assert all(re.fullmatch(r"[a-z][a-z-]*", each) for each in ids)
    assert all(stage.label[:1].isupper() and stage.weight > 0 for stage in stages)
    places = [ids.index(step.stage) for step in planned(preset, name)]
    assert places == sorted(places)
    assert set(places) == set(range(len(ids))) or not places


def is_named(file: str, words: tuple[str, ...]) -> bool:
    """Whether a file stands in a command: as an output, as a log of scores, or as what one of two turns leaves."""
    logs = (words[at + 1] for at, word in enumerate(words) if word.startswith("-passlogfile"))
    return f"file:{file}" in words or any(f"log_path={file}:" in word for word in words) or file.startswith(tuple(logs))


@pytest.mark.parametrize(("preset", "name"), CASES, ids=IDS)
def test_files_are_made_before_they_are_read_and_named_without_a_place(preset: Preset, name: str) -> None:
    made: set[str] = set()
    for step in planned(preset, name):
        for member in members_of(step):
            assert set(member.reads) <= made
            made |= set(member.makes)
            if isinstance(member, Run):
                words = member.command.argv
                for file in member.makes:
                    assert not os.path.isabs(file)
                    assert is_named(file, words)
                outside = [word for word in words if "/" in word and word.startswith(("file:/", "/"))]
                assert set(outside) <= {f"file:{SOURCES[name].file}"}
                assert not os.path.isabs(member.command.tool)


@pytest.mark.parametrize(("preset", "name"), CASES, ids=IDS)
def test_scratch_files_lie_in_the_folder_given(preset: Preset, name: str) -> None:
    steps = steps_of(preset, name, Scratch("2-1"))
    if not isinstance(steps, PipelineError):
        made = [file for step in steps for member in members_of(step) for file in member.makes]
        assert made
        assert all(file.startswith("2-1/") for file in made)


@pytest.mark.parametrize("preset", PRESETS.presets(), ids=lambda preset: f"{preset.recipe}.{preset.id}")
def test_a_source_without_streams_is_refused_before_anything_runs(preset: Preset) -> None:
    recipe = RECIPES[preset.recipe]
    problem = drive(recipe.script(EMPTY, recipe.decode(preset.options), Scratch())).gives_up()
    assert problem.code == "no_stream"


@pytest.mark.parametrize("preset", PRESETS.presets(), ids=lambda preset: f"{preset.recipe}.{preset.id}")
def test_a_plan_can_be_drawn_and_a_name_wished_for_before_the_source_is_probed(preset: Preset) -> None:
    recipe = RECIPES[preset.recipe]
    source = type(EMPTY)(path=b"/media/film.mp4")
    options = recipe.decode(preset.options)
    assert recipe.stages(source, options)
    assert recipe.result_name(source, options).startswith(b"film")


def planned(preset: Preset, name: str) -> Iterator[Step]:
    """The Steps of a plan; none where the source is refused."""
    steps = steps_of(preset, name)
    if not isinstance(steps, PipelineError):
        yield from steps
