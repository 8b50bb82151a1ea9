"""Converts what goes with pictures and sound: subtitles, covers, attachments, tags and chapters, with a real engine."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.model.state import State
from pipeline.stages.languages import code_of
from tests.pipeline.recipes.clips import clip
from tests.pipeline.recipes.support import Made, converted, ended, held, tags
from tests.support import builders, child
from tests.support.builders import Media, make
from tests.support.engine import Engine, opened

pytestmark = pytest.mark.slow

_BLACK = f"-f lavfi -i color=black:size=320x180:rate=25:duration=2 {builders._X264}"
CLIPS: dict[str, str] = {
    "black.mp4": _BLACK,
    "tagged chapters.mp4": (
        "-i @tracks.mkv -map 0 -c:v copy -c:a copy -c:s mov_text -metadata creation_time=2024-05-01T08:00:00Z "
        "-metadata location=+48.1000+011.5000/ -metadata artist=Somebody -metadata:s:a:0 title=Comments"
    ),
    "phone.mov": (
        "-i @h264_aac.mp4 -c copy -movflags use_metadata_tags -metadata com.apple.quicktime.make=Maker "
        "-metadata com.apple.quicktime.location.ISO6709=+48.1000+011.5000/ "
        "-metadata creation_time=2024-05-01T08:00:00Z"
    ),
    "fonts and cover.mkv": (
        "-i @h264_aac.mp4 -i @lines.srt -map 0 -map 1 -c copy -attach @font.ttf "
        "-metadata:s:t:0 mimetype=application/x-truetype-font -attach @picture.jpg "
        "-metadata:s:t:1 mimetype=image/jpeg -metadata:s:t:1 filename=cover.jpg -metadata title=Everything"
    ),
}
_LINE = "1\n00:00:00,200 --> 00:00:01,800\n{}\n"
_STYLED = (
    "[Script Info]\nScriptType: v4.00+\nPlayResX: 320\nPlayResY: 180\n\n[V4+ Styles]\nFormat: Name, Fontname, "
    "Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, "
    "ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n"
    "Style: Default,Arial,40,&H0000FFFF,&H00FFFFFF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,1,0,8,10,10,10,1\n\n"
    "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:00.20,0:00:01.80,Default,,0,0,0,,HIGH UP\n"
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, media: Media) -> Iterator[Engine]:
    with opened(tmp_path_factory.mktemp("besides"), jobs_at_once=2) as engine:
        # Its workers are children that live on; they are started before any test is watched for children it leaves.
        for job in engine.add(*(clip(media, name) for name in ("mono.wav", "stereo.flac", "aac.m4a")), container="m4a"):
            ended(engine, job)
        yield engine


def besides(media: Media, name: str) -> Path:
    """One clip of this table, or of the others."""
    if name not in CLIPS:
        return clip(media, name)
    file = media.folder / name
    if file.exists():
        return file
    words = shlex.split(CLIPS[name])
    return make([str(clip(media, word[1:])) if word.startswith("@") else word for word in words], file)


def film(media: Media, folder: Path, **beside: str | bytes) -> Path:
    """A black film with files beside it, named by their suffixes: `de_srt` is `film.de.srt`."""
    folder.mkdir(exist_ok=True)
    file = folder / "film.mp4"
    shutil.copyfile(besides(media, "black.mp4"), file)
    for name, content in beside.items():
        written = content if isinstance(content, bytes) else content.encode()
        (folder / f"film.{name.replace('_', '.')}").write_bytes(written)
    return file


def bitmaps() -> bytes:
    """Subtitles as a Blu-ray has them: a white box of 160x40 low on a canvas of 640x360, from 0.2 to 1.8 s."""

    def segment(at_s: float, kind: int, body: bytes = b"") -> bytes:
        return b"PG" + struct.pack(">IIBH", int(at_s * 90000), 0, kind, len(body)) + body

    def composition(number: int, count: int) -> bytes:
        return struct.pack(">HHBHBBBB", 640, 360, 0x10, number, 0x80, 0, 0, count)

    line = bytes((0, 0xC0, 160, 1, 0, 0))
    picture = struct.pack(">HBB", 0, 0, 0xC0) + (40 * len(line) + 4).to_bytes(3, "big") + struct.pack(">HH", 160, 40)
    shown = (
        (0x16, composition(0, 1) + struct.pack(">HBBHH", 0, 0, 0, 240, 300)),
        (0x17, struct.pack(">BBHHHH", 1, 0, 240, 300, 160, 40)),
        (0x14, bytes((0, 0, 1, 235, 128, 128, 255))),
        (0x15, picture + 40 * line),
        (0x80, b""),
    )
    gone = ((0x16, composition(1, 0)), (0x17, struct.pack(">BBHHHH", 1, 0, 240, 300, 160, 40)), (0x80, b""))
    return b"".join(segment(at_s, *each) for at_s, parts in ((0.2, shown), (1.8, gone)) for each in parts)


def brightest(made: Made, at_s: float, part: str = "") -> int:
    """The largest luma of a picture, or of a part of it."""
    chain = f"{part},signalstats,metadata=print:key=lavfi.signalstats.YMAX:file=-".removeprefix(",")
    words = ["-v", "error", "-ss", f"{at_s}", "-i", f"file:{made.file}", "-frames:v", "1", "-vf", chain]
    said = child.run([builders.ffmpeg(), *words, "-f", "null", "-"]).out
    return int(re.findall(r"YMAX=(\d+)", said)[0])


def texts(made: Made, index: int = 0) -> str:
    """A subtitle track as SubRip."""
    words = ["-v", "error", "-i", f"file:{made.file}", "-map", f"0:s:{index}", "-f", "srt", "-"]
    return child.run([builders.ffmpeg(), *words]).out


@pytest.mark.parametrize(
    ("container", "codecs"), (("mp4", ["mov_text"] * 3), ("mkv", ["subrip", "ass", "subrip"]), ("webm", ["webvtt"] * 3))
)
def test_files_beside_the_source_become_tracks(
    container: str, codecs: list[str], engine: Engine, media: Media, tmp_path: Path
) -> None:
    source = film(
        media,
        tmp_path / "in",
        srt=_LINE.format("Plain"),
        en_ass=_STYLED,
        de_forced_srt=_LINE.format("Grüße").encode("cp1252"),
    )
    sets = {"video": "vp9", "audio": "opus"} if container == "webm" else {}
    made = converted(engine, source, container=container, **sets)
    found = made.result.of_kind("subtitle")
    assert [(each.codec, each.language, each.is_forced) for each in found] == [
        (codec, language, is_forced)
        for codec, language, is_forced in zip(codecs, ("", "eng", "deu"), (False, False, True), strict=True)
    ]
    assert "Grüße" in texts(made, 2)
    assert made.warnings == []


def test_letters_of_two_bytes_are_read_by_their_mark(engine: Engine, media: Media, tmp_path: Path) -> None:
    source = film(media, tmp_path / "in", srt=_LINE.format("Grüße").encode("utf-16"))
    assert "Grüße" in texts(converted(engine, source))


def test_a_broken_file_is_left_out_and_the_job_goes_on(engine: Engine, media: Media, tmp_path: Path) -> None:
    source = film(media, tmp_path / "in", srt=_LINE.format("Fine"), fr_srt=b"\0\1\2 no times at all")
    made = converted(engine, source)
    assert [each.language for each in made.result.of_kind("subtitle")] == [""]
    assert made.warnings == ["subtitles_unreadable"]


def test_a_part_of_the_film_has_its_part_of_the_lines(engine: Engine, media: Media, tmp_path: Path) -> None:
    later = "1\n00:00:01,200 --> 00:00:01,800\nLater\n"
    made = converted(engine, film(media, tmp_path / "in", srt=later), container="mkv", start="1")
    assert "00:00:00,200 --> 00:00:00,800" in texts(made)


def test_text_is_burnt_where_it_belongs_and_no_longer_than_it_should(
    engine: Engine, media: Media, tmp_path: Path
) -> None:
    made = converted(engine, film(media, tmp_path / "in", srt=_LINE.format("IIII WWWW")), subtitles="burn")
    assert made.result.of_kind("subtitle") == ()
    assert brightest(made, 1.0, "crop=320:60:0:120") > 150
    assert brightest(made, 1.0, "crop=320:100:0:0") < 40
    assert brightest(made, 0.08) < 40
    assert brightest(made, 1.92) < 40


def test_styles_are_kept_when_burnt(engine: Engine, media: Media, tmp_path: Path) -> None:
    made = converted(engine, film(media, tmp_path / "in", ass=_STYLED), subtitles="burn")
    assert brightest(made, 1.0, "crop=320:70:0:0") > 150
    assert brightest(made, 1.0, "crop=320:80:0:100") < 40


@pytest.mark.parametrize("start_s", (0.0, 1.0))
def test_bitmaps_are_burnt_as_wide_as_the_film(start_s: float, engine: Engine, media: Media, tmp_path: Path) -> None:
    black = film(media, tmp_path / "in", sup=bitmaps())
    words = ["-i", str(black), "-seek_timestamp", "1", "-i", str(black.with_suffix(".sup")), "-map", "0", "-map", "1"]
    source = make([*words, "-c", "copy"], tmp_path / "bitmaps.mkv")
    made = converted(engine, source, subtitles="burn", start=f"{start_s:g}" if start_s else "")
    if not start_s:
        assert brightest(made, 1.0, "crop=80:20:120:150") > 200
        assert brightest(made, 1.0, "crop=320:140:0:0") < 40
        assert brightest(made, 0.08) < 40
    assert brightest(made, 1.92 - start_s) < 40


@pytest.mark.parametrize(("container", "warnings"), (("mkv", []), ("mp4", ["subtitles_left_out"])))
def test_bitmaps_are_kept_where_there_is_a_place_for_them(
    container: str, warnings: list[str], engine: Engine, media: Media, tmp_path: Path
) -> None:
    made = converted(engine, film(media, tmp_path / "in", de_sup=bitmaps()), container=container)
    kept = [(each.codec, each.language) for each in made.result.of_kind("subtitle")]
    assert kept == ([] if warnings else [("hdmv_pgs_subtitle", "deu")])
    if kept:
        (track,) = (each for each in held(made.file) if each.kind == "subtitle")
        assert track.first_pts_s == pytest.approx(0.2, abs=0.002)
    assert made.warnings == warnings


def test_text_of_a_part_is_burnt_at_its_time(engine: Engine, media: Media, tmp_path: Path) -> None:
    later = "1\n00:00:01,400 --> 00:00:01,800\nIIII WWWW\n"
    made = converted(engine, film(media, tmp_path / "in", srt=later), subtitles="burn", start="1")
    assert brightest(made, 0.2) < 40
    assert brightest(made, 0.6) > 150


def test_a_track_of_the_source_is_burnt(engine: Engine, media: Media) -> None:
    made = converted(engine, besides(media, "tracks.mkv"), subtitles="burn", subtitle_languages="eng")
    assert made.result.of_kind("subtitle") == ()
    assert made.result.of_kind("audio") != ()


def test_chapters_of_seconds_stand_beside_text_which_counts_in_millionths(engine: Engine, tmp_path: Path) -> None:
    chapter, lines = tmp_path / "chapter.ffmeta", tmp_path / "lines.srt"
    chapter.write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=5\ntitle=All of it\n")
    lines.write_text(_LINE.format("Hello"))
    words = (
        f"-f lavfi -i testsrc2=size=160x90:rate=25:duration=5 -f lavfi -i sine=sample_rate=44100:duration=5 -i {lines} "
        f"-i {chapter} -map 0 -map 1 -map 2 -map_chapters 3 -c:v libx264 -preset ultrafast -c:a aac -c:s srt"
    )
    made = converted(engine, make(shlex.split(words), tmp_path / "film.mkv"))
    assert (made.result.chapters, len(made.result.of_kind("subtitle"))) == (1, 1)
    assert "All of it" in tags(made.file)


def test_without_a_subtitle_nothing_is_burnt_and_nothing_made(engine: Engine, media: Media) -> None:
    (job,) = engine.add(besides(media, "black.mp4"), subtitles="burn")
    job = ended(engine, job).job
    assert job.state is State.FAILED
    assert job.problem is not None
    assert job.problem.code == "no_subtitle"


@pytest.mark.parametrize(("container", "codec"), (("mp4", "mov_text"), ("mov", "mov_text"), ("mkv", "subrip")))
def test_subtitles_become_plain_text_where_that_is_asked_for(
    container: str, codec: str, engine: Engine, media: Media, tmp_path: Path
) -> None:
    made = converted(engine, film(media, tmp_path / "in", ass=_STYLED), container=container, subtitles="convert")
    assert [each.codec for each in made.result.of_kind("subtitle")] == [codec]
    assert "HIGH UP" in texts(made)


@pytest.mark.parametrize("sets", ({}, {"video": "copy", "audio": "copy"}), ids=("encoded", "copied"))
def test_an_mkv_keeps_its_fonts_and_its_cover(sets: dict[str, Any], engine: Engine, media: Media) -> None:
    source = besides(media, "fonts and cover.mkv")
    made = converted(engine, source, container="mkv", **sets)
    assert [each.kind for each in made.result.streams] == ["video", "audio", "subtitle", "attachment", "cover"]
    here, there = ([each.bytes for each in held(file) if each.kind == "cover"] for file in (made.file, source))
    assert here == there
    assert made.warnings == []


def test_a_cover_goes_from_an_mkv_to_an_mp4_and_from_an_mp3_to_an_mkv(engine: Engine, media: Media) -> None:
    from_mkv = converted(engine, besides(media, "fonts and cover.mkv"))
    assert [each.kind for each in from_mkv.result.streams] == ["video", "audio", "subtitle", "cover"]
    assert from_mkv.warnings == []
    from_mp3 = converted(engine, besides(media, "cover.mp3"), container="mkv")
    assert [each.kind for each in from_mp3.result.streams] == ["audio", "cover"]
    assert "TITLE=Covered" in tags(from_mp3.file).replace("title", "TITLE")


def test_a_cover_without_a_place_is_missed_aloud(engine: Engine, media: Media) -> None:
    assert converted(engine, besides(media, "cover.mp3"), container="wav").warnings == ["cover_left_out"]
    assert converted(engine, besides(media, "cover.mp3"), container="wav", covers=False).warnings == []


def described(made: Made) -> str:
    """What ffmpeg tells of a file, the time it was made included."""
    return child.run([builders.ffmpeg(), "-hide_banner", "-i", f"file:{made.file}"]).err


@pytest.mark.parametrize("container", ("mp4", "mov", "mkv"))
@pytest.mark.parametrize("video", ("h264", "copy"))
def test_tags_titles_and_the_time_of_making_are_kept(video: str, container: str, engine: Engine, media: Media) -> None:
    made = converted(engine, besides(media, "tagged chapters.mp4"), container=container, video=video)
    said = described(made)
    for word in ("2024-05-01T08:00:00", "+48.1000+011.5000/", "Somebody", "A film with chapters", "First", "Second"):
        assert word in said
    assert [each.title for each in made.result.of_kind("audio")] == ["Comments", ""]
    assert [code_of(each.language) for each in made.result.of_kind("audio")] == ["eng", "deu"]


@pytest.mark.parametrize("container", ("mp4", "mkv"))
def test_without_tags_languages_and_the_titles_of_chapters_stay(container: str, engine: Engine, media: Media) -> None:
    made = converted(engine, besides(media, "tagged chapters.mp4"), container=container, metadata=False)
    said = described(made)
    for word in ("2024-05-01", "+48.1000", "Somebody", "A film with chapters", "Comments"):
        assert word not in said
    assert "First" in said
    assert [each.language for each in made.result.of_kind("audio")] == ["eng", "deu"]


@pytest.mark.parametrize("container", ("mp4", "mov", "mkv"))
def test_a_phone_says_where_and_with_what(container: str, engine: Engine, media: Media) -> None:
    said = described(converted(engine, besides(media, "phone.mov"), container=container)).lower()
    for word in ("com.apple.quicktime.make", "maker", "com.apple.quicktime.location.iso6709", "2024-05-01t08:00:00"):
        assert word in said


@pytest.mark.parametrize(("name", "container"), (("latin.mkv", "mp4"), ("latin.mkv", "mkv"), ("latin.mp3", "mp3")))
def test_tags_that_are_no_utf_8_are_no_damage(
    name: str, container: str, engine: Engine, media: Media, tmp_path: Path
) -> None:
    title = os.fsdecode(b"title=Caf\xe9")
    origin = clip(media, "h264_aac.mkv" if name.endswith("mkv") else "plain.mp3")
    source = make(["-i", str(origin), "-c", "copy", "-metadata", title], tmp_path / name)
    made = converted(engine, source, container=container)
    assert made.warnings == []
    assert "Caf" in described(made)


def test_chapters_can_be_left_out_and_shift_with_a_part(engine: Engine, media: Media) -> None:
    source = besides(media, "tagged chapters.mp4")
    assert converted(engine, source, chapters=False).result.chapters == 0
    part = converted(engine, source, start="0.5", end="1.5", container="mkv")
    found = re.findall(r"Chapter #0:\d: start ([\d.]+), end ([\d.]+)", described(part))
    assert [(float(start), float(end)) for start, end in found] == [(0.0, 0.5), (0.5, 1.0)]
