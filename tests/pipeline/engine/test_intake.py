from __future__ import annotations

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.engine.cancel import Cancel
from pipeline.engine.intake import CHUNK, MEDIA_SUFFIXES, Found, look
from pipeline.model.source import Source
from pipeline.model.stage import Canceled
from tests.support import child
from tests.support.names import ODD_NAMES, can_be_named


def plant(folder: Path, *names: str) -> None:
    """Makes files, with the folders they lie in."""
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode("utf-8", "surrogateescape"))


def taken(found: Found) -> list[tuple[str, str]]:
    """Names of sources, each with its subfolder."""
    return [(os.path.basename(source.file), os.fsdecode(source.subfolder)) for source in found.sources]


def reasons(found: Found) -> dict[str, str]:
    """Why what was skipped, by name."""
    return {os.path.basename(os.fsdecode(each.path)): each.reason for each in found.skipped}


def test_a_folder_is_walked_in_name_order_with_its_tree(tmp_path: Path) -> None:
    drop = tmp_path / "Holiday"
    plant(drop, "b.mp4", "a.MOV", "day 2/x.mkv", "day 1/deep/y.wav", "day 1/z.mp3", "c/notes.txt")
    found = look([str(drop)])
    assert taken(found) == [
        ("a.MOV", "Holiday"), ("b.mp4", "Holiday"), ("y.wav", "Holiday/day 1/deep"), ("z.mp3", "Holiday/day 1"),
        ("x.mkv", "Holiday/day 2"),
    ]  # fmt: skip
    assert found.folders == (os.fsencode(drop),)
    first = found.sources[0]
    stat = os.stat(first.file)
    assert (first.size, first.mtime_ns, first.info) == (stat.st_size, stat.st_mtime_ns, None)


def test_what_is_no_media_or_hidden_is_skipped_with_a_reason(tmp_path: Path) -> None:
    plant(tmp_path / "d", "a.mp4", "notes.txt", "no suffix", ".hidden.mp4", ".git/b.mp4", ".reelyard/job/c.mp4")
    found = look([tmp_path / "d"])  # type: ignore[list-item]
    assert taken(found) == [("a.mp4", "d")]
    assert reasons(found) == {
        "notes.txt": "its suffix is not one of a media file",
        "no suffix": "its suffix is not one of a media file",
        ".hidden.mp4": "its name begins with a dot",
        ".git": "its name begins with a dot",
    }


def test_a_file_that_is_named_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    plant(tmp_path, "notes.txt", ".hidden.mp4", "film")
    found = look([str(tmp_path / name) for name in ("notes.txt", ".hidden.mp4", "film")])
    assert taken(found) == [("notes.txt", ""), (".hidden.mp4", ""), ("film", "")]
    assert found.folders == ()


def test_a_file_that_is_not_there_becomes_a_job_that_says_so(tmp_path: Path) -> None:
    (source,) = look([str(tmp_path / "gone.mp4")]).sources
    assert (source.size, source.mtime_ns) == (-1, -1)


def test_relative_paths_and_bytes_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, "a.mp4", "b.mp4")
    monkeypatch.chdir(tmp_path)
    found = look(["a.mp4", os.fsencode(tmp_path / "b.mp4")])
    assert [source.path for source in found.sources] == [os.fsencode(tmp_path / name) for name in ("a.mp4", "b.mp4")]


def test_the_same_file_twice_in_one_drop_is_taken_once(tmp_path: Path) -> None:
    plant(tmp_path / "d", "a.mp4", "b/c.mp4")
    found = look([str(tmp_path / "d"), str(tmp_path / "d" / "a.mp4"), str(tmp_path / "d" / "b")])
    assert taken(found) == [("a.mp4", "d"), ("c.mp4", "d/b")]
    assert reasons(found) == dict.fromkeys(("a.mp4", "c.mp4"), "it is in this drop already")
    assert len(found.folders) == 2


def test_what_is_in_the_queue_already_is_skipped(tmp_path: Path) -> None:
    plant(tmp_path / "d", "a.mp4", "b.mp4")
    found = look([str(tmp_path / "d")], known=lambda source: source.file.endswith("a.mp4"))
    assert taken(found) == [("b.mp4", "d")]
    assert reasons(found) == {"a.mp4": "it is in the queue already, with the same options"}


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
def test_pipes_sockets_and_devices_in_folders_are_skipped(tmp_path: Path) -> None:
    drop = tmp_path / "d"
    plant(drop, "a.mp4")
    os.mkfifo(drop / "pipe.mp4")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(drop / "socket.mp4"))
        found = look([str(drop)])
    assert taken(found) == [("a.mp4", "d")]
    assert reasons(found) == dict.fromkeys(("pipe.mp4", "socket.mp4"), "it is not a regular file")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_to_files_are_taken_and_to_folders_not(tmp_path: Path) -> None:
    drop = tmp_path / "d"
    plant(tmp_path, "d/real.mp4", "elsewhere/x.mp4")
    (drop / "link.mp4").symlink_to(drop / "real.mp4")
    (drop / "round").symlink_to(drop)
    (drop / "other").symlink_to(tmp_path / "elsewhere")
    (drop / "broken.mp4").symlink_to(tmp_path / "nowhere.mp4")
    found = look([str(drop)])
    assert [name for name, _ in taken(found)] == ["broken.mp4", "link.mp4", "real.mp4"]
    assert reasons(found) == dict.fromkeys(("round", "other"), "it is a link to a folder")


def test_a_dropped_link_to_a_folder_is_walked(tmp_path: Path) -> None:
    plant(tmp_path, "real/a.mp4")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert taken(look([str(tmp_path / "link")])) == [("a.mp4", "link")]


_LOOK = """
import sys
from pipeline.engine.intake import look
found = look(sys.argv[1:])
print([s.name for s in found.sources], [(s.path, s.reason) for s in found.skipped])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_folder_that_may_not_be_read_is_named_and_the_rest_is_taken(tmp_path: Path) -> None:
    plant(tmp_path / "d", "a.mp4", "closed/b.mp4", "z.mp4")
    (tmp_path / "d" / "closed").chmod(0)
    try:
        ended = child.run(child.powerless([sys.executable, "-c", _LOOK, str(tmp_path / "d")]))
    finally:
        (tmp_path / "d" / "closed").chmod(0o755)
    assert ended.code == 0, ended.err
    assert "['a.mp4', 'z.mp4']" in ended.out
    assert "the folder cannot be read: Permission denied" in ended.out


def test_every_odd_name_comes_back_as_it_is(tmp_path: Path) -> None:
    drop = tmp_path / "odd"
    drop.mkdir()
    names = [name for name in ODD_NAMES.values() if can_be_named(drop, name)]
    for name in names:
        with open(os.path.join(os.fsencode(drop), name), "wb"):
            pass
    found = look([str(drop)])
    with_suffix = [name for name in names if os.fsdecode(name).lower().endswith(".mp4")]
    assert sorted(os.path.basename(source.path) for source in found.sources) == sorted(with_suffix)


def test_a_tree_deeper_than_calls_can_be_is_walked(tmp_path: Path) -> None:
    here = os.getcwd()
    depth = sys.getrecursionlimit() + 200
    os.chdir(tmp_path)
    try:
        for _ in range(depth):
            os.mkdir("d")
            os.chdir("d")
        Path("a.mp4").touch()
        os.chdir(tmp_path)
        found = look(["d"])
    finally:
        os.chdir(tmp_path)
        child.run(["rm", "-rf", "d"], folder=tmp_path)
        os.chdir(here)
    assert [name for name, _ in taken(found)] == ["a.mp4"]


def test_ten_thousand_files_are_told_a_thousand_at_a_time(tmp_path: Path) -> None:
    drop = tmp_path / "many"
    for folder in range(10):
        (drop / str(folder)).mkdir(parents=True)
        for number in range(1_000):
            (drop / str(folder) / f"{number:04}.mp4").touch()
    chunks: list[Sequence[Source]] = []
    found = look([str(drop)], on_found=chunks.append)
    assert len(found.sources) == 10_000
    assert [len(chunk) for chunk in chunks] == [CHUNK] * 10
    assert [source for chunk in chunks for source in chunk] == list(found.sources)


def test_the_last_chunk_is_what_is_left(tmp_path: Path) -> None:
    plant(tmp_path / "d", "a.mp4", "b.mp4")
    chunks: list[Sequence[Source]] = []
    look([str(tmp_path / "d")], on_found=chunks.append)
    look([str(tmp_path / "d")], on_found=chunks.append, known=lambda source: True)
    assert [len(chunk) for chunk in chunks] == [2]


def test_a_look_can_be_cancelled(tmp_path: Path) -> None:
    drop = tmp_path / "many"
    plant(drop, *[f"{number}.mp4" for number in range(CHUNK + 5)])
    cancel = Cancel()
    with pytest.raises(Canceled):
        look([str(drop)], cancel=cancel, on_found=lambda sources: cancel.set())


def test_an_empty_drop_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert look([]) == Found()
    assert look([str(tmp_path / "empty")]) == Found(folders=(os.fsencode(tmp_path / "empty"),))


def test_suffixes_are_small_and_without_their_dot() -> None:
    assert all(suffix == suffix.lower().strip(".") for suffix in MEDIA_SUFFIXES)
    assert {"mp4", "mkv", "mov", "wav", "flac", "ts"} <= MEDIA_SUFFIXES
