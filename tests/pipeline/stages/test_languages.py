"""What languages are called: the same one under all its names."""

from __future__ import annotations

import pytest

from pipeline.stages.languages import asked_for, code_of, in_order, in_quicktime, is_known


@pytest.mark.parametrize(
    ("names", "code"),
    (
        (("de", "deu", "ger", "German", "de-AT", "GER", " de "), "deu"),
        (("en", "eng", "English", "en-US", "en_GB"), "eng"),
        (("fr", "fra", "fre"), "fra"),
        (("zh", "chi", "zho", "zh-Hans"), "zho"),
        (("nb", "nob"), "nob"),
        (("", "und", "unknown"), "und"),
        (("qaa",), "qaa"),
    ),
)
def test_a_language_is_the_same_whatever_it_is_called(names: tuple[str, ...], code: str) -> None:
    assert {code_of(name) for name in names} == {code}


def test_what_is_asked_for_may_be_parted_in_any_way_and_counts_once() -> None:
    assert asked_for("eng, de;French  ger") == ("eng", "deu", "fra")
    assert asked_for(" ,; ") == ()


def test_streams_come_in_the_order_asked_for_and_keep_their_own_within_it() -> None:
    streams = ("eng1", "deu1", "eng2", "")
    assert in_order(streams, "de,en,und", lambda each: each[:3]) == ("deu1", "eng1", "eng2", "")
    assert in_order(streams, "", lambda each: each[:3]) == streams
    assert in_order(streams, "kor", lambda each: each[:3]) == ()


@pytest.mark.parametrize(
    ("said", "there"), (("deu", "ger"), ("de", "ger"), ("fre", "fra"), ("swe", "sve"), ("rus", "rus"), ("", ""))
)
def test_a_mov_has_names_of_its_own(said: str, there: str) -> None:
    assert in_quicktime(said) == there


def test_a_word_that_is_no_language_is_known_to_be_none() -> None:
    assert is_known("pt-BR") and is_known("Dutch") and is_known("iw")
    assert not is_known("forced") and not is_known("1080p")
