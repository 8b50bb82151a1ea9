from __future__ import annotations

from typing import Any

import pytest

from pipeline.media.command import command, made_up, output
from pipeline.model.machine import HardwareCodec
from pipeline.stages.encoders import finished, quality_of, video_options
from pipeline.stages.pixels import USUAL
from pipeline.stages.software import Bitrate, Crf, Quality
from tests.pipeline.stages.canned import video, wanted

FILM = video()

ASKED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"video": "h264"}, {"c": "libx264", "crf": "21", "preset": "medium", "g": 250}),
    ({"video": "h264", "tune": "grain", "crf": 18.5}, {"c": "libx264", "crf": "18.5", "tune": "grain"}),
    (
        {"video": "hevc", "speed": "slow"},
        {"c": "libx265", "crf": "22", "preset": "slow", "tag": "hvc1", "x265-params": "log-level=error"},
    ),
    ({"video": "av1"}, {"c": "libsvtav1", "crf": "26", "preset": 7}),
    ({"video": "av1", "crf": 30.6, "speed": "ultrafast"}, {"crf": "30", "svtav1-params": "crf=30.5", "preset": 9}),
    ({"video": "vp9"}, {"c": "libvpx-vp9", "crf": "28", "b": 0, "deadline": "good", "cpu-used": 3, "row-mt": 1}),
    ({"video": "vp9", "speed": "ultrafast"}, {"deadline": "realtime", "cpu-used": 8}),
    ({"video": "prores", "prores_profile": "4444"}, {"c": "prores_ks", "profile": "4444", "vendor": "apl0"}),
    ({"video": "dnxhr", "dnxhr_profile": "hqx"}, {"c": "dnxhd", "profile": "dnxhr_hqx"}),
    ({"video": "gif"}, {"c": "gif"}),
    ({"video": "webp"}, {"c": "libwebp_anim", "quality": 75, "compression_level": 4}),
    ({"video": "sheet"}, {"c": "mjpeg", "q": 3, "frames": 1}),
    ({"video": "h264", "rate": "bitrate", "video_kbps": 2500}, {"c": "libx264", "b": "2500k"}),
    ({"video": "vp9", "rate": "bitrate", "video_kbps": 2500}, {"c": "libvpx-vp9", "b": "2500k"}),
    ({"video": "h264", "fps": 50.0}, {"g": 500}),
    ({"video": "h264", "max_fps": 15.0}, {"g": 150}),
]


@pytest.mark.parametrize(("choices", "said"), ASKED, ids=[str(choices) for choices, _ in ASKED])
def test_each_codec_is_asked_for_in_the_words_of_its_encoder(choices: dict[str, Any], said: dict[str, Any]) -> None:
    chosen = wanted(**choices)
    options = video_options(chosen, quality_of(chosen), "v:0", FILM, USUAL)
    assert {name: options.get(f"{name}:v:0") for name in said} == said
    assert all(name.endswith(":v:0") for name in options)
    if isinstance(quality_of(chosen), Bitrate):
        assert "crf:v:0" not in options


@pytest.mark.parametrize("codec", ["prores", "dnxhr", "gif", "webp", "sheet"])
def test_what_has_a_profile_or_is_a_still_has_no_other_quality(codec: Any) -> None:
    options = video_options(wanted(video=codec), Crf(21), "v:0", FILM, USUAL)
    assert not {"crf:v:0", "b:v:0", "g:v:0"} & set(options)


@pytest.mark.parametrize(
    ("choices", "quality"),
    [
        ({"video": "h264"}, Crf(21)),
        ({"video": "h264", "crf": 18.5}, Crf(18.5)),
        ({"video": "av1", "crf": 30.4}, Crf(30.5)),
        ({"video": "hevc", "rate": "bitrate", "video_kbps": 900}, Bitrate(900)),
    ],
)
def test_quality_is_the_chosen_one_or_the_usual_one(choices: dict[str, Any], quality: Quality) -> None:
    assert quality_of(wanted(**choices)) == quality


def test_two_turns_name_their_log() -> None:
    options = video_options(wanted(), Bitrate(900, 2, "turns"), "v:0", FILM, USUAL)
    assert {"b:v:0": "900k", "pass:v:0": 2, "passlogfile:v:0": "turns"}.items() <= options.items()


def test_hardware_takes_the_place_of_software() -> None:
    options = video_options(wanted(), Crf(21), "v:0", FILM, USUAL, HardwareCodec("h264_amf"))
    assert options["c:v:0"] == "h264_amf"
    assert "crf:v:0" not in options


def test_an_unknown_frame_rate_leaves_keyframes_to_the_encoder() -> None:
    assert "g:v:0" not in video_options(wanted(), Crf(21), "v:0", video(frame_rate=0.0), USUAL)


def drawn(codec: Any, length_s: float = 10.0, **choices: Any) -> str:
    """The graph in front of an encoder."""
    stream = finished(made_up("color")["0"], wanted(video=codec, **choices), USUAL, film=FILM, length_s=length_s)
    argv = command(output([stream], "-", format="null")).argv
    return argv[argv.index("-filter_complex") + 1] if "-filter_complex" in argv else ""


@pytest.mark.parametrize("codec", ["h264", "hevc", "av1", "vp9", "prores", "dnxhr"])
def test_nothing_stands_between_a_picture_and_a_film(codec: str) -> None:
    assert drawn(codec) == ""


def test_a_gif_has_one_palette_for_all_of_it() -> None:
    graph = drawn("gif", max_width=480, fps=12.0)
    assert "palettegen=stats_mode=diff" in graph
    assert "paletteuse=bayer_scale=5:diff_mode=rectangle:dither=bayer" in graph


@pytest.mark.parametrize(("length_s", "width"), [(600.0, 480), (10.0, 0), (0.0, 480)])
def test_a_gif_that_would_wait_in_memory_has_one_for_each_picture(length_s: float, width: int) -> None:
    graph = drawn("gif", length_s, max_width=width, fps=25.0)
    assert "palettegen=stats_mode=single" in graph
    assert "new=1" in graph


def test_a_sheet_shows_the_middle_of_each_part() -> None:
    graph = drawn("sheet", 10.0, sheet_columns=3, sheet_rows=2)
    assert r"fps=fps=6/10.000000:start_time=0" in graph
    assert "tile=layout=3x2" in graph
    assert drawn("sheet", 0.0).startswith("[0:0]fps=fps=1:start_time=0")
