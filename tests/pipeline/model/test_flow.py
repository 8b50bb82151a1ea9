from __future__ import annotations

import msgspec

from pipeline.model.flow import Flow, FlowStep


def test_the_title_is_the_recipes_in_order() -> None:
    assert Flow((FlowStep("convert"),)).title == "convert"
    assert Flow((FlowStep("convert", "web"), FlowStep("stream"))).title == "convert + stream"


def test_flows_with_the_same_recipes_and_options_are_equal() -> None:
    first = Flow((FlowStep("convert", "web", {"crf": 20, "audio": "none"}),))
    second = Flow((FlowStep("convert", "web", {"audio": "none", "crf": 20}),))
    assert first == second
    assert first != Flow((FlowStep("convert", "web", {"crf": 21, "audio": "none"}),))


def test_it_goes_to_the_store_and_back() -> None:
    flow = Flow((FlowStep("convert", options={"crf": 20, "audio": "none", "subtitles": False}), FlowStep("stream")))
    assert msgspec.json.decode(msgspec.json.encode(flow), type=Flow) == flow


def test_options_of_one_step_are_not_those_of_another() -> None:
    first, second = FlowStep("convert"), FlowStep("convert")
    first.options["crf"] = 1
    assert second.options == {}
