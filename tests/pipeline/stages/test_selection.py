"""Which streams are kept: a table of sources and what a container takes of them."""

from __future__ import annotations

import pytest

from pipeline.model.source import MediaInfo, Source
from pipeline.stages.selection import Selection, Wanted, selected
from tests.pipeline.stages.canned import EMPTY, SOURCES, audio, cover, source, subtitle, video

WEB = Wanted("mp4", "h264", "aac")
REMUX = Wanted("mp4", "copy", "copy")
MP3 = Wanted("mp3", "none", "mp3")
MKV = Wanted("mkv", "h264", "aac")


def info_of(kept: Source) -> MediaInfo:
    """What is in a canned source."""
    assert kept.info is not None
    return kept.info


def chosen(kept: Source, wanted: Wanted) -> Selection:
    """The selection from a canned source."""
    return selected(info_of(kept), wanted)


@pytest.mark.parametrize(
    ("name", "wanted", "kept"),
    (
        ("1080p", WEB, ["0 libx264", "1 aac"]),
        ("1080p", REMUX, ["0 copy", "1 copy"]),
        ("1080p", MP3, ["1 libmp3lame"]),
        ("video-only", WEB, ["0 libx264"]),
        ("video-only", MP3, []),
        ("wav", WEB, ["0 aac"]),
        ("mp3-cover", WEB, ["0 aac", "1 copy"]),
        ("mp3-cover", MP3, ["0 libmp3lame", "1 copy"]),
        ("mp3-cover", MKV, ["0 aac"]),
        ("cover-mp4", REMUX, ["0 copy", "1 copy", "2 copy"]),
        ("cover-mp4", MP3, ["1 libmp3lame", "2 copy"]),
        ("tracks", WEB, ["0 libx264", "1 aac", "2 aac", "3 mov_text"]),
        ("tracks", MKV, ["0 libx264", "1 aac", "2 aac", "3 copy", "4 copy"]),
        ("tracks", MP3, ["2 libmp3lame"]),
    ),
)
def test_what_is_kept_and_how(name: str, wanted: Wanted, kept: list[str]) -> None:
    selection = chosen(SOURCES[name], wanted)
    assert [f"{each.stream.index} {each.encoder}" for each in selection.kept] == kept


def test_kinds_stand_in_one_order_whatever_the_source_has() -> None:
    mixed = source("mixed.mkv", cover(0), subtitle(1, "subrip"), audio(2), video(3))
    kinds = [each.kind for each in chosen(mixed, WEB).kept]
    assert kinds == ["video", "audio", "subtitle", "cover"]


def test_places_in_the_result_are_told_by_how_a_stream_is_made() -> None:
    mixed = chosen(SOURCES["cover-mp4"], Wanted("mp4", "copy", "aac"))
    assert [at for at, _ in mixed.copied] == [0]
    assert [at for at, _ in mixed.encoded] == [1]
    assert [each.kind for each in mixed.without_covers().kept] == ["video", "audio"]


def test_a_source_with_nothing_to_keep_leaves_an_empty_selection() -> None:
    assert chosen(EMPTY, WEB).is_empty
    assert chosen(SOURCES["video-only"], MP3).is_empty
    assert chosen(source("art.mp3", cover(0)), MP3).is_empty


@pytest.mark.parametrize(
    ("kept", "wanted", "said"),
    (
        (SOURCES["1080p"], WEB, []),
        (SOURCES["tracks"], WEB, ["One subtitle track was left out: MP4 has no place for hdmv_pgs_subtitle."]),
        (SOURCES["tracks"], MKV, []),
        (SOURCES["tracks"], Wanted("mp4", "h264", "aac", subtitles=False), []),
        (SOURCES["tracks"], MP3, ["One sound track was left out: MP3 holds only one."]),
        (
            source("disc.mkv", video(0), *(subtitle(at, "dvd_subtitle") for at in (1, 2, 3))),
            WEB,
            ["3 subtitle tracks were left out: MP4 has no place for dvd_subtitle."],
        ),
        (
            source("two.mkv", video(0), video(1)),
            WEB,
            ["One picture track was left out: only the first is kept."],
        ),
        (
            source("odd.mkv", video(0), subtitle(1, "")),
            WEB,
            ["One subtitle track was left out: MP4 has no place for an unknown codec."],
        ),
    ),
)
def test_what_is_left_out_is_said(kept: Source, wanted: Wanted, said: list[str]) -> None:
    assert [warning.message for warning in chosen(kept, wanted).left_out] == said


def test_subtitles_follow_what_the_container_can_hold() -> None:
    film = source("film.mkv", video(0), subtitle(1, "mov_text"), subtitle(2, "ass"), subtitle(3, "eia_608"))
    assert [each.encoder for each in chosen(film, WEB).of_kind("subtitle")] == ["copy", "mov_text"]
    assert [each.encoder for each in chosen(film, MKV).of_kind("subtitle")] == ["subrip", "copy"]
