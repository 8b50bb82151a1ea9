from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest

from pipeline.media.packets import count
from pipeline.media.webp import BadWebp, shown_s
from tests.support.builders import make


def chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def shown(milliseconds: int, picture: bytes = b"pixels") -> bytes:
    return chunk(b"ANMF", bytes(12) + milliseconds.to_bytes(3, "little") + b"\0" + chunk(b"VP8 ", picture))


def file_of(*chunks: bytes) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


HEAD = chunk(b"VP8X", bytes(10)) + chunk(b"ANIM", bytes(6))


@pytest.mark.parametrize(
    ("content", "shown_for"),
    [
        (file_of(HEAD, shown(40), shown(1000), shown(20)), [0.04, 1.0, 0.02]),
        (file_of(HEAD, shown(40, b"odd"), shown(40)), [0.04, 0.04]),
        (file_of(chunk(b"VP8L", b"pixels")), [0.0]),
        (file_of(chunk(b"VP8X", bytes(10)), chunk(b"VP8 ", b"pixels"), chunk(b"EXIF", b"tags")), [0.0]),
        (file_of(), []),
    ],
    ids=["moving", "with a chunk of odd length", "still", "still with tags", "empty"],
)
def test_pictures_are_counted_with_the_time_they_are_shown(content: bytes, shown_for: list[float]) -> None:
    assert shown_s(io.BytesIO(content)) == shown_for


@pytest.mark.parametrize("kept", [3, 11, 18, 60, -1])
def test_a_file_that_ends_too_early_is_none(kept: int) -> None:
    with pytest.raises(BadWebp):
        shown_s(io.BytesIO(file_of(HEAD, shown(40), shown(40))[:kept]))


def test_something_else_is_none() -> None:
    with pytest.raises(BadWebp):
        shown_s(io.BytesIO(b"RIFF\x24\0\0\0WAVEfmt "))


@pytest.mark.slow
def test_the_packets_of_a_webp_are_its_pictures(tmp_path: Path) -> None:
    source = ["-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25:duration=1", "-c:v", "libwebp_anim"]
    (film,) = count(f"file:{make(source, tmp_path / 'moving.webp')}")
    assert (film.kind, film.codec, film.packets) == ("video", "webp", 25)
    assert film.last_end_s == pytest.approx(1.0)
