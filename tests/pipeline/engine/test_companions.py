"""Which files beside a source are its subtitles: a table of names, and what is read from each."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest

from pipeline.engine.companions import companions_of

LINE = "1\n00:00:01,000 --> 00:00:02,000\nGrüße\n"


def found(folder: Path, *names: str) -> list[str]:
    """What is taken of these files, beside `film.mkv`."""
    for name in ("film.mkv", *names):
        (folder / name).write_text(LINE, encoding="utf-8")
    return [each.name for each in companions_of(str(folder / "film.mkv"))]


@pytest.mark.parametrize(
    ("name", "language", "is_forced"),
    (
        ("film.srt", "", False),
        ("film.en.srt", "eng", False),
        ("film.ger.vtt", "deu", False),
        ("film.German.ass", "deu", False),
        ("film.pt-BR.SRT", "por", False),
        ("film.eng.forced.ass", "eng", True),
        ("film.forced.srt", "", True),
        ("film.en.sdh.srt", "eng", False),
        ("film.hi.srt", "hin", False),
        ("film.en.hi.srt", "eng", False),
        ("film.und.ssa", "", False),
        ("film.smi", "", False),
        ("film.sub", "", False),
        ("film.de.sup", "deu", False),
    ),
)
def test_a_name_says_the_language_and_whether_it_is_forced(
    name: str, language: str, is_forced: bool, tmp_path: Path
) -> None:
    assert found(tmp_path, name) == [name]
    (companion,) = companions_of(str(tmp_path / "film.mkv"))
    status = (tmp_path / name).stat()
    assert (companion.language, companion.is_forced) == (language, is_forced)
    assert (companion.size, companion.mtime_ns) == (status.st_size, status.st_mtime_ns)


@pytest.mark.parametrize(
    "name", ("film 2.srt", "film.2.srt", "film.part two.srt", "films.srt", "film.lrc", "film.txt", "other.srt", "film")
)
def test_files_of_other_films_and_of_other_kinds_are_left_alone(name: str, tmp_path: Path) -> None:
    assert found(tmp_path, name) == []


def test_the_plain_one_comes_first_and_forced_ones_last(tmp_path: Path) -> None:
    names = ("film.de.forced.srt", "film.en.srt", "film.de.srt", "film.srt")
    assert found(tmp_path, *names) == ["film.srt", "film.de.srt", "film.en.srt", "film.de.forced.srt"]


def test_pictures_of_a_dvd_are_one_file_with_their_index(tmp_path: Path) -> None:
    assert found(tmp_path, "film.idx", "film.sub") == ["film.idx"]
    (companion,) = companions_of(str(tmp_path / "film.mkv"))
    assert companion.size == 2 * (tmp_path / "film.sub").stat().st_size
    (tmp_path / "film.sub").unlink()
    assert companions_of(str(tmp_path / "film.mkv")) == ()


@pytest.mark.parametrize(
    ("name", "content", "charset"),
    (
        ("film.srt", LINE.encode(), ""),
        ("film.srt", codecs.BOM_UTF8 + LINE.encode(), ""),
        ("film.srt", LINE.encode("utf-16"), ""),
        ("film.srt", LINE.encode("cp1252"), "CP1252"),
        ("film.de.srt", LINE.encode("cp1252"), "CP1252"),
        ("film.ru.srt", "Привет".encode("cp1251"), "CP1251"),
        ("film.pl.srt", "Żółw".encode("cp1250"), "CP1250"),
        ("film.ja.srt", "日本".encode("cp932"), "CP932"),
        ("film.ru.srt", "Привет".encode(), ""),
        ("film.srt", b"", ""),
    ),
)
def test_how_letters_are_written_is_seen_or_guessed_by_the_language(
    name: str, content: bytes, charset: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    (companion,) = companions_of(str(tmp_path / "film.mkv"))
    assert companion.charset == charset


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "film.en.srt").mkdir()
    os.symlink(tmp_path / "nowhere", tmp_path / "film.de.srt")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "film.fr.srt")
    assert found(tmp_path, "film.srt") == ["film.srt"]
    assert companions_of(str(tmp_path / "gone" / "film.mkv")) == ()


def test_a_name_that_is_no_text_has_companions_too(tmp_path: Path) -> None:
    stem = os.path.join(os.fsencode(tmp_path), b"caf\xe9")
    try:
        Path(os.fsdecode(stem + b".srt")).write_text(LINE, encoding="utf-8")
    except OSError:
        pytest.skip("this file system does not take the name")
    (companion,) = companions_of(os.fsdecode(stem + b".mp4"))
    assert companion.path == stem + b".srt"
    assert companion.name == "caf\ufffd.srt"
