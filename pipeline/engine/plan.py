"""A job's Flow made ready to be run: its recipes found, their options decoded, its Stages in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.engine.presets import recipe_named
from pipeline.model.job import Job
from pipeline.model.recipe import Recipe
from pipeline.model.source import Source
from pipeline.model.stage import Stage


@dataclass(frozen=True)
class Plan:
    """A Flow made ready: each recipe with its decoded options."""

    parts: tuple[tuple[Recipe[Any], Any], ...]

    def stages(self, source: Source) -> tuple[Stage, ...]:
        """All Stages in order. With several recipes each id says which part it is of: `2.encode`."""
        if len(self.parts) == 1:
            recipe, options = self.parts[0]
            return recipe.stages(source, options)
        return tuple(
            Stage(f"{number}.{stage.id}", f"{recipe.label}: {stage.label}", stage.weight)
            for number, (recipe, options) in enumerate(self.parts, 1)
            for stage in recipe.stages(source, options)
        )


def plan(recipes: Mapping[str, Recipe[Any]], job: Job) -> Plan:
    """The job's Flow with its options decoded; without their skip rules where this attempt goes without them.

    Raises:
        PipelineError: a recipe is not there, or an option does not fit it; a job of an older version can hold such.
    """
    parts = []
    for step in job.flow.steps:
        recipe = recipe_named(recipes, step.recipe)
        options = recipe.decode(step.options)
        parts.append((recipe, recipe.without_rules(options) if job.without_skip_rules else options))
    return Plan(tuple(parts))
