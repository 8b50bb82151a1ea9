from __future__ import annotations

from typing import Any

import pytest

from pipeline.model.problem import PipelineError
from pipeline.stages.profiles import profile_options, refuse_size
from tests.pipeline.stages.canned import wanted


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"video": "prores"}, {"profile:v:0": "hq", "vendor:v:0": "apl0"}),
        ({"video": "prores", "prores_profile": "proxy"}, {"profile:v:0": "proxy", "vendor:v:0": "apl0"}),
        ({"video": "dnxhr"}, {"profile:v:0": "dnxhr_hq"}),
        ({"video": "dnxhr", "dnxhr_profile": "444"}, {"profile:v:0": "dnxhr_444"}),
    ],
)
def test_a_profile_is_said_as_the_encoder_knows_it(choices: dict[str, Any], said: dict[str, str]) -> None:
    assert profile_options(wanted("mov", **choices), "v:0") == said


@pytest.mark.parametrize(
    ("codec", "size", "is_refused"),
    [
        ("dnxhr", (254, 144), True), ("dnxhr", (256, 118), True), ("dnxhr", (256, 120), False),
        ("dnxhr", (0, 0), False), ("prores", (16, 16), False), ("h264", (2, 2), False),
        ("hevc", (14, 180), True), ("hevc", (16, 16), False), ("av1", (2, 2), True), ("av1", (4, 4), False),
        ("vp9", (2, 2), False),
    ],
)  # fmt: skip
def test_some_codecs_have_a_least_size(codec: Any, size: tuple[int, int], is_refused: bool) -> None:
    choices = wanted("mov", codec)
    if not is_refused:
        refuse_size(choices, *size)
        return
    with pytest.raises(PipelineError) as refused:
        refuse_size(choices, *size)
    assert f"these would be {size[0]}x{size[1]}" in refused.value.problem.why
