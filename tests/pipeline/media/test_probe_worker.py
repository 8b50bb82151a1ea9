from __future__ import annotations

import base64
import io
import os
import sys
from pathlib import Path

import msgspec
import pytest

from pipeline.media.probe_answer import READY, Answer
from pipeline.media.probe_worker import Unfit, answer, look, serve
from pipeline.model.source import MediaInfo
from tests.support import child, damage
from tests.support.builders import Media, make
from tests.support.dynamic_hdr import dolby_vision, hdr10_plus

WORKER = [sys.executable, "-m", "pipeline.media.probe_worker"]


def request(path: Path | str | bytes) -> bytes:
    """A path as it is asked for."""
    return base64.b64encode(os.fsencode(path))


def test_one_answer_a_line_in_the_order_of_the_questions(media: Media, tmp_path: Path) -> None:
    good, bad = media.clip("mono.wav"), damage.text(tmp_path / "letter.mp4")
    questions = io.BytesIO(b"".join(request(path) + b"\n" for path in (good, bad, good)))
    answers = io.BytesIO()
    serve(questions, answers)
    ready, *lines = answers.getvalue().splitlines(keepends=True)
    assert ready == READY
    first, second, third = (msgspec.json.decode(line, type=Answer) for line in lines)
    assert first == third and first.info is not None and first.info.container == "wav"
    assert second.trouble == "not_media" and second.info is None


def test_a_request_that_is_none_is_a_mistake_of_ours() -> None:
    assert "Error" in answer(b"!").fault


def test_a_mistake_keeps_its_traceback() -> None:
    def fails(path: str) -> MediaInfo:
        raise ZeroDivisionError(path)

    assert "ZeroDivisionError: /x.mp4" in answer(request("/x.mp4"), fails).fault


def test_no_numpy_is_loaded_and_nothing_is_connected(media: Media, tmp_path: Path) -> None:
    film = media.clip("tracks.mkv")
    code = (
        "import sys; from pipeline.media.probe_worker import look\n"
        "look(sys.argv[1]); print(sorted({'numpy', 'asyncio', 'PySide6'} & set(sys.modules)))"
    )
    assert child.run([sys.executable, "-c", code, str(film)]).out.strip() == "[]"


def test_a_playlist_may_not_name_addresses(tmp_path: Path) -> None:
    playlist = tmp_path / "far.m3u8"
    playlist.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:9/segment.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(Unfit) as raised:
        look(str(playlist))
    assert raised.value.trouble == "not_media"
    assert "whitelist" in raised.value.detail.lower()


@pytest.mark.parametrize("degrees", [-90, 0, 90, 180, 270])
def test_rotation_is_anticlockwise_and_below_360(degrees: int, media: Media, tmp_path: Path) -> None:
    file = tmp_path / "turned.mp4"
    source = str(media.clip("h264_aac.mp4"))
    make(["-display_rotation", str(degrees), "-i", source, "-map", "0", "-c", "copy"], file)
    assert [stream.rotation for stream in look(str(file)).streams] == [degrees % 360, 0]


@pytest.mark.parametrize(("profile", "base"), [(5, 0), (7, 6), (8, 1), (8, 4)])
def test_dolby_vision_is_told_with_its_base(profile: int, base: int, media: Media, tmp_path: Path) -> None:
    film = look(str(dolby_vision(media, tmp_path / "dolby.mp4", profile, base))).streams[0]
    assert (film.dolby_vision, film.has_hdr10_plus, film.is_hdr) == (f"{profile}.{base}", False, True)


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "ts"])
def test_hdr10_plus_is_seen_in_the_first_picture(suffix: str, media: Media, tmp_path: Path) -> None:
    plain = look(str(media.clip("hdr10.mkv"))).video
    made = look(str(hdr10_plus(media, tmp_path / f"plus.{suffix}"))).video
    assert plain is not None and made is not None
    assert (plain.has_hdr10_plus, made.has_hdr10_plus, made.dolby_vision) == (False, True, "")


def test_a_still_picture_in_a_film_s_container_is_not_media(tmp_path: Path) -> None:
    file = tmp_path / "still.avif"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=64x64:duration=1:rate=1", "-frames:v", "1"]
    make([*picture, "-c:v", "libsvtav1", "-preset", "12"], file)
    with pytest.raises(Unfit) as raised:
        look(str(file))
    assert raised.value.trouble == "not_media"


def test_streams_of_unknown_codecs_are_listed_without_a_name(media: Media, tmp_path: Path) -> None:
    file = tmp_path / "unknown.mkv"
    content = media.clip("h264_aac.mkv").read_bytes()
    file.write_bytes(content.replace(b"V_MPEG4/ISO/AVC", b"V_ZZZZ4/ISO/AVC").replace(b"A_AAC", b"A_ZZZ"))
    assert [(each.kind, each.codec) for each in look(str(file)).streams] == [("video", ""), ("audio", "")]


def test_text_that_is_no_utf8_does_no_harm(media: Media, tmp_path: Path) -> None:
    file = tmp_path / "latin.mp3"
    song = str(media.clip("plain.mp3"))
    make(["-i", song, "-c", "copy", "-metadata", "title=XXXX", "-id3v2_version", "4"], file)
    content = file.read_bytes()
    assert b"XXXX" in content
    file.write_bytes(content.replace(b"XXXX", b"\xe9\xff\xfe\xe9"))
    assert look(str(file)).streams[0].codec == "mp3"


def test_the_same_fault_is_told_for_every_file_that_has_it(media: Media, tmp_path: Path) -> None:
    for name in ("one.mp4", "two.mp4"):
        with pytest.raises(Unfit) as raised:
            look(str(damage.cut(media.clip("moov_last.mp4"), tmp_path / name, 0.4)))
        assert raised.value.trouble == "truncated"
        assert "moov atom not found" in raised.value.detail


def test_damage_never_ends_the_worker(media: Media, tmp_path: Path) -> None:
    for number in range(60):
        clip = media.clip(("h264_aac.mp4", "tracks.mkv", "mpeg2_mp2.ts", "plain.mp3", "vorbis.ogg")[number % 5])
        file = damage.noise_block(clip, tmp_path / f"{number}{clip.suffix}", at=number / 70, share=0.1, seed=number)
        said = answer(request(file))
        assert said.fault == "" and (said.info is None) != (said.trouble is None)


def test_it_ends_when_there_are_no_more_questions() -> None:
    ended = child.run(WORKER)
    assert (ended.code, ended.out.encode()) == (0, READY)


@pytest.mark.parametrize(("options", "bits"), (("pcm_s16le", 16), ("pcm_s24le", 32), ("pcm_mulaw", 16)))
def test_sound_has_the_depth_it_is_decoded_to(options: str, bits: int, media: Media, tmp_path: Path) -> None:
    file = make(["-i", str(media.clip("mono.wav")), "-c:a", options], tmp_path / "sound.wav")
    sound = look(str(file)).audio
    assert sound is not None
    assert sound.bit_depth == bits


def test_a_track_of_an_mp4_has_its_title_and_an_attached_file_its_kind(media: Media, tmp_path: Path) -> None:
    titled = ["-i", str(media.clip("aac.m4a")), "-c", "copy", "-metadata:s:a:0", "title=Comments"]
    assert look(str(make(titled, tmp_path / "titled.mp4"))).streams[0].title == "Comments"
    (tmp_path / "font.ttf").write_bytes(b"\0\1\0\0" * 20)
    with_font = ["-i", str(media.clip("aac.m4a")), "-c", "copy", "-attach", str(tmp_path / "font.ttf")]
    attached = make([*with_font, "-metadata:s:t:0", "mimetype=font/ttf"], tmp_path / "attached.mkv")
    assert [each.codec for each in look(str(attached)).of_kind("attachment")] == ["font/ttf"]


def test_tags_of_a_phone_are_known_and_when_it_filmed(media: Media, tmp_path: Path) -> None:
    said = ["-metadata", "com.apple.quicktime.make=Maker", "-metadata", "creation_time=2024-05-01T08:00:00Z"]
    words = ["-i", str(media.clip("video_only.mp4")), "-c", "copy", "-movflags", "use_metadata_tags", *said]
    info = look(str(make(words, tmp_path / "phone.mov")))
    assert info.has_keyed_tags
    assert info.created.startswith("2024-05-01T08:00:00")
    assert not look(str(media.clip("video_only.mp4"))).has_keyed_tags
