"""How many bits pictures need."""

from __future__ import annotations

import pytest

from pipeline.stages.tolerable import kbps_of, least_kbps, tolerable_kbps

HD = (1920, 1080)


def test_larger_pictures_need_more_but_less_for_each_pixel() -> None:
    hd, uhd = tolerable_kbps("h264", HD, 25.0), tolerable_kbps("h264", (3840, 2160), 25.0)
    assert hd < uhd < 4 * hd


@pytest.mark.parametrize("codec", ["hevc", "av1", "vp9"])
def test_newer_codecs_need_less(codec: str) -> None:
    assert tolerable_kbps(codec, HD, 25.0) < tolerable_kbps("h264", HD, 25.0)


def test_more_pictures_a_second_need_more_and_an_unknown_rate_is_the_usual_one() -> None:
    assert tolerable_kbps("h264", HD, 25.0) < tolerable_kbps("h264", HD, 50.0) < 2 * tolerable_kbps("h264", HD, 25.0)
    assert tolerable_kbps("h264", HD, 0.0) == tolerable_kbps("h264", HD, 25.0)


def test_less_than_can_be_looked_at_may_still_be_wanted() -> None:
    assert least_kbps("h264", HD, 25.0) < tolerable_kbps("h264", HD, 25.0)


def test_bytes_over_a_time_are_kilobits_a_second() -> None:
    assert kbps_of(1_000_000, 8.0) == 1000.0
    assert kbps_of(1_000_000, 0.0) == 0.0
