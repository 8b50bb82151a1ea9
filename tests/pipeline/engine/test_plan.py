from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pipeline.engine.plan import plan
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.problem import PipelineError
from pipeline.model.recipe import Recipe
from tests.pipeline.engine.runners import Options, Scripted, copies
from tests.pipeline.store.support import a_job


class Ruled(Scripted):
    """Has a rule, which is its only option being 51."""

    def without_rules(self, options: Options) -> Options:
        return msgspec.structs.replace(options, crf=0)


RECIPES: dict[str, Recipe[Any]] = {"scripted": Scripted(copies), "second": Scripted(copies), "ruled": Ruled(copies)}


def test_the_stages_of_a_flow_say_which_part_they_are_of() -> None:
    one = a_job(1, recipe="scripted")
    both = msgspec.structs.replace(one, flow=Flow((FlowStep("scripted"), FlowStep("second"))))
    assert [stage.id for stage in plan(RECIPES, one).stages(one.source)] == ["make", "use"]
    stages = plan(RECIPES, both).stages(one.source)
    assert [stage.id for stage in stages] == ["1.make", "1.use", "2.make", "2.use"]
    assert stages[0].label == "Scripted: Make"


@pytest.mark.parametrize(("without", "crf"), [(False, 51), (True, 0)])
def test_rules_are_off_for_an_attempt_that_goes_without_them(without: bool, crf: int) -> None:
    job = msgspec.structs.replace(
        a_job(1, without_skip_rules=without), flow=Flow((FlowStep("ruled", "", {"crf": 51}), FlowStep("scripted")))
    )
    assert [options for _, options in plan(RECIPES, job).parts] == [Options(crf=crf), Options()]


def test_a_recipe_that_is_not_installed_is_said() -> None:
    with pytest.raises(PipelineError) as caught:
        plan(RECIPES, a_job(1, recipe="gone"))
    assert caught.value.problem.code == "unknown_recipe"
