"""Converts real files with a real engine: every kind of clip with every preset, and each trap on its own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.model.job import Job
from pipeline.model.state import State
from tests.pipeline.recipes.clips import CLIPS as TRAPS
from tests.pipeline.recipes.clips import DAMAGED, clip, renamed
from tests.pipeline.recipes.support import Made, boxes, converted, ended, frames, held, starts_s, tags
from tests.support import audit, builders, child
from tests.support.builders import Media
from tests.support.engine import Engine, opened
from tests.support.names import ODD_NAMES, can_be_named

pytestmark = pytest.mark.slow

WEB, REMUX, MP3 = "web-1080p", "remux-mp4", "audio-mp3"
GOOD = tuple(name for name in (*builders.CLIPS, *TRAPS) if name != "picture.jpg")
SILENT = (
    "av1.mkv", "high10.mp4", "full_range.mp4", "video_only.mp4", "raw.h264", "live.webm", "animation.gif",
    "one picture in 5 s.mp4", "last picture long.gif", "reordered.avi", "reordered.h264", "tall.mp4",
    "tagged bt709.mp4", "untagged hdr.mkv", "fast bursts.mkv",
    "interlaced and silent about it.avi",
)  # fmt: skip

# What a preset refuses, and why.
REFUSED: dict[tuple[str, str], str] = {
    **{(MP3, name): "no_stream" for name in SILENT},
    (MP3, "sound without anything.mkv"): "no_stream",
    (REMUX, "odd_321x181.mkv"): "codec_not_for_container",
    (REMUX, "truly odd.mkv"): "codec_not_for_container",
    (REMUX, "animation.gif"): "codec_not_for_container",
    (REMUX, "last picture long.gif"): "codec_not_for_container",
    (REMUX, "interlaced and silent about it.avi"): "codec_not_for_container",
    (REMUX, "mono.wav"): "codec_not_for_container",
    (REMUX, "vorbis.ogg"): "codec_not_for_container",
    (REMUX, "tagged.ogg"): "codec_not_for_container",
    (REMUX, "raw.h264"): "no_times",
    (REMUX, "reordered.h264"): "no_times",
    (REMUX, "reordered.avi"): "no_times",
}
# What a good file is warned about.
WARNED: dict[tuple[str, str], tuple[str, ...]] = {
    (WEB, "everything.mkv"): ("subtitles_left_out",),
    (WEB, "hdr10.mkv"): ("hdr_to_sdr",),
    (WEB, "untagged hdr.mkv"): ("hdr_to_sdr",),
    (REMUX, "everything.mkv"): ("subtitles_left_out",),
    (MP3, "tracks.mkv"): ("tracks_left_out",),
    (WEB, "sound without anything.mkv"): ("tracks_left_out",),
    (REMUX, "sound without anything.mkv"): ("tracks_left_out",),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with opened(tmp_path_factory.mktemp("convert"), jobs_at_once=2) as engine:
        yield engine


@pytest.fixture(scope="module")
def all_made(engine: Engine, media: Media) -> dict[tuple[str, str], Made]:
    jobs: dict[tuple[str, str], Job] = {}
    for preset in (WEB, REMUX, MP3):
        sets: dict[str, Any] = {"speed": "ultrafast"} if preset == WEB else {}
        names = (*GOOD, *DAMAGED)
        files = (clip(media, name) for name in names)
        jobs.update(zip([(preset, name) for name in names], engine.add(*files, preset=preset, **sets), strict=True))
    return {key: ended(engine, job) for key, job in jobs.items()}


@pytest.mark.parametrize("preset", (WEB, REMUX, MP3))
@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_ends_as_it_should(name: str, preset: str, all_made: dict[tuple[str, str], Made]) -> None:
    made = all_made[preset, name]
    if code := REFUSED.get((preset, name)):
        assert made.job.problem is not None
        assert made.job.problem.code == code
        assert made.job.artifacts == ()
        return
    assert made.job.state is State.COMPLETED, made.job.problem
    assert tuple(made.warnings) == WARNED.get((preset, name), ()), made.job.warnings
    assert audit.faults_of_results([made.job]) == []


@pytest.mark.parametrize("name", GOOD)
def test_no_picture_is_lost_or_added(name: str, all_made: dict[tuple[str, str], Made], media: Media) -> None:
    made = all_made[WEB, name]
    there = [each.packets for each in held(clip(media, name)) if each.kind == "video"]
    assert [each.packets for each in held(made.file) if each.kind == "video"] == there


@pytest.mark.parametrize("name", [name for name in GOOD if (WEB, name) not in REFUSED])
def test_a_web_video_plays_everywhere(name: str, all_made: dict[tuple[str, str], Made]) -> None:
    made = all_made[WEB, name]
    if made.source.video is not None:
        video = made.video
        assert (video.codec, video.pixel_format, video.colour_range) == ("h264", "yuv420p", "tv")
        assert (video.rotation, video.sample_aspect) in ((0, ""), (0, "1:1"))
        assert video.width % 2 == video.height % 2 == 0
        assert all((video.colour_primaries, video.colour_transfer, video.colour_space))
        assert not video.is_hdr
    assert {each.codec for each in made.result.of_kind("audio")} <= {"aac"}


SIZES = {
    "rotated.mp4": (180, 320),
    "anamorphic.mp4": (512, 288),
    "truly odd.mkv": (322, 182),
    "h264_aac.mp4": (320, 180),
    "tall.mp4": (180, 320),
}


@pytest.mark.parametrize("name", SIZES)
def test_a_picture_is_upright_square_even_and_never_larger(name: str, all_made: dict[tuple[str, str], Made]) -> None:
    video = all_made[WEB, name].video
    assert (video.width, video.height) == SIZES[name]


def test_the_shorter_side_is_what_is_limited(engine: Engine, media: Media) -> None:
    lying = converted(engine, clip(media, "h264_aac.mp4"), max_height=90).video
    standing = converted(engine, clip(media, "rotated.mp4"), max_height=90).video
    assert (lying.width, lying.height) == (160, 90)
    assert (standing.width, standing.height) == (90, 160)


def test_a_copied_picture_keeps_its_rotation(all_made: dict[tuple[str, str], Made]) -> None:
    assert all_made[REMUX, "rotated.mp4"].video.rotation == 90


@pytest.mark.parametrize("name", ("hdr10.mkv", "untagged hdr.mkv"))
def test_hdr_becomes_sdr_in_every_respect(name: str, all_made: dict[tuple[str, str], Made]) -> None:
    made = all_made[WEB, name]
    video = made.video
    assert (video.colour_primaries, video.colour_transfer, video.colour_space) == ("bt709", "bt709", "bt709")
    assert "Mastering" not in frames(made.file)
    assert "Content Light" not in frames(made.file)


def test_hdr_that_is_copied_stays_hdr(all_made: dict[tuple[str, str], Made]) -> None:
    assert all_made[REMUX, "hdr10.mkv"].video.is_hdr


def test_colours_are_said_to_be_what_they_are(all_made: dict[tuple[str, str], Made]) -> None:
    assert all_made[WEB, "tagged bt709.mp4"].video.colour_space == "bt709"
    assert all_made[WEB, "h264_aac.mp4"].video.colour_space == "smpte170m"


def test_full_range_becomes_limited_and_is_no_mere_change_of_the_tag(
    all_made: dict[tuple[str, str], Made], media: Media
) -> None:
    def mean(file: Path) -> int:
        luma = re.search(r"mean:\[(\d+)", frames(file))
        assert luma is not None
        return int(luma[1])

    before, after = mean(clip(media, "full_range.mp4")), mean(all_made[WEB, "full_range.mp4"].file)
    assert abs(after - (16 + before * 219 / 255)) <= 2


@pytest.mark.parametrize(("name", "order"), (("interlaced.ts", "tt"), ("interlaced and silent about it.avi", "")))
def test_flagged_pictures_are_deinterlaced(name: str, order: str, all_made: dict[tuple[str, str], Made]) -> None:
    made = all_made[WEB, name]
    assert made.source.video is not None
    assert made.source.video.field_order == order
    assert made.video.field_order == "progressive"
    assert " i:P" in frames(made.file)
    assert not re.search(" i:[TB]", frames(made.file))


@pytest.mark.parametrize("name", ("vfr.mp4", "fast bursts.mkv", "last picture long.gif"))
def test_every_picture_of_a_varying_rate_comes_at_its_time(
    name: str, all_made: dict[tuple[str, str], Made], media: Media
) -> None:
    def times_s(file: Path) -> list[float]:
        return [float(at) for at in re.findall(r"pts_time:([\d.]+)", frames(file))]

    before, after = times_s(clip(media, name)), times_s(all_made[WEB, name].file)
    assert after == pytest.approx(before, abs=0.002)


@pytest.mark.parametrize("preset", (WEB, REMUX))
@pytest.mark.parametrize(
    "name", ("picture later.mp4", "sound later.mp4", "h264_aac.mp4", "h264_aac.mkv", "transport.ts")
)
def test_picture_and_sound_stay_as_far_apart_as_they_were(
    name: str, preset: str, all_made: dict[tuple[str, str], Made], media: Media
) -> None:
    def offset_s(file: Path) -> float:
        picture, sound = (starts_s(file, kind) for kind in ("v", "a"))
        return picture - sound

    assert offset_s(all_made[preset, name].file) == pytest.approx(offset_s(clip(media, name)), abs=0.005)


@pytest.mark.parametrize("preset", (WEB, MP3))
def test_a_hole_in_the_sound_becomes_silence(preset: str, all_made: dict[tuple[str, str], Made]) -> None:
    file = all_made[preset, "sound with a hole.mkv"].file
    words = (
        "-hide_banner",
        "-i",
        f"file:{file}",
        "-map",
        "0:a",
        "-af",
        "silencedetect=noise=-40dB:d=0.3",
        "-f",
        "null",
    )
    said = child.run([builders.ffmpeg(), *words, "-"]).err
    hole = [float(at) for at in re.findall(r"silence_(?:start|end): ([\d.]+)", said)]
    assert hole == pytest.approx([0.6, 1.2], abs=0.06)


def test_sound_alone_keeps_the_time_of_its_film(all_made: dict[tuple[str, str], Made]) -> None:
    assert all_made[MP3, "sound later.mp4"].result.duration_s == pytest.approx(2.5, abs=0.05)


@pytest.mark.parametrize("preset", (WEB, REMUX))
def test_tracks_languages_chapters_and_subtitles_are_kept(preset: str, all_made: dict[tuple[str, str], Made]) -> None:
    made = all_made[preset, "tracks.mkv"]
    assert [each.language for each in made.result.of_kind("audio")] == ["eng", "deu"]
    subtitles = made.result.of_kind("subtitle")
    assert [(each.codec, each.language) for each in subtitles] == [("mov_text", "eng"), ("mov_text", "deu")]
    assert made.result.chapters == 2
    assert "title=A film with chapters" in tags(made.file)
    assert "title=Second" in tags(made.file)


@pytest.mark.parametrize("preset", (WEB, REMUX))
def test_subtitles_that_are_pictures_are_left_out_with_a_warning_and_fonts_without(
    preset: str, all_made: dict[tuple[str, str], Made]
) -> None:
    made = all_made[preset, "everything.mkv"]
    assert [each.kind for each in made.result.streams] == ["video", "audio", "subtitle"]
    (warning,) = made.job.warnings
    assert warning.message == "One subtitle track was left out: MP4 has no place for hdmv_pgs_subtitle."


@pytest.mark.parametrize(
    ("preset", "name"),
    ((WEB, "cover.mp4"), (REMUX, "cover.mp4"), (MP3, "cover.mp4"), (MP3, "cover.mp3"), (WEB, "cover.mp3")),
)
def test_a_cover_is_kept_as_it_was(preset: str, name: str, all_made: dict[tuple[str, str], Made], media: Media) -> None:
    (here,) = (each for each in held(all_made[preset, name].file) if each.kind == "cover")
    (there,) = (each for each in held(clip(media, name)) if each.kind == "cover")
    assert (here.codec, here.packets, here.bytes) == ("mjpeg", 1, there.bytes)
    assert "title=Covered" in tags(all_made[preset, name].file)


@pytest.mark.parametrize("preset", (WEB, REMUX, MP3))
def test_chapters_and_a_cover_get_on_with_each_other(preset: str, all_made: dict[tuple[str, str], Made]) -> None:
    made = all_made[preset, "chapters and cover.mp4"]
    assert made.result.chapters == 2
    assert len(made.result.of_kind("cover")) == 1


def test_tags_are_found_where_ogg_has_them(all_made: dict[tuple[str, str], Made]) -> None:
    for preset in (WEB, MP3):
        said = tags(all_made[preset, "tagged.ogg"].file)
        assert "title=Dawn" in said
        assert "artist=Somebody" in said


def test_more_channels_than_mp3_has_become_two(all_made: dict[tuple[str, str], Made]) -> None:
    (sound,) = all_made[MP3, "surround.mka"].result.of_kind("audio")
    assert (sound.channels, sound.bit_rate) == (2, 192_000)


def test_mp3_takes_the_track_that_is_marked(all_made: dict[tuple[str, str], Made]) -> None:
    made = all_made[MP3, "tracks.mkv"]
    assert len(made.result.of_kind("audio")) == 1
    assert made.job.warnings[0].message == "One sound track was left out: MP3 holds only one."


@pytest.mark.parametrize("preset", (WEB, REMUX))
def test_the_index_of_an_mp4_stands_first(preset: str, all_made: dict[tuple[str, str], Made]) -> None:
    for name in GOOD:
        made = all_made[preset, name]
        if made.job.artifacts:
            found = boxes(made.file)
            assert found.index(b"moov") < found.index(b"mdat")
            assert b"moof" not in found


def test_hevc_has_the_tag_that_all_players_take(
    all_made: dict[tuple[str, str], Made], engine: Engine, media: Media
) -> None:
    copied = all_made[REMUX, "hevc.mkv"]
    encoded = converted(engine, clip(media, "video_only.mp4"), video="hevc")
    covered = converted(engine, clip(media, "cover.mp4"), video="hevc")
    for made in (copied, encoded, covered):
        assert made.video.codec == "hevc"
        content = made.file.read_bytes()
        assert b"hvc1" in content
        assert b"hev1" not in content
    assert len(covered.result.of_kind("cover")) == 1


@pytest.mark.parametrize(
    "sets",
    (
        {"container": "mkv"},
        {"container": "mkv", "video": "copy", "audio": "copy"},
        {"container": "m4a"},
        {"video": "copy"},
        {"audio": "copy"},
        {"video": "none"},
        {"audio": "none"},
        {"audio": "mp3"},
        {"subtitles": False},
        {"container": "m4a", "audio": "copy"},
    ),
    ids=lambda sets: ", ".join(f"{name} {value}" for name, value in sets.items()),
)
def test_every_option_leads_to_a_result(sets: dict[str, Any], engine: Engine, media: Media) -> None:
    made = converted(engine, clip(media, "tracks.mkv"), **sets)
    assert audit.faults_of_results([made.job]) == []
    assert made.job.warnings == ()
    assert (made.result.video is None) == (sets.get("video") == "none" or sets.get("container") == "m4a")
    assert (made.result.audio is None) == (sets.get("audio") == "none")


@pytest.mark.parametrize("kind", ("not utf-8", "newline", "percent", "unicode"))
@pytest.mark.parametrize("preset", (WEB, REMUX, MP3))
def test_an_odd_name_is_no_trouble(kind: str, preset: str, engine: Engine, media: Media, tmp_path: Path) -> None:
    if not can_be_named(tmp_path, ODD_NAMES[kind]):
        pytest.skip("this file system does not take the name")
    file = renamed(media, "cover.mp4", os.path.join(os.fsencode(tmp_path), ODD_NAMES[kind]))
    made = converted(engine, file, preset=preset, **({} if preset == WEB else {"speed": "medium"}))
    assert os.path.basename(made.job.artifacts[0].path).startswith(os.path.splitext(ODD_NAMES[kind])[0])


# Where each damaged clip is warned about, with which preset; None where nothing can be heard of it without decoding.
WHERE_S: dict[str, tuple[str, float]] = {
    "cut.mp4": ("source_cut_off", 6.0),
    "cut.mkv": ("source_cut_off", 1.1),
    "cut.mp3": ("source_cut_off", 1.2),
    "cut.flac": ("source_cut_off", 0.75),
    "cut.avi": ("source_damaged", 0.9),
    "zeros.mp4": ("source_damaged", 5.0),
    "many zeros.mp4": ("source_damaged", 5.0),
    "noise.mp4": ("source_damaged", 3.0),
    "zeros.ts": ("source_damaged", 0.9),
    "zeros.flac": ("source_damaged", 0.75),
    "beginning lost.ts": ("source_damaged", 0.0),
}


@pytest.mark.parametrize("preset", (WEB, REMUX))
@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_source_is_told_once_and_where(name: str, preset: str, all_made: dict[tuple[str, str], Made]) -> None:
    made = all_made[preset, name]
    if (preset, name) == (REMUX, "zeros.flac"):
        pytest.skip("what is copied is not decoded, and its packets are whole")
    assert made.job.state is State.COMPLETED, made.job.problem
    code, at_s = WHERE_S[name]
    (warning,) = made.job.warnings
    assert warning.code == code
    assert warning.at_s == pytest.approx(at_s, abs=0.2)
    assert (f"{warning.at_s:.1f} s") in warning.message
