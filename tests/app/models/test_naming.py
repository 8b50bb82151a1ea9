from __future__ import annotations

from pipeline.model.flow import Flow, FlowStep
from tests.app.models.rows import STAGES, job, naming


def test_a_flow_is_named_by_its_labels() -> None:
    assert naming().title(Flow((FlowStep("convert", "web-1080p"),))) == "Convert · Web 1080p"


def test_a_flow_of_several_recipes_names_them_all_and_no_preset() -> None:
    assert naming().title(Flow((FlowStep("convert", "web-1080p"), FlowStep("stream")))) == "Convert + stream"


def test_ids_of_another_version_stand_for_themselves() -> None:
    assert naming().title(Flow((FlowStep("dance", "waltz"),))) == "dance · waltz"


def test_stages_come_from_the_engine() -> None:
    assert naming().stages(job()) == STAGES
