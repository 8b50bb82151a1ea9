"""Sizes and colours, by tables."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.command import command, output, source_input
from pipeline.model.source import MediaStream
from pipeline.stages.geometry import Colour, colour_of, fitted, picture
from tests.pipeline.stages.canned import SOURCES, video


def filters(stream: MediaStream, max_height: int = 0, *, bit_depth: int = 8) -> str:
    """The graph between source and encoder, one filter after the other."""
    film = picture(source_input(SOURCES["1080p"])["0"], stream, max_height, bit_depth=bit_depth)
    argv = command(output([film], "out.mp4")).argv
    return argv[argv.index("-filter_complex") + 1]


@pytest.mark.parametrize(
    ("stream", "max_height", "size"),
    (
        ({}, 1080, (1920, 1080)),
        ({}, 720, (1280, 720)),
        ({}, 0, (1920, 1080)),
        ({"width": 1280, "height": 720}, 1080, (1280, 720)),
        ({"rotation": 90}, 1080, (1080, 1920)),
        ({"rotation": 270}, 720, (720, 1280)),
        ({"rotation": 180}, 720, (1280, 720)),
        ({"rotation": 5}, 1080, (1920, 1080)),
        ({"width": 720, "height": 576, "sample_aspect": "64:45"}, 1080, (1024, 576)),
        ({"width": 720, "height": 480, "sample_aspect": "8:9"}, 1080, (640, 480)),
        ({"width": 720, "height": 576, "sample_aspect": "64:45", "rotation": 90}, 0, (576, 1024)),
        ({"sample_aspect": "0:1"}, 0, (1920, 1080)),
        ({"sample_aspect": ""}, 0, (1920, 1080)),
        ({"width": 321, "height": 181}, 1080, (322, 182)),
        ({"width": 1, "height": 1}, 1080, (2, 2)),
        ({"width": 3840, "height": 1606}, 1080, (2582, 1080)),
        ({}, 481, (854, 480)),
    ),
)
def test_a_picture_is_fitted(stream: dict[str, Any], max_height: int, size: tuple[int, int]) -> None:
    assert fitted(video(**stream), max_height) == size


@given(
    width=st.integers(1, 8192),
    height=st.integers(1, 8192),
    limit=st.integers(0, 4320),
    rotation=st.sampled_from((0, 90, 180, 270)),
)
def test_sizes_are_even_and_within_the_limit(width: int, height: int, limit: int, rotation: int) -> None:
    fit = fitted(video(width=width, height=height, rotation=rotation), limit)
    longer, shorter = max(width, height), min(width, height)
    assert fit[0] % 2 == fit[1] % 2 == 0
    assert min(fit) <= max(2, limit or shorter + 1)
    assert max(fit) <= longer + 1


@pytest.mark.parametrize(
    ("stream", "colour"),
    (
        ({}, Colour("bt709", "bt709", "bt709")),
        ({"colour_space": "", "colour_transfer": "", "colour_primaries": ""}, Colour("bt709", "bt709", "bt709")),
        (
            {"colour_space": "", "colour_transfer": "", "colour_primaries": "", "height": 534, "width": 1280},
            Colour("bt709", "bt709", "bt709"),
        ),
        (
            {"colour_space": "", "colour_transfer": "", "colour_primaries": "", "height": 576, "width": 720},
            Colour("smpte170m", "smpte170m", "smpte170m"),
        ),
        (
            {"colour_space": "bt470bg", "colour_transfer": "", "colour_primaries": ""},
            Colour("bt470bg", "bt470bg", "bt470bg"),
        ),
        (
            {"colour_space": "bt2020nc", "colour_transfer": "", "colour_primaries": ""},
            Colour("bt2020", "bt2020-10", "bt2020nc"),
        ),
        ({"colour_space": "gbr", "pixel_format": "gbrp"}, Colour("bt709", "bt709", "bt709")),
        (
            {"colour_space": "bt2020nc", "colour_transfer": "arib-std-b67", "colour_primaries": "bt2020"},
            Colour("bt709", "bt709", "bt709"),
        ),
    ),
)
def test_colours_are_the_source_s_own_or_the_usual_ones(stream: dict[str, Any], colour: Colour) -> None:
    assert colour_of(video(**stream)) == colour


def test_hdr_for_ten_bits_keeps_its_colours() -> None:
    hdr = video(colour_space="bt2020nc", colour_transfer="smpte2084", colour_primaries="bt2020")
    assert colour_of(hdr, bit_depth=10) == Colour("bt2020", "smpte2084", "bt2020nc")
    graph = filters(hdr, bit_depth=10)
    assert "tonemap" not in graph
    assert "format=yuv420p10le" in graph


def test_a_picture_that_fits_is_not_scaled() -> None:
    assert filters(video(), 1080) == (
        "[0:0]format=yuv420p[s0];[s0]setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv[s1]"
    )
    assert "scale" not in filters(video(rotation=90), 1080)


@pytest.mark.parametrize(
    ("stream", "expected"),
    (
        ({"field_order": "tt"}, "bwdif=deint=interlaced:mode=send_frame:parity=auto"),
        ({"field_order": "bt"}, "bwdif="),
        ({"sample_aspect": "64:45", "width": 720, "height": 576}, "scale=1024:576:flags=bicubic[s0];[s0]setsar=1"),
        ({"colour_range": "pc"}, "out_range=tv"),
        ({"pixel_format": "yuvj420p", "colour_range": ""}, "out_range=tv"),
        ({"pixel_format": "bgra"}, "out_color_matrix=bt709"),
        ({"pixel_format": "pal8", "width": 160, "height": 90, "colour_space": ""}, "out_color_matrix=smpte170m"),
        ({"colour_transfer": "smpte2084"}, "tonemap=desat=0:tonemap=hable"),
        ({"colour_transfer": "smpte2084"}, "sidedata=mode=delete:type=MASTERING_DISPLAY_METADATA"),
        ({"colour_transfer": "smpte2084"}, "sidedata=mode=delete:type=CONTENT_LIGHT_LEVEL"),
        ({"colour_transfer": "smpte2084", "width": 3840, "height": 2160}, "zscale=h=1080:npl=100:t=linear:w=1920"),
    ),
)
def test_what_has_to_change_has_its_filter(stream: dict[str, Any], expected: str) -> None:
    assert expected in filters(video(**stream), 1080)


@pytest.mark.parametrize("codec", ("dvvideo", "h264", "mpeg2video"))
def test_pictures_whose_file_does_not_say_are_asked_themselves(codec: str) -> None:
    assert "bwdif" in filters(video(field_order="", codec=codec))


@pytest.mark.parametrize(("order", "codec"), (("progressive", "h264"), ("progressive", "dvvideo"), ("", "gif")))
def test_progressive_pictures_are_not_deinterlaced(order: str, codec: str) -> None:
    assert "bwdif" not in filters(video(field_order=order, codec=codec))
