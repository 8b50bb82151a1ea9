from __future__ import annotations

from typing import Any

import pytest

from pipeline.engine.handbrake.fields import Fields, Left

WRONG = "It is not of the type HandBrake writes there."


@pytest.mark.parametrize(
    ("value", "number"), [(3, 3.0), (2.5, 2.5), ("2500", 2500.0), (True, 1.0), (None, 0.0), ("", 0.0)]
)
def test_numbers_are_read_as_old_and_new_versions_write_them(value: Any, number: float) -> None:
    fields = Fields({"a": value})
    assert fields.number("a") == number
    assert fields.left == []


@pytest.mark.parametrize("value", ["much", [], {}, [1], "1e999", "nan", 10**400])
def test_what_is_no_number_reads_as_if_it_were_not_there_and_is_named(value: Any) -> None:
    fields = Fields({"a": value})
    assert fields.number("a") == 0.0
    assert [left.why for left in fields.left] == [WRONG]
    assert fields.number("a", -1) == -1


def test_what_has_another_type_reads_as_if_it_were_not_there() -> None:
    fields = Fields({"text": [1], "flag": "yes", "texts": [1], "tables": [[]], "list": "eng"})
    assert fields.text("text") == ""
    assert fields.flag("flag", True) is True
    assert not (fields.texts("texts") or fields.tables("tables") or fields.texts("list"))
    assert [left.name for left in fields.left] == ["text", "flag", "texts", "tables", "list"]
    assert {left.why for left in fields.left} == {WRONG}


def test_a_field_is_named_once_with_the_first_reason() -> None:
    fields = Fields({"a": []})
    assert fields.number("a") == 0
    fields.leave("a", "It is too small.")
    assert [left.why for left in fields.left] == [WRONG]


def test_flags_may_be_numbers_and_texts_may_be_numbers() -> None:
    fields = Fields({"yes": 1, "no": 0, "rate": 30, "level": 4.1})
    assert (fields.flag("yes"), fields.flag("no", True), fields.flag("gone", True)) == (True, False, True)
    assert (fields.text("rate"), fields.text("level")) == ("30", "4.1")


def test_tables_say_where_they_stand_and_share_what_is_taken_and_left() -> None:
    fields = Fields({"AudioList": [{"gain": 1}, {"gain": 2}]})
    first, second = fields.tables("AudioList")
    second.leave("gain", "Why not.")
    first.options["audio"] = "aac"
    assert fields.options == {"audio": "aac"}
    assert [str(left) for left in fields.left] == ["AudioList[2].gain = 2: Why not."]


def test_what_nobody_asked_for_is_known() -> None:
    fields = Fields({"a": 1, "b": 2, "c": 3})
    fields.number("a")
    fields.leave("b", "Why not.")
    assert fields.unasked() == {"c": 3}
    assert "c" in fields and "d" not in fields


def test_a_strangers_text_is_shown_without_signs_that_move_a_cursor_and_not_at_length() -> None:
    fields = Fields({"a\x1b[2J": "b\x9b\u202ec\ud800", "long": "x" * 500})
    fields.leave("a\x1b[2J", "No.")
    fields.leave("long", "No.")
    assert fields.left[0] == Left("a\\x1b[2J", '"b\\x9b\\u202ec\\ud800"', "No.")
    assert len(fields.left[1].value) < 80
