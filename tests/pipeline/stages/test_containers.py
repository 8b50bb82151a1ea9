from __future__ import annotations

from typing import Any, get_args

import pytest

from pipeline.model.problem import PipelineError
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.choices.video import Container
from pipeline.stages.containers import CONTAINERS, container_of, refuse_impossible, settled


def chosen(**choices: Any) -> OutputChoices:
    """Choices as a recipe takes them: settled."""
    return settled(OutputChoices(**choices))


def test_there_is_a_container_for_every_choice() -> None:
    assert set(CONTAINERS) == set(get_args(Container))
    assert all(container_of(OutputChoices(container=name)).suffix == name for name in get_args(Container))


FIT: list[tuple[str, str, str]] = [
    *(("mp4", codec, "aac") for codec in ("h264", "hevc", "av1", "vp9")),
    *(("mkv", codec, "opus") for codec in ("h264", "hevc", "av1", "vp9", "prores", "dnxhr")),
    *(("mov", codec, "pcm") for codec in ("h264", "hevc", "prores", "dnxhr")),
    *(("webm", codec, "opus") for codec in ("av1", "vp9")),
    *(("mp4", "h264", codec) for codec in ("opus", "mp3", "flac", "copy", "none")),
    *(("mkv", "h264", codec) for codec in ("flac", "pcm")),
    ("mov", "copy", "mp3"),
    ("gif", "h264", "aac"),
    ("webp", "h264", "aac"),
    ("jpg", "h264", "aac"),
    ("wav", "h264", "aac"),
]


@pytest.mark.parametrize(("container", "video", "audio"), FIT)
def test_what_goes_together_is_taken(container: Any, video: Any, audio: Any) -> None:
    refuse_impossible(chosen(container=container, video=video, audio=audio))


@pytest.mark.parametrize(
    ("choices", "option", "why"),
    [
        ({"container": "mp4", "video": "prores"}, "video",
         "MP4 does not hold ProRes; MOV or MKV would: change “container” or “video”."),
        ({"container": "mp4", "video": "dnxhr"}, "video", "MP4 does not hold DNxHR; MOV or MKV would"),
        ({"container": "mov", "video": "av1"}, "video", "MOV does not hold AV1; MP4, MKV or WebM would"),
        ({"container": "webm", "video": "h264"}, "video", "WebM does not hold H.264; MP4, MOV or MKV would"),
        ({"container": "mkv", "video": "gif"}, "video", "MKV does not hold GIF; GIF would"),
        ({"container": "mp4", "video": "sheet"}, "video", "MP4 does not hold Contact sheet; JPEG would"),
        ({"container": "mp4", "audio": "pcm"}, "audio", "MP4 does not hold PCM (as in WAV); MOV, MKV or WAV would"),
        ({"container": "mov", "audio": "opus"}, "audio", "MOV does not hold Opus; MP4, MKV, WebM or Opus would"),
        ({"container": "mov", "audio": "flac"}, "audio", "MOV does not hold FLAC; MP4, MKV or FLAC would"),
        ({"container": "webm", "video": "vp9", "audio": "mp3"}, "audio", "WebM does not hold MP3"),
        ({"crf": 52}, "crf", "For H.264 it is from 0 to 51, and it was given 52; 21 is usual"),
        ({"video": "hevc", "crf": 63}, "crf", "For HEVC it is from 0 to 51"),
        ({"video": "hevc", "tune": "film"}, "tune", "HEVC knows animation or grain; choose none"),
        ({"video": "av1", "tune": "grain"}, "tune", "AV1 is not tuned; H.264 and HEVC are; choose none"),
        ({"container": "mov", "video": "prores", "rate": "size"}, "rate", "ProRes has the quality of its kind"),
        ({"container": "gif", "rate": "vmaf"}, "rate", "GIF has the quality of its kind or profile"),
    ],
)  # fmt: skip
def test_what_does_not_is_refused_with_what_would_do(choices: dict[str, Any], option: str, why: str) -> None:
    with pytest.raises(PipelineError) as refused:
        refuse_impossible(chosen(**choices))
    assert refused.value.problem.code == "bad_option"
    assert f"“{option}”" in refused.value.problem.message
    assert why in refused.value.problem.why


@pytest.mark.parametrize(
    "choices",
    [
        {"video": "av1", "crf": 63}, {"container": "mov", "video": "prores", "crf": 63}, {"video": "copy", "crf": 63},
        {"container": "mp3", "crf": 63}, {"rate": "bitrate", "crf": 63}, {"video": "hevc", "tune": "grain"},
    ],
)  # fmt: skip
def test_a_number_nobody_uses_is_no_mistake(choices: dict[str, Any]) -> None:
    refuse_impossible(chosen(**choices))


@pytest.mark.parametrize(
    ("choices", "settled_as"),
    [
        ({"container": "mp4"}, {"video": "h264", "audio": "aac"}),
        ({"container": "webm", "video": "vp9"}, {"audio": "opus"}),
        ({"container": "mp3"}, {"video": "none", "audio": "mp3"}),
        ({"container": "wav", "audio": "copy"}, {"video": "none", "audio": "copy"}),
        ({"container": "gif"}, {"video": "gif", "audio": "none", "subtitles": "none", "max_fps": 50.0}),
        ({"container": "gif", "fps": 12.0, "subtitles": "burn"}, {"fps": 12.0, "subtitles": "burn"}),
        ({"container": "gif", "fps": 60.0, "max_fps": 30.0}, {"fps": 50.0, "max_fps": 30.0}),
        ({"container": "webp", "fps": 60.0}, {"video": "webp", "fps": 60.0, "max_fps": 0.0}),
        ({"container": "jpg", "fps": 25.0, "max_fps": 5.0}, {"video": "sheet", "fps": 0.0, "max_fps": 0.0}),
        ({"container": "jpg"}, {"max_width": 480, "max_height": 0}),
        ({"container": "jpg", "max_width": 320}, {"max_width": 320}),
        ({"container": "jpg", "max_height": 200}, {"max_width": 0, "max_height": 200}),
        ({"container": "jpg", "max_width": 8000, "sheet_columns": 20}, {"max_width": 1600}),
    ],
)
def test_what_follows_from_a_container_is_settled(choices: dict[str, Any], settled_as: dict[str, Any]) -> None:
    made = chosen(**choices)
    assert {name: getattr(made, name) for name in settled_as} == settled_as


def test_settling_again_changes_nothing() -> None:
    for name in get_args(Container):
        made = chosen(container=name, fps=60.0, max_width=4000)
        assert settled(made) == made
