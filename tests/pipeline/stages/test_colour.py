"""What is said of colours, by tables, and what an independent reader says of results."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.stages.colour import Colour, colour_of
from pipeline.stages.pixels import pixels_of
from tests.pipeline.stages.canned import video, wanted
from tests.pipeline.stages.running import drawn
from tests.support.builders import Media, ffmpeg, make
from tests.support.child import run

BT709 = Colour("bt709", "bt709", "bt709")
SILENT: dict[str, Any] = {"colour_space": "", "colour_transfer": "", "colour_primaries": ""}


def said(stream: dict[str, Any], **choices: Any) -> Colour:
    film = video(**stream)
    return colour_of(film, pixels_of(wanted(**choices), film))


@pytest.mark.parametrize(
    ("stream", "colour"),
    (
        ({}, BT709),
        (SILENT, BT709),
        ({**SILENT, "height": 534, "width": 1280}, BT709),
        ({**SILENT, "height": 576, "width": 720}, Colour("smpte170m", "smpte170m", "smpte170m")),
        ({**SILENT, "colour_space": "bt470bg"}, Colour("bt470bg", "bt470bg", "bt470bg")),
        ({**SILENT, "colour_space": "bt2020nc"}, Colour("bt2020", "bt2020-10", "bt2020nc")),
        ({"colour_space": "gbr", "pixel_format": "gbrp"}, BT709),
        ({"colour_space": "bt2020nc", "colour_transfer": "arib-std-b67", "colour_primaries": "bt2020"}, BT709),
    ),
)
def test_colours_are_the_source_s_own_or_the_usual_ones(stream: dict[str, Any], colour: Colour) -> None:
    assert said(stream) == colour


@pytest.mark.parametrize("transfer", ("smpte2084", "arib-std-b67"))
@pytest.mark.parametrize("names", ({}, {"colour_space": "", "colour_primaries": ""}))
def test_hdr_that_is_kept_is_of_the_wide_gamut(transfer: str, names: dict[str, str]) -> None:
    hdr = {"colour_space": "bt2020nc", "colour_primaries": "bt2020", **names, "colour_transfer": transfer}
    assert said(hdr, video="hevc") == Colour("bt2020", transfer, "bt2020nc")


def test_the_size_of_the_result_does_not_change_what_silent_colours_mean() -> None:
    assert said(SILENT, max_height=240) == BT709
    assert said({**SILENT, "height": 240, "width": 320}, max_height=1080, upscale=True).space == "smpte170m"


ENCODERS: dict[str, dict[str, Any]] = {
    "hevc": {"c:v": "libx265", "preset": "ultrafast", "x265-params": "log-level=error"},
    "av1": {"c:v": "libsvtav1", "preset": 12},
    "h264": {"c:v": "libx264", "preset": "ultrafast"},
    "prores": {"c:v": "prores_ks"},
}


def ffprobe(file: Path) -> dict[str, Any]:
    """What another build of ffprobe says of the first picture, and of what lies beside it."""
    tool = shutil.which("ffprobe")
    if tool is None:
        pytest.skip("there is no ffprobe here")
    words = ("-v", "error", "-show_frames", "-show_streams", "-read_intervals", "%+#1", "-of", "json")
    told: dict[str, Any] = json.loads(run([tool, *words, f"file:{file}"]).out)
    return {
        **told["streams"][0],
        **told["frames"][0],
        "beside": [each["side_data_type"] for each in told["frames"][0].get("side_data_list", [])],
    }


def hlg(media: Media, tmp_path: Path) -> Path:
    """A clip in HLG."""
    as_hlg = "setparams=color_primaries=bt2020:color_trc=arib-std-b67:colorspace=bt2020nc:range=tv,format=yuv420p10le"
    words = ["-i", str(media.clip("video_only.mp4")), "-vf", as_hlg, "-c:v", "ffv1"]
    return make(words, tmp_path / "hlg.mkv")


@pytest.mark.parametrize("codec", ("hevc", "av1", "prores"))
def test_kept_hdr10_says_so_with_its_light(codec: str, media: Media, tmp_path: Path) -> None:
    suffix = "mov" if codec == "prores" else "mkv"
    made = drawn(media.clip("hdr10.mkv"), tmp_path, f"made.{suffix}", video=codec, encoder=ENCODERS[codec])
    told = ffprobe(made)
    assert (told["color_transfer"], told["color_primaries"], told["color_space"], told["color_range"]) == (
        "smpte2084", "bt2020", "bt2020nc", "tv",
    )  # fmt: skip
    assert told["pix_fmt"] == ("yuv422p10le" if codec == "prores" else "yuv420p10le")
    if codec == "hevc":  # ffprobe 5.1 tells it of streams of others
        assert {"Mastering display metadata", "Content light level metadata"} <= set(told["beside"])


def test_hlg_stays_hlg(media: Media, tmp_path: Path) -> None:
    made = drawn(hlg(media, tmp_path), tmp_path, video="hevc", encoder=ENCODERS["hevc"])
    assert (ffprobe(made)["color_transfer"], ffprobe(made)["pix_fmt"]) == ("arib-std-b67", "yuv420p10le")


@pytest.mark.parametrize("clip", ("hdr10.mkv", "hlg"))
def test_sdr_says_nothing_of_hdr_any_more(clip: str, media: Media, tmp_path: Path) -> None:
    file = hlg(media, tmp_path) if clip == "hlg" else media.clip(clip)
    told = ffprobe(drawn(file, tmp_path, video="hevc", hdr="sdr", encoder=ENCODERS["hevc"]))
    assert (told["color_transfer"], told["color_primaries"], told["color_space"]) == ("bt709", "bt709", "bt709")
    assert not [each for each in told["beside"] if "light" in each or "Mastering" in each]


def test_ten_bits_of_sdr_stay_ten(media: Media, tmp_path: Path) -> None:
    clip = media.clip("high10.mp4")
    assert ffprobe(drawn(clip, tmp_path, "a.mkv", video="hevc", encoder=ENCODERS["hevc"]))["pix_fmt"] == "yuv420p10le"
    assert ffprobe(drawn(clip, tmp_path, "b.mkv", encoder=ENCODERS["h264"]))["pix_fmt"] == "yuv420p"


def test_full_range_is_brought_into_limits(media: Media, tmp_path: Path) -> None:
    def brightest(file: Path) -> int:
        words = ("-hide_banner", "-i", str(file), "-vf", "signalstats,metadata=print", "-frames:v", "1", "-f", "null")
        printed = run([ffmpeg(), *words, "-"]).err
        return int(printed.partition("YMAX=")[2].split()[0])

    clip = media.clip("full_range.mp4")
    made = drawn(clip, tmp_path)
    assert brightest(made) == pytest.approx(16 + brightest(clip) * 219 / 255, abs=2)
    assert ffprobe(made)["color_range"] == "tv"
