from __future__ import annotations

from typing import Any

import pytest

from pipeline.engine.handbrake.fields import Fields
from pipeline.engine.handbrake.sound import sound

# What the first track says, what is taken, which fields are left.
TRACKS: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "stereo AAC": (
        {"AudioEncoder": "av_aac", "AudioBitrate": 160, "AudioMixdown": "stereo", "AudioSamplerate": "auto"},
        {"audio": "aac", "audio_kbps": 160, "channels": "stereo"}, [],
    ),
    "mono MP3": (
        {"AudioEncoder": "mp3", "AudioBitrate": 64, "AudioMixdown": "mono", "AudioSamplerate": "44.1"},
        {"audio": "mp3", "audio_kbps": 64, "channels": "mono", "sample_rate": "44100"}, [],
    ),
    "surround Opus": (
        {"AudioEncoder": "opus", "AudioBitrate": 384, "AudioMixdown": "5point1"}, {"audio": "opus", "audio_kbps": 128},
        [],
    ),
    "FLAC": ({"AudioEncoder": "flac24", "AudioBitrate": 160}, {"audio": "flac"}, []),
    "copied": ({"AudioEncoder": "copy", "AudioMixdown": "stereo"}, {"audio": "copy"}, []),
    "copied where it fits": (
        {"AudioEncoder": "copy:aac", "AudioBitrate": 192},
        {"audio": "aac", "audio_copy_fitting": True, "audio_kbps": 192}, [],
    ),
    "AC-3 copied": ({"AudioEncoder": "copy:ac3"}, {"audio": "copy"}, ["AudioEncoder"]),
    "none": ({"AudioEncoder": "none"}, {"audio": "none"}, []),
    "AC-3": (
        {"AudioEncoder": "ac3", "AudioBitrate": 640}, {"audio": "aac", "audio_kbps": 512},
        ["AudioEncoder", "AudioBitrate"],
    ),
    "Vorbis": ({"AudioEncoder": "vorbis"}, {"audio": "opus"}, ["AudioEncoder"]),
    "unheard of": ({"AudioEncoder": "wma"}, {"audio": "mp3"}, ["AudioEncoder"]),
    "quality instead of a bit rate": (
        {"AudioEncoder": "av_aac", "AudioBitrate": 160, "AudioTrackQualityEnable": True, "AudioTrackQuality": 3},
        {"audio": "aac"}, ["AudioTrackQuality"],
    ),
    "Dolby Surround": (
        {"AudioEncoder": "av_aac", "AudioMixdown": "dpl2"}, {"audio": "aac", "channels": "stereo"}, ["AudioMixdown"],
    ),
    "an odd mix": ({"AudioEncoder": "av_aac", "AudioMixdown": "9point1"}, {"audio": "aac"}, ["AudioMixdown"]),
    "an odd rate": ({"AudioEncoder": "av_aac", "AudioSamplerate": "22.05"}, {"audio": "aac"}, ["AudioSamplerate"]),
    "made louder": (
        {"AudioEncoder": "av_aac", "AudioTrackDRCSlider": 2.5, "AudioTrackGainSlider": 3,
         "AudioNormalizeMixLevel": True, "AudioCompressionLevel": 5},
        {"audio": "aac"},
        ["AudioTrackDRCSlider", "AudioTrackGainSlider", "AudioNormalizeMixLevel", "AudioCompressionLevel"],
    ),
    "left as it is": (
        {"AudioEncoder": "av_aac", "AudioTrackDRCSlider": 0.0, "AudioTrackGainSlider": 0.0,
         "AudioNormalizeMixLevel": False, "AudioCompressionLevel": -1.0},
        {"audio": "aac"}, [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("said", TRACKS)
def test_the_first_track_says_how_sound_is_made(said: str) -> None:
    track, options, left = TRACKS[said]
    fields = Fields({"AudioList": [track], "AudioEncoderFallback": "mp3" if said == "unheard of" else ""})
    sound(fields)
    assert fields.options == {"audio_tracks": "first", **options}
    assert [each.name for each in fields.left] == [f"AudioList[1].{name}" for name in left]


AAC: dict[str, Any] = {"AudioEncoder": "av_aac"}

PRESETS: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "no track": ({"AudioList": []}, {"audio": "none"}, []),
    "no track is chosen": (
        {"AudioList": [AAC], "AudioTrackSelectionBehavior": "none"}, {"audio": "none"}, [],
    ),
    "all tracks": (
        {"AudioList": [AAC], "AudioTrackSelectionBehavior": "all"}, {"audio": "aac", "audio_tracks": "all"}, [],
    ),
    "the first in one language": (
        {"AudioList": [AAC], "AudioLanguageList": ["eng"]},
        {"audio": "aac", "audio_tracks": "first", "audio_languages": "eng"}, [],
    ),
    "the first of each language": (
        {"AudioList": [AAC], "AudioLanguageList": ["eng", "deu"], "AudioTrackSelectionBehavior": "first"},
        {"audio": "aac", "audio_tracks": "all", "audio_languages": "eng,deu"}, ["AudioTrackSelectionBehavior"],
    ),
    "a second track of the same": (
        {"AudioList": [AAC, {"AudioEncoder": "copy:ac3"}]}, {"audio": "aac", "audio_tracks": "first"},
        ["AudioList[2].AudioEncoder"],
    ),
    "copied with conditions": (
        {"AudioList": [{"AudioEncoder": "copy"}], "AudioCopyMask": ["copy:aac"], "AudioEncoderFallback": "av_aac"},
        {"audio": "copy", "audio_tracks": "first"}, ["AudioCopyMask", "AudioEncoderFallback"],
    ),
    "a list that is none": ({"AudioList": "av_aac"}, {"audio": "none"}, ["AudioList"]),
}  # fmt: skip


@pytest.mark.parametrize("said", PRESETS)
def test_tracks_are_chosen(said: str) -> None:
    values, options, left = PRESETS[said]
    fields = Fields(values)
    sound(fields)
    assert fields.options == options
    assert [each.name for each in fields.left] == left
