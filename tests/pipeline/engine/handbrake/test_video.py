from __future__ import annotations

from typing import Any

import pytest

from pipeline.engine.handbrake.fields import Fields
from pipeline.engine.handbrake.video import Encoder, encoder_named, video


@pytest.mark.parametrize(
    ("name", "encoder"),
    [
        ("x264", Encoder("h264", "", False)),
        ("x264_10bit", Encoder("h264", "", True)),
        ("x265", Encoder("hevc", "", False)),
        ("x265_10bit", Encoder("hevc", "", True)),
        ("x265_12bit", Encoder("hevc", "", True)),
        ("svt_av1", Encoder("av1", "", False)),
        ("svt_av1_10bit", Encoder("av1", "", True)),
        ("VP9", Encoder("vp9", "", False)),
        ("VP9_10bit", Encoder("vp9", "", True)),
        ("nvenc_h264", Encoder("h264", "nvenc", False)),
        ("nvenc_h265_10bit", Encoder("hevc", "nvenc", True)),
        ("nvenc_av1", Encoder("av1", "nvenc", False)),
        ("qsv_av1_10bit", Encoder("av1", "qsv", True)),
        ("vce_h265", Encoder("hevc", "vce", False)),
        ("vt_h265_10bit", Encoder("hevc", "vt", True)),
        ("mf_h264", Encoder("h264", "mf", False)),
        ("theora", None),
        ("VP8", None),
        ("mpeg4", None),
        ("", None),
    ],
)
def test_every_encoder_is_a_codec_with_bits_and_perhaps_hardware(name: str, encoder: Encoder | None) -> None:
    assert encoder_named(name) == encoder


PLAIN: dict[str, Any] = {"video": "h264"}

TAKEN: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "quality": ({"VideoEncoder": "x264", "VideoQualityType": 2, "VideoQualitySlider": 20.5}, {"crf": 20.5}, []),
    "10 bits": (
        {"VideoEncoder": "x265_10bit", "VideoQualitySlider": 18}, {"video": "hevc", "bit_depth": "10", "crf": 18}, [],
    ),
    "8 bits": ({"VideoEncoder": "svt_av1"}, {"video": "av1", "bit_depth": "8", "crf": 0}, []),
    "12 bits": (
        {"VideoEncoder": "x265_12bit"}, {"video": "hevc", "bit_depth": "10", "crf": 0}, ["VideoEncoder"],
    ),
    "hardware": (
        {"VideoEncoder": "nvenc_h264", "VideoQualitySlider": 28, "VideoPreset": "slowest"},
        {"encoder": "hardware", "crf": 28, "speed": "veryslow"}, [],
    ),
    "hardware with its own scale": (
        {"VideoEncoder": "vt_h264", "VideoQualitySlider": 65, "VideoPreset": "speed"},
        {"encoder": "hardware", "speed": "veryfast"}, ["VideoQualitySlider"],
    ),
    "a codec we do not make": (
        {"VideoEncoder": "theora", "VideoQualityType": 1}, {}, ["VideoEncoder", "VideoQualityType"],
    ),
    "bit rate": ({"VideoQualityType": 1, "VideoAvgBitrate": 2500}, {"rate": "bitrate", "video_kbps": 2500}, []),
    "bit rate in two passes": (
        {"VideoQualityType": 1, "VideoAvgBitrate": "2500", "VideoMultiPass": True, "VideoTurboMultiPass": True},
        {"rate": "bitrate", "video_kbps": 2500}, ["VideoMultiPass"],
    ),
    "the size of a file, as of old": ({"VideoQualityType": 0}, {}, ["VideoQualityType"]),
    "beyond the scale": ({"VideoQualitySlider": -12}, {}, ["VideoQualitySlider"]),
    "no quality at all": ({"VideoQualitySlider": None}, {}, ["VideoQualitySlider"]),
    "lossless": ({"VideoQualitySlider": 0.0}, {"crf": 0}, []),
    "speed": ({"VideoPreset": "veryslow"}, {"crf": 0, "speed": "veryslow"}, []),
    "placebo": ({"VideoPreset": "placebo"}, {"crf": 0, "speed": "veryslow"}, ["VideoPreset"]),
    "a number for SVT": ({"VideoPreset": "7"}, {"crf": 0, "speed": "medium"}, []),
    "a speed unheard of": ({"VideoPreset": "99"}, {"crf": 0}, ["VideoPreset"]),
    "tune": ({"VideoTune": "grain"}, {"crf": 0, "tune": "grain"}, []),
    "no tune": ({"VideoTune": "none"}, {"crf": 0}, []),
    "tunes": ({"VideoTune": "film,fastdecode"}, {"crf": 0, "tune": "film"}, ["VideoTune"]),
    "another tune": ({"VideoTune": "psnr"}, {"crf": 0}, ["VideoTune"]),
    "usual profile": ({"VideoProfile": "high", "VideoLevel": "auto"}, {"crf": 0}, []),
    "profile": ({"VideoProfile": "baseline"}, {"crf": 0, "extra": "-profile:v baseline"}, []),
    "profile of hardware": (
        {"VideoEncoder": "qsv_h264", "VideoProfile": "main"}, {"encoder": "hardware", "crf": 0}, ["VideoProfile"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("said", TAKEN)
def test_a_codec_and_its_quality_are_taken_over(said: str) -> None:
    values, options, left = TAKEN[said]
    fields = Fields({"VideoQualityType": 2, "VideoQualitySlider": 0, **values})
    video(fields)
    assert fields.options == {**PLAIN, **options}
    assert [each.name for each in fields.left] == left
