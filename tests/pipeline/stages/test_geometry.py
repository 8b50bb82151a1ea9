"""The order of filters, by tables, and as ffmpeg draws it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pipeline.media.command import command, output, source_input
from pipeline.model.source import MediaStream
from pipeline.stages.bars import Crop
from pipeline.stages.geometry import has_own_times, picture
from pipeline.stages.look import UNSEEN, Seen
from pipeline.stages.pixels import pixels_of
from tests.pipeline.stages.canned import SOURCES, video, wanted
from tests.pipeline.stages.running import drawn, film_of
from tests.support.builders import Media, make

INTERLACED: dict[str, Any] = {"field_order": "tt"}
HDR: dict[str, Any] = {
    "codec": "hevc", "colour_transfer": "smpte2084", "colour_primaries": "bt2020", "colour_space": "bt2020nc",
    "bit_depth": 10,
}  # fmt: skip


class Drawing:
    """A burn that shows where it comes."""

    def under(self, stream: Any) -> Any:
        return stream.filter("drawbox", color="red")

    def over(self, stream: Any) -> Any:
        return stream.filter("drawbox", color="blue")


def filters(stream: MediaStream, seen: Seen = UNSEEN, burn: Any = None, **choices: Any) -> str:
    """The graph between source and encoder, one filter after the other."""
    options = wanted(**choices)
    film = picture(source_input(SOURCES["1080p"])["0"], stream, options, seen, pixels_of(options, stream), burn)
    argv = command(output([film], "out.mp4")).argv
    return argv[argv.index("-filter_complex") + 1]


def names(graph: str) -> list[str]:
    """The names of the filters of a graph, in their order."""
    return re.findall(r"(?:\]|^)([a-z0-9]+)(?:=|\[|$)", graph)


def test_a_picture_that_fits_is_not_scaled() -> None:
    assert filters(video(), max_height=1080) == (
        "[0:0]format=yuv420p[s0];[s0]setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv[s1]"
    )
    assert "scale" not in filters(video(rotation=90), max_height=1080)
    assert "scale" not in filters(video(), rotate="90")


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
        ({"colour_transfer": "smpte2084"}, "sidedata=mode=delete:type=DOVI_METADATA"),
        ({"colour_transfer": "smpte2084", "width": 3840, "height": 2160}, "zscale=h=1080:npl=100:t=linear:w=1920"),
    ),
)
def test_what_has_to_change_has_its_filter(stream: dict[str, Any], expected: str) -> None:
    assert expected in filters(video(**stream), max_height=1080)


def test_every_filter_stands_where_it_belongs() -> None:
    graph = filters(
        video(**INTERLACED, **{**HDR, "frame_rate": 25.0}),
        Seen(Crop(top=10, bottom=10)),
        Drawing(),
        video="hevc", max_height=720, aspect="9:16", fill="blur", rotate="90", mirror="vertical", fps=50.0,
        denoise="light", sharpen="light", filters="eq=contrast=1.1,hue=s=0",
    )  # fmt: skip
    assert names(graph) == [
        "bwdif", "drawbox", "crop", "hqdn3d", "transpose", "vflip", "scale", "setsar", "split", "crop", "scale",
        "gblur", "scale", "setsar", "overlay", "cas", "drawbox", "fps", "eq", "format", "setparams",
    ]  # fmt: skip
    assert "eq=contrast=1.1,hue=s=0[" in graph


def test_pictures_that_are_too_many_go_before_work_is_done_on_them() -> None:
    assert names(filters(video(frame_rate=60.0), max_fps=30.0, denoise="light"))[:2] == ["fps", "hqdn3d"]
    assert names(filters(video(frame_rate=25.0), fps=30.0, denoise="light"))[:2] == ["hqdn3d", "fps"]


def test_hdr_is_scaled_while_it_is_made_linear_and_framed_as_sdr() -> None:
    graph = names(filters(video(**HDR), max_height=720, aspect="1:1", fill="pad"))
    assert graph.index("zscale") < graph.index("tonemap") < graph.index("pad")
    assert "scale" not in graph


@pytest.mark.parametrize(
    ("stream", "choices", "seen", "expected"),
    (
        ({}, {}, UNSEEN, False),
        ({}, {"max_fps": 60.0}, UNSEEN, False),
        ({}, {"max_fps": 20.0}, UNSEEN, True),
        ({}, {"fps": 25.0}, UNSEEN, True),
        ({}, {"filters": "setpts=2*PTS"}, UNSEEN, True),
        ({}, {"deinterlace": "double"}, UNSEEN, False),
        ({}, {"deinterlace": "double"}, Seen(fields="bff"), True),
        (INTERLACED, {"deinterlace": "double"}, UNSEEN, True),
        (INTERLACED, {}, UNSEEN, False),
    ),
)
def test_times_of_their_own_are_known(
    stream: dict[str, Any], choices: dict[str, Any], seen: Seen, expected: bool
) -> None:
    assert has_own_times(video(**stream), wanted(**choices), seen) is expected


def test_all_at_once_is_drawn(media: Media, tmp_path: Path) -> None:
    film = film_of(
        drawn(
            media.clip("h264_aac.mp4"), tmp_path, aspect="9:16", fill="blur", rotate="180", mirror="horizontal",
            denoise="strong", sharpen="strong", max_height=160, fps=12.5, filters="negate,eq=brightness='0.1'",
        )
    )  # fmt: skip
    assert (film.width, film.height, film.frame_rate, film.sample_aspect) == (160, 284, 12.5, "1:1")


def test_a_frame_keeps_ten_bits_through_blur_and_bars(media: Media, tmp_path: Path) -> None:
    for fill in ("blur", "pad"):
        made = drawn(media.clip("hdr10.mkv"), tmp_path, f"{fill}.mkv", video="hevc", aspect="1:1", fill=fill)
        film = film_of(made)
        assert (film.pixel_format, film.width, film.height) == ("yuv420p10le", 320, 320)
        assert (film.colour_transfer, film.colour_primaries) == ("smpte2084", "bt2020")


@pytest.mark.parametrize(("rotate", "corner"), (("0", (0, 0)), ("90", (1, 0)), ("180", (1, 1)), ("270", (0, 1))))
def test_the_upper_left_corner_goes_where_clockwise_turns_it(
    rotate: str, corner: tuple[int, int], tmp_path: Path
) -> None:
    white_corner = "-f lavfi -i color=black:size=64x64:rate=5:duration=1 -vf drawbox=0:0:32:32:white:fill -c:v ffv1"
    file = make(white_corner.split(), tmp_path / "corner.mkv")
    frame = make(
        ["-i", str(drawn(file, tmp_path, rotate=rotate)), "-frames:v", "1", "-pix_fmt", "gray"], tmp_path / "f.pgm"
    )
    pixels = frame.read_bytes()[-64 * 64 :]
    bright = [(x, y) for x in (0, 1) for y in (0, 1) if pixels[(y * 32 + 16) * 64 + x * 32 + 16] > 200]
    assert bright == [corner]
