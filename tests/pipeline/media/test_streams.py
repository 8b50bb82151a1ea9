from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import av
import pytest

from pipeline.media.streams import codec_of, kind_of, open_file, words_of
from tests.support.builders import Media


@pytest.mark.parametrize(
    ("clip", "kinds"),
    [
        ("h264_aac.mp4", [("video", "h264"), ("audio", "aac")]),
        ("av1.mkv", [("video", "av1")]),  # decoded by libdav1d, whose name it must not have
        ("cover.mp3", [("audio", "mp3"), ("cover", "mjpeg")]),
    ],
)
def test_kinds_and_codecs(clip: str, kinds: list[tuple[str, str]], media: Media) -> None:
    with open_file(f"file:{media.clip(clip)}") as container:
        assert [(kind_of(stream), codec_of(stream)) for stream in container.streams] == kinds


def test_what_has_no_codec_here_has_no_name(media: Media, tmp_path: Path) -> None:
    content = media.clip("h264_aac.mkv").read_bytes()
    file = tmp_path / "unknown.mkv"
    file.write_bytes(content.replace(b"A_AAC", b"A_ZZZ"))
    with open_file(f"file:{file}") as container:
        assert [(kind_of(stream), codec_of(stream)) for stream in container.streams][1] == ("audio", "")


def test_a_missing_file_is_the_libraries_error(tmp_path: Path) -> None:
    with pytest.raises(av.FFmpegError):
        open_file(f"file:{tmp_path / 'missing.mp4'}")


@pytest.mark.parametrize(
    ("kept", "said"),
    [({}, ""), ({"title": "Évora"}, "Évora"), ({"title": "Caf\udce9"}, "Caf\N{REPLACEMENT CHARACTER}")],
)
def test_a_tag_that_is_no_text_is_taken_as_well_as_it_goes(kept: dict[str, str], said: str) -> None:
    tagged = SimpleNamespace(metadata=kept)
    assert words_of(tagged, "title") == said  # type: ignore[arg-type]
