from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.engine.cancel import Cancel
from pipeline.media.counter import COUNTER
from pipeline.media.packets import count
from tests.support import damage, names
from tests.support.builders import Media, make


def counted(folder: Path, *files: str) -> list[list[dict[str, Any]]]:
    """What the child says of files, asked as an Act asks it."""
    paths = [folder / file.removeprefix("file:") for file in files]
    found = COUNTER.count([str(path) for path in paths], 0.0, Cancel(), lambda tick: None)
    assert "value" in found, found
    assert [each["bytes"] for each in found["value"]] == [path.stat().st_size for path in paths]
    return [each["streams"] for each in found["value"]]


def test_every_stream_of_every_file_is_counted(media: Media, tmp_path: Path) -> None:
    film, song = media.clip("h264_aac.mp4"), media.clip("mono.wav")
    (video, audio), (wave,) = counted(tmp_path, f"file:{film}", f"file:{song}")
    assert (video["index"], video["kind"], video["codec"], video["packets"]) == (0, "video", "h264", 50)
    assert (video["first_pts_s"], video["last_end_s"]) == (0.0, 2.0)
    assert (audio["kind"], audio["codec"]) == ("audio", "aac")
    assert wave["bytes"] == 2 * 48000 * 2


def test_a_copy_has_the_same_packets(media: Media, tmp_path: Path) -> None:
    film = media.clip("h264_aac.mp4")
    make(["-i", str(film), "-c", "copy"], tmp_path / "copy.mkv")
    before, after = counted(tmp_path, f"file:{film}", "file:copy.mkv")
    assert [stream["packets"] for stream in before] == [stream["packets"] for stream in after]
    assert [stream["bytes"] for stream in before] == [stream["bytes"] for stream in after]


def test_subtitles_covers_and_chapters_are_counted_by_their_kinds(media: Media) -> None:
    tracks = count(f"file:{media.clip('tracks.mkv')}")
    assert [(each.kind, each.packets) for each in tracks if each.kind == "subtitle"] == [("subtitle", 2)] * 2
    assert [each.kind for each in count(f"file:{media.clip('cover.mp4')}")] == ["video", "audio", "cover"]


def test_where_there_is_no_duration_packets_tell_it(media: Media) -> None:
    (video,) = count(f"file:{media.clip('live.webm')}")
    assert video.packets == 50 and video.last_end_s == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("kind", ["newline", "not utf-8", "protocol", "leading dash", "percent"])
def test_odd_names_are_only_names(kind: str, media: Media, tmp_path: Path) -> None:
    if not names.can_be_named(tmp_path, names.ODD_NAMES[kind]):
        pytest.skip("this file system does not take the name")
    path = os.path.join(os.fsencode(tmp_path), names.ODD_NAMES[kind])
    os.link(media.clip("mono.wav"), path)
    assert len(counted(tmp_path, f"file:{os.fsdecode(path)}")[0]) == 1


def test_it_says_how_far_it_is(media: Media) -> None:
    told: list[tuple[int, int]] = []
    film = media.clip("h264_aac.mp4")
    count(f"file:{film}", lambda at, size: told.append((at, size)))
    assert told and all(0 <= at <= size == film.stat().st_size for at, size in told)


def test_what_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    damage.text(tmp_path / "letter.mp4")
    found = COUNTER.count([str(tmp_path / "letter.mp4")], 0.0, Cancel(), lambda tick: None)
    assert found["error"].startswith("Counting packets failed: ")
    gone = COUNTER.count([str(tmp_path / "gone.mp4")], 0.0, Cancel(), lambda tick: None)
    assert gone["error"].startswith("Counting packets failed: ")


def test_the_bytes_of_every_moment_are_all_there_are(media: Media) -> None:
    (video, audio) = count(f"file:{media.clip('h264_aac.mp4')}", every_s=0.5)
    assert len(video.sizes) == 4
    assert (sum(video.sizes), sum(audio.sizes)) == (video.bytes, audio.bytes)
    assert (video.keyframes, 0 < video.key_bytes < video.bytes) == (2, True)


def test_the_value_stays_small_enough_for_an_outcome(media: Media) -> None:
    whole = [count(f"file:{media.clip(name)}") for name in ("tracks.mkv", "cover.mp4", "h264_aac.mp4")]
    assert len(msgspec.json.encode(whole)) < 4096
