from __future__ import annotations

from typing import Any

import pytest

from pipeline.engine.handbrake.besides import besides
from pipeline.engine.handbrake.fields import Fields

PLAIN: dict[str, Any] = {"subtitles": "none", "chapters": True, "metadata": True}
ALL = {"SubtitleTrackSelectionBehavior": "all"}

TAKEN: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "MP4": ({"FileFormat": "av_mp4"}, {"container": "mp4"}, []),
    "MKV": ({"FileFormat": "av_mkv"}, {"container": "mkv"}, []),
    "WebM": ({"FileFormat": "av_webm"}, {"container": "webm"}, []),
    "MP4 as of old": ({"FileFormat": "MP4 file"}, {"container": "mp4"}, []),
    "another": ({"FileFormat": "ogm"}, {}, ["FileFormat"]),
    "no chapters or tags": (
        {"ChapterMarkers": False, "MetadataPassthrough": False}, {"chapters": False, "metadata": False}, [],
    ),
    "no subtitles, whatever is burnt": (
        {"SubtitleTrackSelectionBehavior": "none", "SubtitleBurnBehavior": "foreign", "SubtitleBurnDVDSub": True,
         "SubtitleLanguageList": ["eng"]}, {}, [],
    ),
    "foreign dialogue": ({"SubtitleAddForeignAudioSearch": True}, {}, ["SubtitleAddForeignAudioSearch"]),
    "all subtitles": (ALL, {"subtitles": "keep"}, []),
    "subtitles in a language": (
        {**ALL, "SubtitleLanguageList": ["deu"]}, {"subtitles": "keep", "subtitle_languages": "deu"}, [],
    ),
    "the first subtitle": (
        {"SubtitleTrackSelectionBehavior": "first"}, {"subtitles": "keep"}, ["SubtitleTrackSelectionBehavior"],
    ),
    "drawn subtitles burnt": ({**ALL, "SubtitleBurnBDSub": True}, {"subtitles": "keep"}, ["SubtitleBurnBDSub"]),
    "burnt": (
        {"SubtitleTrackSelectionBehavior": "first", "SubtitleBurnBehavior": "first", "SubtitleBurnBDSub": True},
        {"subtitles": "burn"}, ["SubtitleBurnBehavior"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("said", TAKEN)
def test_what_goes_with_pictures_and_sound_is_taken_over(said: str) -> None:
    values, options, left = TAKEN[said]
    fields = Fields(values)
    besides(fields)
    assert fields.options == {**PLAIN, **options}
    assert [each.name for each in fields.left] == left
