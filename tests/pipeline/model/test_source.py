from __future__ import annotations

import os
from fractions import Fraction

import pytest

from pipeline.model.source import MediaInfo, MediaStream, Source, shown
from tests.support.names import ODD_NAMES

COVER = MediaStream(0, "cover", "mjpeg")
VIDEO = MediaStream(1, "video", "h264", colour_transfer="smpte2084")
AUDIO = MediaStream(2, "audio", "aac")
SECOND = MediaStream(3, "audio", "opus")
INFO = MediaInfo("mov", 2.0, (COVER, VIDEO, AUDIO, SECOND))


def test_the_first_streams_are_found_and_a_cover_is_no_picture() -> None:
    assert INFO.video is VIDEO
    assert INFO.audio is AUDIO
    assert INFO.of_kind("audio") == (AUDIO, SECOND)
    assert INFO.of_kind("cover") == (COVER,)
    empty = MediaInfo("mp3", None, (COVER,))
    assert (empty.video, empty.audio) == (None, None)


@pytest.mark.parametrize(
    ("aspect", "rotation", "upright", "pixel"),
    [
        ("1:1", 0, (720, 576), Fraction(1)),
        ("64:45", 0, (720, 576), Fraction(64, 45)),
        ("64:45", 180, (720, 576), Fraction(64, 45)),
        ("64:45", 90, (576, 720), Fraction(45, 64)),
        ("64:45", 270, (576, 720), Fraction(45, 64)),
        ("64:45", 5, (720, 576), Fraction(64, 45)),
        *(((unsaid, 90, (576, 720), Fraction(1))) for unsaid in ("", "0:1", "1:0", "a:b", "7", "-1:2")),
    ],
)
def test_a_picture_is_turned_before_its_pixels_are_measured(
    aspect: str, rotation: int, upright: tuple[int, int], pixel: Fraction
) -> None:
    film = MediaStream(0, "video", "mpeg2video", width=720, height=576, sample_aspect=aspect, rotation=rotation)
    assert (film.upright, film.pixel_aspect) == (upright, pixel)


@pytest.mark.parametrize(("transfer", "hdr"), [("smpte2084", True), ("arib-std-b67", True), ("bt709", False)])
def test_hdr_is_told_by_the_transfer(transfer: str, hdr: bool) -> None:
    assert MediaStream(0, "video", "hevc", colour_transfer=transfer).is_hdr is hdr


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_any_name_comes_back_as_it_was_and_can_be_shown(name: bytes) -> None:
    source = Source(path=b"/films/" + name)
    assert os.fsencode(source.file) == b"/films/" + name
    assert source.name == name.decode("utf-8", "replace")
    source.name.encode("utf-8")
    assert os.path.splitext(name)[0] == os.fsencode(source.stem)


def test_results_are_called_after_the_alias_where_there_is_one() -> None:
    assert Source(path=b"1-1/result.mp4", alias=b"Holiday.mp4").stem == "Holiday"


def test_a_link_is_called_by_its_address() -> None:
    source = Source(url="https://example.com/film.mp4")
    assert source.name == "https://example.com/film.mp4"
    assert not source.is_scratch


def test_a_relative_path_is_scratch_of_an_earlier_recipe() -> None:
    assert Source(path=b"1-1/result.mp4").is_scratch
    assert not Source(path=b"/films/clip.mov").is_scratch


@pytest.mark.parametrize(
    ("path", "text"),
    [(b"plain", "plain"), ("caf\udce9", "caf\ufffd"), (b"\xff\xfe", "\ufffd\ufffd"), ("Zoë 🎬", "Zoë 🎬")],
)
def test_what_cannot_be_decoded_is_shown_as_such(path: str | bytes, text: str) -> None:
    assert shown(path) == text
