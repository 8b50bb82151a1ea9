"""The filters before an encoder: a table of sources and codecs, and what each takes."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.model.source import MediaInfo
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.mixing import channels_of, mixed, rate_of, shaped
from tests.pipeline.stages.canned import audio

ANY = MediaInfo("matroska,webm", 10.0, ())


@pytest.mark.parametrize(
    ("encoder", "rate", "becomes"),
    (
        ("aac", 8000, 8000),
        ("aac", 44100, 44100),
        ("aac", 37800, 44100),
        ("aac", 96000, 48000),
        ("aac", 88200, 44100),
        ("libmp3lame", 192000, 48000),
        ("libmp3lame", 176400, 44100),
        ("libmp3lame", 7350, 8000),
        ("libopus", 8000, 48000),
        ("libopus", 44100, 48000),
        ("libopus", 0, 48000),
        ("flac", 192000, 192000),
        ("pcm_s24le", 12345, 12345),
        ("aac", 0, 0),
    ),
)
def test_a_rate_the_codec_lacks_becomes_one_it_has(encoder: str, rate: int, becomes: int) -> None:
    assert rate_of(audio(0, sample_rate_hz=rate), encoder, OutputChoices()) == becomes


def test_a_rate_that_is_chosen_is_taken_where_the_codec_has_it() -> None:
    assert rate_of(audio(0), "flac", OutputChoices(sample_rate="44100")) == 44100
    assert rate_of(audio(0), "libopus", OutputChoices(sample_rate="44100")) == 48000


@pytest.mark.parametrize(
    ("channels", "encoder", "chosen", "left"),
    (
        (6, "aac", "keep", 6),
        (6, "aac", "stereo", 2),
        (6, "aac", "mono", 1),
        (1, "aac", "stereo", 1),
        (6, "libmp3lame", "keep", 2),
        (16, "flac", "keep", 8),
        (0, "aac", "keep", 1),
    ),
)
def test_channels_are_never_added(channels: int, encoder: str, chosen: Any, left: int) -> None:
    assert channels_of(audio(0, channels=channels), encoder, OutputChoices(channels=chosen)) == left


@pytest.mark.parametrize(
    ("sound", "encoder", "chosen", "filters"),
    (
        ({}, "aac", {}, ["aresample=async=1"]),
        ({}, "libmp3lame", {"container": "mp3", "video": "none"}, ["aresample=async=1:first_pts=0"]),
        ({}, "aac", {"video": "none"}, ["aresample=async=1:first_pts=0"]),
        ({"channels": 6}, "aac", {"channels": "stereo"}, ["aresample=async=1:ochl=stereo:rematrix_maxval=1"]),
        ({"channels": 6}, "libmp3lame", {}, ["aresample=async=1:ochl=stereo:rematrix_maxval=1"]),
        ({"channels": 2}, "aac", {"channels": "mono"}, ["aresample=async=1:ochl=mono:rematrix_maxval=1"]),
        ({"channels": 1}, "aac", {"channels": "mono"}, ["aresample=async=1"]),
        ({"channels": 2}, "aac", {"channels": "stereo"}, ["aresample=async=1"]),
    ),
)
def test_sound_is_put_to_its_time_and_its_channels(
    sound: dict[str, Any], encoder: str, chosen: dict[str, Any], filters: list[str]
) -> None:
    assert mixed(audio(0, **sound), encoder, OutputChoices(**{"container": "mkv", **chosen}), ANY) == filters


def test_what_an_ogg_says_of_times_is_not_believed() -> None:
    assert mixed(audio(0), "aac", OutputChoices(), MediaInfo("ogg", 10.0, ()))[0] == "asetpts=N/SR/TB"


@pytest.mark.parametrize(
    ("sound", "encoder", "filters"),
    (
        ({}, "aac", []),
        ({"channels": 6}, "aac", []),
        ({"channels": 6}, "libopus", ["aformat=channel_layouts=5.1"]),
        ({"channels": 3, "sample_rate_hz": 44100}, "libopus", ["aformat=channel_layouts=3.0:sample_rates=48000"]),
        ({"channels": 4}, "flac", ["aformat=channel_layouts=quad"]),
        ({"channels": 16}, "aac", ["aformat=channel_layouts=7.1"]),
        ({"sample_rate_hz": 96000}, "libmp3lame", ["aformat=sample_rates=48000"]),
    ),
)
def test_an_encoder_gets_a_layout_and_a_rate_it_has(sound: dict[str, Any], encoder: str, filters: list[str]) -> None:
    assert shaped(audio(0, **sound), encoder, OutputChoices()) == filters
