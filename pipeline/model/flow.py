"""An ordered list of recipes with their options."""

from __future__ import annotations

from typing import Any

import msgspec


class FlowStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """One recipe of a Flow. `options` hold only what differs from the recipe's defaults, preset included."""

    recipe: str
    preset: str = ""
    options: dict[str, Any] = {}


class Flow(msgspec.Struct, frozen=True, omit_defaults=True):
    """Recipes run one after another on one Job; each one's results are the next one's Sources."""

    steps: tuple[FlowStep, ...]

    @property
    def title(self) -> str:
        """The recipe ids, for lists and search: `convert`, or `convert + stream`."""
        return " + ".join(step.recipe for step in self.steps)
