from __future__ import annotations

from typing import Any

import pytest

from pipeline.stages.animation import sheet_input, still_options, tile_px
from tests.pipeline.stages.canned import wanted


@pytest.mark.parametrize(
    ("columns", "rows", "width", "tile"), [(4, 5, 0, 480), (4, 5, 200, 200), (20, 20, 15_360, 1600), (1, 20, 0, 480)]
)
def test_a_tile_is_as_large_as_a_sheet_allows(columns: int, rows: int, width: int, tile: int) -> None:
    assert tile_px(wanted(video="sheet", sheet_columns=columns, sheet_rows=rows, max_width=width)) == tile


@pytest.mark.parametrize(
    ("length_s", "options"),
    [(5400.0, {"skip_frame": "nokey"}), (240.0, {"skip_frame": "nokey"}), (200.0, {}), (0.0, {})],
)
def test_of_a_long_film_only_keyframes_are_decoded(length_s: float, options: dict[str, str]) -> None:
    assert sheet_input(wanted(video="sheet"), length_s) == options


@pytest.mark.parametrize(("speed", "effort"), [("ultrafast", 0), ("medium", 4), ("veryslow", 6)])
def test_a_slower_webp_is_tried_harder(speed: Any, effort: int) -> None:
    assert still_options(wanted(video="webp", speed=speed), "v:0")["compression_level:v:0"] == effort
