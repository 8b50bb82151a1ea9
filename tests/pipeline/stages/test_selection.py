"""Which streams are kept: a table of sources and what a container takes of them."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.containers import settled
from pipeline.stages.selection import Kept, Selection, selected
from tests.pipeline.stages.canned import EMPTY, SOURCES, audio, cover, source, subtitle, video


def wanting(**changes: Any) -> OutputChoices:
    """Options, with what follows from the container."""
    return settled(OutputChoices(**changes))


WEB = wanting()
REMUX = wanting(video="copy", audio="copy")
MP3 = wanting(container="mp3")
MKV = wanting(container="mkv")


def info_of(kept: Source) -> MediaInfo:
    """What is in a canned source."""
    assert kept.info is not None
    return kept.info


def chosen(kept: Source, wanted: OutputChoices) -> Selection:
    """The selection from a canned source."""
    return selected(info_of(kept), wanted)


@pytest.mark.parametrize(
    ("name", "wanted", "kept"),
    (
        ("1080p", WEB, ["0 h264", "1 aac"]),
        ("1080p", REMUX, ["0 copy", "1 copy"]),
        ("1080p", MP3, ["1 libmp3lame"]),
        ("video-only", WEB, ["0 h264"]),
        ("video-only", MP3, []),
        ("wav", WEB, ["0 aac"]),
        ("mp3-cover", WEB, ["0 aac", "1 copy"]),
        ("mp3-cover", MP3, ["0 libmp3lame", "1 copy"]),
        ("mp3-cover", MKV, ["0 aac", "1 copy"]),
        ("cover-mp4", REMUX, ["0 copy", "1 copy", "2 copy"]),
        ("cover-mp4", MP3, ["1 libmp3lame", "2 copy"]),
        ("tracks", WEB, ["0 h264", "1 aac", "2 aac", "3 mov_text"]),
        ("tracks", MKV, ["0 h264", "1 aac", "2 aac", "3 copy", "4 copy", "5 copy"]),
        (
            "tracks",
            wanting(container="mkv", attachments=False, covers=False),
            ["0 h264", "1 aac", "2 aac", "3 copy", "4 copy"],
        ),
        ("flac-cover", wanting(container="m4a", covers=False), ["0 aac"]),
        ("flac-cover", wanting(container="webm", audio="opus", video="vp9"), ["0 libopus"]),
        ("wav", wanting(container="wav"), ["0 pcm_s16le"]),
        ("tracks", MP3, ["2 libmp3lame"]),
    ),
)
def test_what_is_kept_and_how(name: str, wanted: OutputChoices, kept: list[str]) -> None:
    selection = chosen(SOURCES[name], wanted)
    assert [f"{each.stream.index} {each.encoder}" for each in selection.kept] == kept


def test_kinds_stand_in_one_order_whatever_the_source_has() -> None:
    mixed = source("mixed.mkv", cover(0), subtitle(1, "subrip"), audio(2), video(3))
    kinds = [each.kind for each in chosen(mixed, WEB).kept]
    assert kinds == ["video", "audio", "subtitle", "cover"]


def test_places_in_the_result_are_told_by_how_a_stream_is_made() -> None:
    mixed = chosen(SOURCES["cover-mp4"], wanting(video="copy"))
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
        (SOURCES["tracks"], wanting(subtitles="none"), []),
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
            source(
                "covered.mkv", video(0), cover(1), MediaStream(index=2, kind="attachment", codec="bin_data"), chapters=2
            ),
            wanting(container="webm", video="vp9", audio="opus"),
            [
                "The cover was left out: WebM has no place for it.",
                "One attached file was left out: WebM has no place for them.",
            ],
        ),
        (
            SOURCES["tracks"],
            wanting(container="wav"),
            [
                "One sound track was left out: WAV holds only one.",
                "Chapters were left out: WAV has no place for them.",
            ],
        ),
        (SOURCES["tracks"], wanting(container="wav", audio_tracks="first", chapters=False), []),
        (
            source("odd.mkv", video(0), subtitle(1, "")),
            WEB,
            ["One subtitle track was left out: MP4 has no place for an unknown codec."],
        ),
    ),
)
def test_what_is_left_out_is_said(kept: Source, wanted: OutputChoices, said: list[str]) -> None:
    assert [warning.message for warning in chosen(kept, wanted).left_out] == said


def test_subtitles_follow_what_the_container_can_hold() -> None:
    film = source("film.mkv", video(0), subtitle(1, "mov_text"), subtitle(2, "ass"), subtitle(3, "eia_608"))
    assert [each.encoder for each in chosen(film, WEB).of_kind("subtitle")] == ["copy", "mov_text"]
    assert [each.encoder for each in chosen(film, MKV).of_kind("subtitle")] == ["subrip", "copy"]


def languages_of(*spoken: str, default: int = 0) -> Source:
    """A film with a track of sound in each of these languages."""
    return source(
        "spoken.mkv",
        video(0),
        *(audio(at, language=each, is_default=at == default) for at, each in enumerate(spoken, 1)),
    )


@pytest.mark.parametrize(
    ("kept", "asked", "indexes"),
    (
        (languages_of("eng", "deu", "fre"), "", [1, 2, 3]),
        (languages_of("eng", "deu", "fre"), "deu,en", [2, 1]),
        (languages_of("eng", "ger", "fra"), "German", [2]),
        (languages_of("eng", "ger", ""), "und;de", [3, 2]),
        (languages_of("eng", "deu", "eng"), "eng", [1, 3]),
        (languages_of("eng", "jpn", default=2), "kor", [2]),
        (languages_of("", "jpn", default=2), "kor", [1]),
    ),
)
def test_sound_is_kept_in_the_languages_and_the_order_that_were_asked_for(
    kept: Source, asked: str, indexes: list[int]
) -> None:
    found = chosen(kept, wanting(audio_languages=asked))
    assert [each.stream.index for each in found.of_kind("audio")] == indexes
    assert [each.is_default for each in found.of_kind("audio")] == [
        not at if asked else None for at in range(len(indexes))
    ]


def test_sound_in_none_of_the_languages_is_said_and_some_is_kept() -> None:
    found = chosen(languages_of("eng", "jpn"), wanting(audio_languages="kor,deu"))
    assert [each.message for each in found.left_out] == ["No sound is in kor, deu; what is kept is in eng."]


def test_only_the_first_track_can_be_asked_for() -> None:
    first = wanting(audio_tracks="first")
    assert [each.stream.index for each in chosen(languages_of("eng", "deu", default=2), first).of_kind("audio")] == [2]
    german = wanting(audio_tracks="first", audio_languages="eng,deu")
    assert [each.stream.index for each in chosen(languages_of("deu", "eng"), german).of_kind("audio")] == [2]
    assert chosen(languages_of("eng", "deu"), first).left_out == ()


@pytest.mark.parametrize(
    ("sound", "changes", "encoder"),
    (
        ({}, {}, "copy"),
        ({"codec": "ac3"}, {}, "aac"),
        ({}, {"loudness": -16.0}, "aac"),
        ({}, {"channels": "stereo"}, "copy"),
        ({"channels": 6}, {"channels": "stereo"}, "aac"),
        ({}, {"sample_rate": "48000"}, "copy"),
        ({}, {"sample_rate": "44100"}, "aac"),
        ({}, {"start": "3"}, "aac"),
        ({}, {"audio_copy_fitting": False}, "aac"),
        ({"codec": "pcm_s16le"}, {"audio": "pcm", "container": "mov"}, "copy"),
        ({"codec": "pcm_s16be"}, {"audio": "pcm", "container": "wav"}, "pcm_s16le"),
    ),
)
def test_sound_that_fits_is_copied(sound: dict[str, Any], changes: dict[str, Any], encoder: str) -> None:
    film = source("film.mkv", video(0), audio(1, **sound))
    (found,) = chosen(film, wanting(**{"audio_copy_fitting": True, **changes})).of_kind("audio")
    assert found.encoder == encoder


@pytest.mark.parametrize(
    ("sound", "encoder"),
    (
        ({"codec": "flac", "bit_depth": 32}, "pcm_s24le"),
        ({"codec": "flac", "bit_depth": 16}, "pcm_s16le"),
        ({"codec": "flac"}, "pcm_s24le"),
        ({"codec": "pcm_s24le", "bit_depth": 32}, "pcm_s24le"),
        ({"codec": "aac", "bit_depth": 32}, "pcm_s16le"),
        ({"codec": "pcm_u8", "bit_depth": 8}, "pcm_s16le"),
    ),
)
def test_samples_keep_the_depth_they_have(sound: dict[str, Any], encoder: str) -> None:
    (found,) = chosen(source("sound.mka", audio(0, **sound)), wanting(container="wav")).kept
    assert found.encoder == encoder


def test_subtitles_are_filtered_too_and_none_is_no_wonder() -> None:
    film = source(
        "film.mkv", video(0), *(subtitle(at, "subrip", language=each) for at, each in ((1, "eng"), (2, "deu")))
    )
    assert [each.stream.index for each in chosen(film, wanting(subtitle_languages="de,en")).of_kind("subtitle")] == [
        2,
        1,
    ]
    none = chosen(film, wanting(subtitle_languages="kor"))
    assert (none.of_kind("subtitle"), none.left_out) == ((), ())


def test_files_beside_the_source_stand_behind_its_own_subtitles() -> None:
    film = source("film.mkv", video(0), subtitle(1, "ass"))
    beside = (Kept(subtitle(0, "subrip", language="deu"), "copy", file="beside-1.srt"),)
    found = selected(info_of(film), wanting(subtitles="convert", container="mkv"), beside)
    assert [(each.encoder, each.file) for each in found.of_kind("subtitle")] == [
        ("subrip", ""),
        ("copy", "beside-1.srt"),
    ]
    assert found.files == ("beside-1.srt",)


def test_covers_players_do_not_show_become_png() -> None:
    album = source("song.flac", audio(0, codec="flac"), cover(1, "gif"), container="flac")
    assert [each.encoder for each in chosen(album, MP3).of_kind("cover")] == ["png"]
    both = source("song.flac", audio(0, codec="flac"), cover(1, "bmp"), cover(2, "mjpeg"), container="flac")
    assert [each.stream.index for each in chosen(both, MP3).of_kind("cover")] == [2]
