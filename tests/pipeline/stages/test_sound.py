"""The options of an encoded track: bit rates, depth, and the filters in their order."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.model.source import MediaInfo
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.loudness import Loudness
from pipeline.stages.selection import Kept
from pipeline.stages.sound import audio_options, kbps_of
from tests.pipeline.stages.canned import audio

ANY = MediaInfo("matroska,webm", 10.0, ())


@pytest.mark.parametrize(
    ("encoder", "sound", "asked", "kbps"),
    (
        ("aac", {}, 160, 160),
        ("aac", {"channels": 1}, 160, 96),
        ("aac", {"channels": 6}, 160, 480),
        ("aac", {"channels": 8}, 512, 1024),
        ("aac", {"channels": 1, "sample_rate_hz": 8000}, 160, 48),
        ("aac", {"channels": 2, "sample_rate_hz": 8000}, 32, 32),
        ("libmp3lame", {}, 512, 320),
        ("libmp3lame", {"channels": 6}, 192, 192),
        ("libmp3lame", {"sample_rate_hz": 22050}, 192, 160),
        ("libmp3lame", {"sample_rate_hz": 8000}, 192, 64),
        ("libopus", {}, 96, 96),
        ("libopus", {"channels": 1}, 512, 256),
        ("libopus", {"channels": 6}, 128, 384),
    ),
)
def test_bits_go_by_channels_within_what_the_codec_has(
    encoder: str, sound: dict[str, Any], asked: int, kbps: int
) -> None:
    assert kbps_of(Kept(audio(0, **sound), encoder), OutputChoices(audio_kbps=asked)) == kbps


@pytest.mark.parametrize(
    ("encoder", "sound", "options"),
    (
        ("flac", {"codec": "flac", "bit_depth": 32}, {"sample_fmt:a:1": "s32", "bits_per_raw_sample:a:1": 24}),
        ("flac", {"codec": "flac", "bit_depth": 16}, {"sample_fmt:a:1": "s16"}),
        ("flac", {"codec": "aac", "bit_depth": 32}, {"sample_fmt:a:1": "s16"}),
        ("pcm_s24le", {"codec": "pcm_s24le"}, {}),
        ("aac", {}, {"b:a:1": "160k"}),
    ),
)
def test_what_keeps_everything_keeps_its_depth(encoder: str, sound: dict[str, Any], options: dict[str, Any]) -> None:
    made = audio_options(Kept(audio(0, **sound), encoder), OutputChoices(), "a:1", ANY, None)
    assert made == {"c:a:1": encoder, **options, "filter:a:1": "aresample=async=1"}


def test_sound_is_mixed_then_levelled_then_shaped() -> None:
    choices = OutputChoices(channels="stereo", loudness=-16.0)
    kept = Kept(audio(0, channels=6, sample_rate_hz=44100), "libopus")
    made = audio_options(kept, choices, "a:0", ANY, Loudness(-20.0, -9.0))
    assert made["filter:a:0"] == (
        "aresample=async=1:ochl=stereo:rematrix_maxval=1,volume=4.00dB,aformat=sample_rates=48000"
    )
