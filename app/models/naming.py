"""The names a job is shown by: its recipe, its preset, its stages. Asked once and remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pipeline.model.flow import Flow
from pipeline.model.job import Job
from pipeline.model.recipe import Preset
from pipeline.model.stage import Stage


class Naming:
    """Turns ids into labels. An id this version does not know is its own label."""

    def __init__(
        self,
        recipes: Iterable[tuple[str, str]],
        presets: Iterable[Preset],
        stages: Callable[[Job], tuple[Stage, ...]],
    ) -> None:
        """`recipes` are pairs of id and label; `stages` tells the Stages a job will go through."""
        self._recipes = dict(recipes)
        self._presets = {(preset.recipe, preset.id): preset.label for preset in presets}
        self._stages = stages

    def recipe(self, flow: Flow) -> str:
        """`Convert`, or `Convert + Stream`."""
        return " + ".join(self._recipes.get(step.recipe, step.recipe) for step in flow.steps)

    def preset(self, flow: Flow) -> str:
        """`Web 1080p`; empty where none was chosen, or where the flow has several recipes."""
        if len(flow.steps) != 1 or not flow.steps[0].preset:
            return ""
        step = flow.steps[0]
        return self._presets.get((step.recipe, step.preset), step.preset)

    def title(self, flow: Flow) -> str:
        """`Convert · Web 1080p`."""
        return " · ".join(part for part in (self.recipe(flow), self.preset(flow)) if part)

    def stages(self, job: Job) -> tuple[Stage, ...]:
        """The Stages of a job, as far as they are known before it runs."""
        return self._stages(job)
