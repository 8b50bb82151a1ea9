from __future__ import annotations

from typing import Any

import pytest

import resources
from app.models.marks import mark_of
from pipeline.model.problem import Warn
from pipeline.model.state import State
from tests.app.models.rows import job


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_mark_that_is_shipped(state: State) -> None:
    assert resources.path(f"icons/{mark_of(job(state=state)).icon}.svg").is_file()


@pytest.mark.parametrize(
    ("state", "changes", "icon", "tone"),
    [
        (State.PENDING, {"held_by": "person"}, "hand", "idle"),
        (State.RUNNING, {"waiting_for": "network"}, "hourglass", "warn"),
        (State.RUNNING, {"waiting_for": "lane"}, "activity", "run"),
        (State.COMPLETED, {"warnings": (Warn("w", "W."),)}, "triangle-alert", "warn"),
    ],
)
def test_what_a_job_waits_for_changes_its_mark(state: State, changes: dict[str, Any], icon: str, tone: str) -> None:
    assert mark_of(job(state=state, **changes)) == (icon, tone)
