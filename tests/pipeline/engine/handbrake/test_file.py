from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engine.handbrake.file import NotHandBrake, Taken, read_handbrake
from pipeline.model.option import decode_options
from pipeline.stages.choices.output import OutputChoices

DATA = Path(__file__).resolve().parents[3] / "data" / "handbrake"

# A file HandBrake wrote, what of its preset is taken over, and the fields that are left.
EXPORTS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "everyday": (
        {"container": "mp4", "subtitles": "none", "chapters": True, "metadata": True, "video": "h264", "crf": 22,
         "speed": "fast", "max_width": 1920, "max_height": 1080, "crop": "auto", "deinterlace": "auto", "max_fps": 30,
         "extra": "-profile:v main -level:v 4.0", "audio": "aac", "audio_kbps": 160, "channels": "stereo",
         "audio_tracks": "first"},
        {"SubtitleAddForeignAudioSearch"},
    ),
    "surround": (
        {"container": "mp4", "subtitles": "none", "chapters": True, "metadata": True, "video": "h264", "crf": 20,
         "speed": "slow", "max_width": 1920, "max_height": 1080, "crop": "auto", "deinterlace": "auto", "max_fps": 30,
         "extra": "-level:v 4.0", "audio": "aac", "audio_kbps": 213, "sample_rate": "44100", "audio_tracks": "first"},
        {"SubtitleAddForeignAudioSearch", "AudioList[1].AudioEncoder", "AudioList[2].AudioEncoder"},
    ),
    "hardware": (
        {"container": "mp4", "subtitles": "none", "chapters": True, "metadata": True, "video": "hevc",
         "encoder": "hardware", "bit_depth": "8", "crf": 28, "speed": "veryfast", "max_width": 3840,
         "max_height": 2160, "crop": "auto", "deinterlace": "off", "audio": "aac", "audio_kbps": 160,
         "channels": "stereo", "audio_tracks": "first"},
        {"VideoQSVDecode"},
    ),
    "cleaned": (
        {"container": "mkv", "subtitles": "keep", "subtitle_languages": "deu", "chapters": True, "metadata": True,
         "video": "hevc", "bit_depth": "10", "crf": 22, "speed": "slow", "tune": "grain", "max_width": 1920,
         "max_height": 1080, "crop": "10:20:30:40", "rotate": "90", "mirror": "vertical", "deinterlace": "double",
         "extra": "-x265-params strong-intra-smoothing=0:rect=0:aq-mode=1:rd=4:psy-rd=0.75:psy-rdoq=4.0:rdoq-level=1:"
         "rskip=2",
         "denoise": "light", "sharpen": "strong", "fps": 30000 / 1001, "filters": "hue=s=0", "audio": "aac",
         "audio_kbps": 160, "channels": "stereo", "audio_tracks": "all", "audio_languages": "deu,eng"},
        {"SubtitleAddForeignAudioSearch", "SubtitleBurnBDSub", "SubtitleBurnDVDSub", "PictureDenoisePreset",
         "PictureDenoiseTune", "PictureDetelecine"},
    ),
    "vp9-two-pass": (
        {"container": "webm", "subtitles": "burn", "subtitle_languages": "eng,deu", "chapters": True,
         "metadata": True, "video": "vp9", "bit_depth": "8", "rate": "bitrate", "video_kbps": 2500, "speed": "medium",
         "max_width": 1920, "max_height": 1080, "crop": "auto", "deinterlace": "auto", "audio": "opus",
         "audio_kbps": 160, "channels": "stereo", "audio_tracks": "first"},
        {"SubtitleAddForeignAudioSearch", "SubtitleBurnBehavior", "VideoTwoPass", "VideoFramerate", "VideoOptionExtra"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_what_handbrake_exported_is_taken_over_and_the_rest_is_named(name: str) -> None:
    options, left = EXPORTS[name]
    (taken,) = read_handbrake((DATA / f"{name}.json").read_bytes())
    assert taken.options == options
    assert {each.name for each in taken.left} == left
    assert decode_options(OutputChoices, taken.options)


def exported(name: str = "everyday") -> dict[str, Any]:
    """The preset itself, out of its list."""
    preset: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text())["PresetList"][0]
    return preset


def read(value: Any) -> list[Taken]:
    return read_handbrake(json.dumps(value).encode())


def test_a_preset_may_come_alone_in_a_list_in_a_file_or_in_folders() -> None:
    one, other = exported(), exported("cleaned")
    folder = {"Folder": True, "PresetName": "Mine", "ChildrenArray": [{"Folder": 1, "ChildrenArray": [other]}, one]}
    names = ["Old tapes, cleaned!", "Fast 1080p30"]
    assert [taken.name for taken in read(one)] == names[1:]
    assert [taken.name for taken in read([other, one])] == names
    assert [taken.name for taken in read({"PresetList": [folder], "VersionMajor": 50})] == names
    assert [taken.name for taken in read({"PresetBuiltin": [folder]})] == names
    assert read(one)[0].description == "H.264 video (up to 1080p30) and AAC stereo audio, in an MP4 container."


WRONG: dict[str, bytes] = {
    "nothing": b"",
    "broken": b'{"PresetList": [{"VideoEncoder": "x264"',
    "no text": b'{"PresetName": "\xff"}',
    "a number": b"7",
    "another program's": b'{"name": "holiday", "presets": []}',
    "an empty list": b'{"PresetList": []}',
    "an empty folder": b'{"PresetList": [{"Folder": true, "ChildrenArray": []}]}',
    "a list that is none": b'{"PresetList": {"a": 1}}',
    "a folder of no list": b'{"PresetList": [{"Folder": true, "ChildrenArray": 7}]}',
    "a preset that is none": b'{"PresetList": ["x264"]}',
    "a preset that says nothing": b'{"PresetList": [{"PresetName": "Mine"}]}',
    "very deep": b'{"PresetList":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep enough to read": b'{"PresetList":' + b"[" * 800 + b"]" * 800 + b"}",
    "folders without end": b'{"Folder":1,"ChildrenArray":[' * 300 + b"]}" * 300,
    "a value that is very deep": b'{"VideoEncoder":"x264","New":' + b"[" * 950 + b"]" * 950 + b"}",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_export_is_refused_with_a_sentence(wrong: str) -> None:
    try:
        taken = read_handbrake(WRONG[wrong])
    except NotHandBrake as error:
        assert str(error)[0].isupper() and str(error).endswith(".")
    else:
        # Python 3.12 and newer read deeper than 3.11.
        assert wrong == "a value that is very deep" and taken[0].left[-1].name == "New"


@pytest.mark.parametrize("value", [None, 7, -1, 1e300, 10**400, "", "x", "\u202e", True, [], [[]], [{}], {}, {"a": 1}])
def test_a_wrong_value_in_any_field_is_never_taken_for_an_option(value: Any) -> None:
    for preset in (exported("cleaned"), exported("vp9-two-pass")):
        for name in preset.keys() - {"Folder"}:
            (taken,) = read({**preset, name: value})
            msgspec.convert(taken.options, OutputChoices)
        track = preset["AudioList"][0]
        for name in track:
            (taken,) = read({**preset, "AudioList": [{**track, name: value}]})
            msgspec.convert(taken.options, OutputChoices)


WORDS = st.sampled_from(
    ["x264", "VP9", "copy", "none", "any", "custom", "bob", "strong", "cfr", "30", "angle=90:hflip=1"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
TRACKS = st.lists(st.dictionaries(st.sampled_from(sorted(exported()["AudioList"][0])), VALUES, max_size=6), max_size=3)


@given(st.dictionaries(st.sampled_from(sorted(exported())), VALUES, max_size=30), TRACKS)
def test_whatever_stands_in_a_preset_our_options_come_of_it_or_a_sentence(
    preset: dict[str, Any], tracks: list[dict[str, Any]]
) -> None:
    try:
        found = read({**preset, "AudioList": tracks})
    except NotHandBrake:
        return
    for taken in found:
        msgspec.convert(taken.options, OutputChoices)
        json.dumps([str(left) for left in taken.left]).encode()
