"""Subtitle files beside a source: each is read into scratch, and a broken one is left out."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import msgspec
import pytest

from pipeline.model.problem import disk_full, source_damaged
from pipeline.model.source import Companion, Source
from pipeline.model.stage import Outcome, Scratch
from pipeline.stages.beside import Beside, taken_in, takes_in
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.containers import settled
from tests.pipeline.stages.canned import SOURCES
from tests.support.drive import Talk, drive


def beside(*names: str, **changes: Any) -> Source:
    """The film with files beside it; changes are those of each."""
    found = tuple(Companion(f"/media/{name}".encode(), 100, 5, **changes) for name in names)
    return msgspec.structs.replace(SOURCES["1080p"], companions=found)


def taking_in(source: Source, **changes: Any) -> tuple[Talk, list[Beside]]:
    """The conversation, and what it will have taken in."""
    assert source.info is not None
    info, made = source.info, list[Beside]()

    def script() -> Generator[Any, Outcome, tuple[()]]:
        made.append((yield from taken_in(source, info, settled(OutputChoices(**changes)), Scratch())))
        return ()

    return drive(script()), made


@pytest.mark.parametrize(
    ("name", "file", "codec", "words"),
    (
        ("film.srt", "beside-1.srt", "subrip", ()),
        ("film.vtt", "beside-1.srt", "subrip", ()),
        ("film.ass", "beside-1.ass", "ass", ()),
        ("film.SSA", "beside-1.ass", "ass", ()),
        ("film.idx", "beside-1.mkv", "dvd_subtitle", ("-c", "copy")),
        ("film.sup", "beside-1.mkv", "hdmv_pgs_subtitle", ("-c", "copy")),
        ("film.sub", "beside-1.srt", "subrip", ("-subfps", "25")),
    ),
)
def test_a_file_is_read_into_one_that_is_known_to_be_good(
    name: str, file: str, codec: str, words: tuple[str, ...]
) -> None:
    talk, made = taking_in(beside(name, language="deu", is_forced=True))
    run = talk.asks_for_run()
    assert run.value_of("-i") == f"file:/media/{name}"
    assert run.step.makes == (file,)
    assert all(word in run.argv for word in words)
    talk.answers()
    assert talk.returns() == ()
    (kept,) = made[0].kept
    assert (kept.file, kept.stream.codec, kept.stream.language, kept.stream.is_forced) == (file, codec, "deu", True)


def test_old_letters_are_read_as_what_they_were_taken_for() -> None:
    talk, _ = taking_in(beside("film.srt", charset="CP1252"))
    assert talk.asks_for_run().value_of("-sub_charenc") == "CP1252"


def test_a_broken_file_is_left_out_and_said_so() -> None:
    talk, made = taking_in(beside("film.de.srt", "film.srt"))
    talk.fails(source_damaged("/media/film.de.srt", 0.0, "Invalid data"))
    talk.answers()
    assert talk.returns() == ()
    assert [each.file for each in made[0].kept] == ["beside-2.srt"]
    assert [each.message for each in made[0].warnings] == [
        "“film.de.srt”, which lies beside the source, was left out: it cannot be read as subtitles."
    ]


def test_a_file_that_counts_in_pictures_gets_a_second_chance_without_them() -> None:
    talk, made = taking_in(beside("film.sub"))
    talk.fails(source_damaged("/media/film.sub", 0.0, "Option not found"))
    assert "-subfps" not in talk.asks_for_run().argv
    talk.answers()
    assert talk.is_over
    assert len(made[0].kept) == 1


def test_a_fault_that_passes_is_left_to_the_runner() -> None:
    talk, _ = taking_in(beside("film.srt"))
    talk.fails(msgspec.structs.replace(disk_full("/out"), is_transient=True))
    assert talk.gives_up().code == "disk_full"


@pytest.mark.parametrize(
    "changes",
    (
        {"external_subtitles": False},
        {"subtitles": "none"},
        {"container": "mp3"},
        {"container": "gif"},
        {"video": "none"},
        {"subtitle_languages": "eng"},
    ),
)
def test_nothing_is_read_that_nobody_wants(changes: dict[str, Any]) -> None:
    film = beside("film.de.srt", language="deu")
    talk, made = taking_in(film, **changes)
    assert talk.returns() == ()
    assert made == [Beside()]
    assert not takes_in(film, settled(OutputChoices(**changes)))


def test_where_they_are_burnt_any_container_will_do() -> None:
    assert takes_in(beside("film.srt"), settled(OutputChoices(container="gif", subtitles="burn")))
