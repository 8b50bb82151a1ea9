from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import msgspec
import pytest

from pipeline.model.problem import PipelineError
from pipeline.model.source import Source
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.naming import Named, check_name, report_name, result_name, result_names
from tests.pipeline.stages.canned import SOURCES, audio, source, video
from tests.support.names import ODD_NAMES

FILM = SOURCES["1080p"]
FULL_HD = (1920, 1080)


def called(path: bytes) -> Source:
    """A film of that name."""
    return msgspec.structs.replace(FILM, path=b"/films/" + path)


def named(of: Source, pattern: str, size: tuple[int, int] | None = FULL_HD, **choices: Any) -> bytes:
    """What a result is called."""
    return result_name(of, OutputChoices(name=pattern, **choices), size)


@pytest.mark.parametrize(
    ("pattern", "choices", "name"),
    [
        ("{stem}", {}, b"film.mp4"),
        ("{stem}", {"container": "mkv"}, b"film.mkv"),
        ("{stem} {codec} {height}p", {"video": "hevc"}, b"film hevc 1080p.mp4"),
        ("{width}x{height}", {}, b"1920x1080.mp4"),
        ("{stem}-{codec}", {"video": "copy"}, b"film-h264.mp4"),
        ("{stem}-{codec}", {"video": "none", "container": "m4a"}, b"film-aac.m4a"),
        ("{stem}-{codec}", {"container": "mp3"}, b"film-mp3.mp3"),
        ("{stem}-{codec}", {"container": "m4a", "audio": "copy"}, b"film-aac.m4a"),
        ("{stem}-{codec}", {"container": "gif"}, b"film-gif.gif"),
        ("{stem}-{codec}", {"container": "jpg"}, b"film-sheet.jpg"),
        ("of {stem}", {}, b"of film.mp4"),
        ("{stem}.x{stem}", {}, b"film.xfilm.mp4"),
        ("result", {}, b"result.mp4"),
        ("Ölé {stem}", {}, "Ölé film.mp4".encode()),
    ],
)
def test_the_pattern_is_filled_in(pattern: str, choices: dict[str, Any], name: bytes) -> None:
    assert named(FILM, pattern, **choices) == name


def test_the_date_is_that_of_the_source() -> None:
    noon_ns = int(datetime(2026, 11, 22, 12).timestamp()) * 10**9
    film = msgspec.structs.replace(FILM, mtime_ns=noon_ns)
    assert named(film, "{date} {stem}") == b"2026-11-22 film.mp4"


@pytest.mark.parametrize("mtime_ns", [10**30, 2**63 - 1])
def test_a_date_beyond_the_calendar_is_left_out(mtime_ns: int) -> None:
    film = msgspec.structs.replace(FILM, mtime_ns=mtime_ns)
    assert named(film, "{stem} {date}").startswith(b"film")


def test_sound_alone_has_a_codec_and_no_size() -> None:
    assert named(SOURCES["wav"], "{stem} {codec} {height}", (0, 0), container="mkv", audio="opus") == b"speech opus.mkv"
    assert named(SOURCES["wav"], "{stem} {codec}", None, container="mkv", audio="copy") == b"speech pcm_s16le.mkv"


@pytest.mark.parametrize(
    ("pattern", "choices", "is_known"),
    [
        ("{stem}", {}, True),
        ("{stem} {date}", {}, False),
        ("{stem} {height}", {}, False),
        ("{stem} {codec}", {"video": "hevc"}, False),
        ("{stem} {codec}", {"container": "mp3"}, True),
        ("{stem} {codec}", {"container": "m4a", "audio": "copy"}, False),
    ],
)
def test_before_the_probe_a_name_is_empty_where_it_asks_for_more(
    pattern: str, choices: dict[str, Any], is_known: bool
) -> None:
    assert bool(named(Source(path=b"/films/film.mov"), pattern, None, **choices)) is is_known


@pytest.mark.parametrize(
    ("path", "pattern", "name"),
    [
        (b"film.mp4", "a/b\\c {stem}", b"a_b_c film.mp4"),
        (b"film.mp4", "../../{stem}", b".._.._film.mp4"),
        (b"film.mp4", "{stem}\n\x1b[2J", b"film__[2J.mp4"),
        (b"film.mp4", "{stem}\0\0{stem}", b"film__film.mp4"),
        (b"caf\xe9.mp4", "{stem} 1", b"caf\xe9 1.mp4"),
        (b"no.suffix at all", "{stem}", b"no.mp4"),
        (b".hidden", "{stem}", b".hidden.mp4"),
        (b"{stem} {height}.mp4", "{stem}", b"{stem} {height}.mp4"),
    ],
)
def test_a_pattern_never_leads_out_of_the_folder(path: bytes, pattern: str, name: bytes) -> None:
    assert named(called(path), pattern) == name


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_a_result_keeps_the_name_of_its_source_however_odd(name: bytes) -> None:
    made = named(called(name), "{stem}")
    assert made == os.path.splitext(name)[0] + b".mp4"
    assert named(called(name), "{stem} {height}")[-9:] == b" 1080.mp4"


@pytest.mark.parametrize("letter", [b"x", "é".encode(), "日".encode(), b"\xff"])
def test_a_long_name_is_cut_where_the_source_named_it(letter: bytes) -> None:
    film = called(letter * (251 // len(letter)) + b".mp4")
    name = named(film, "{stem} {width}x{height}", container="webm", video="vp9")
    assert name.endswith(b" 1920x1080.webm")
    assert name.startswith(letter * 70)
    assert 255 - len(letter) < len(name) <= 255
    assert named(FILM, "y" * 300) == b"y" * 251 + b".mp4"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{stem} {heigth}", "Nothing is known as {heigth}; perhaps {height} was meant. It takes {stem}, {codec}, "),
        ("{Stem}", "Nothing is known as {Stem}; perhaps {stem} was meant."),
        ("{}", "Nothing is known as {}."),
        ("{zzz}", "Nothing is known as {zzz}. It takes"),
        ("{stem", "A brace in “{stem” has no other one to go with it."),
        ("{{stem}}", "A brace in “{{stem}}” has no other one"),
        ("", "The result would have no name; {stem} is that of its source."),
        (" \t", "The result would have no name"),
    ],
)
def test_a_pattern_that_cannot_be_filled_is_refused(pattern: str, said: str) -> None:
    for refuses in (lambda: check_name(OutputChoices(name=pattern)), lambda: named(FILM, pattern)):
        with pytest.raises(PipelineError) as refused:
            refuses()
        assert refused.value.problem.code == "bad_option"
        assert said in refused.value.problem.why


def test_a_name_that_comes_to_nothing_is_refused() -> None:
    with pytest.raises(PipelineError) as refused:
        named(SOURCES["wav"], "{height}", (0, 0), container="mkv")
    assert "Nothing is left of “{height}” for speech.wav" in refused.value.problem.why


def output(pattern: str = "{stem}", size: tuple[int, int] | None = FULL_HD, **choices: Any) -> Named:
    """One output."""
    return Named(OutputChoices(name=pattern, **choices), size)


@pytest.mark.parametrize(
    ("outputs", "names"),
    [
        ([output(), output(container="webm", video="vp9")], [b"film.mp4", b"film.webm"]),
        ([output(), output(size=(1280, 720)), output(size=(640, 360))],
         [b"film.mp4", b"film 720p.mp4", b"film 360p.mp4"]),
        ([output(), output(size=(1080, 1920), video="hevc")], [b"film.mp4", b"film hevc.mp4"]),
        ([output(), output()], [b"film.mp4", b"film.mp4"]),
        ([output(), output(size=(1280, 720)), output(size=(1280, 720))],
         [b"film.mp4", b"film 720p.mp4", b"film 720p.mp4"]),
        (
            [output(), output(size=(1280, 720)), output(size=(1280, 720), video="hevc")],
            [b"film.mp4", b"film 720p.mp4", b"film hevc.mp4"],
        ),
        ([output("{stem} 720p"), output(), output("Film")], [b"film 720p.mp4", b"film.mp4", b"Film.mp4"]),
        ([output("{stem} {height}p"), output("{stem} {height}p", (1280, 720))], [b"film 1080p.mp4", b"film 720p.mp4"]),
        ([output("{height}", None), output("{height}", None), output()], [b"", b"", b"film.mp4"]),
    ],
)  # fmt: skip
def test_several_results_are_told_apart_by_what_they_are(outputs: list[Named], names: list[bytes]) -> None:
    assert list(result_names(FILM, outputs)) == names


def test_long_names_are_told_apart_too() -> None:
    names = result_names(called(b"x" * 251 + b".mp4"), [output(), output(size=(1280, 720)), output(video="hevc")])
    assert [len(name) for name in names] == [255, 255, 255]
    assert [name[-9:] for name in names] == [b"xxxxx.mp4", b" 720p.mp4", b" hevc.mp4"]


def test_the_report_is_called_after_its_result() -> None:
    assert report_name(b"clip.mp4") == b"clip.mp4.report.json"
    assert report_name(b"") == b""
    assert len(report_name(b"x" * 255)) == 255
    assert os.fsencode(os.fsdecode(report_name("é".encode() * 127))).endswith(b".report.json")


def test_two_soundtracks_of_one_film_keep_their_suffixes() -> None:
    film = source("film.mkv", video(), audio())
    both = [output(container="mp3"), output(container="flac")]
    assert result_names(film, both) == (b"film.mp3", b"film.flac")
