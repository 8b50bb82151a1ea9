from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import msgspec
import pytest

from pipeline.model.option import OptionField, RecipeOptions, decode_options, fields_of, nearest, option, within
from pipeline.model.problem import PipelineError


class Options(RecipeOptions, frozen=True):
    crf: Annotated[int, option("Quality", "Lower is better.", ge=0, le=51)] = 20
    speed: Annotated[float, option("Speed", "How fast.", ge=0.5, le=2.0, unit="×", expert=True)] = 1.0
    title: Annotated[str, option("Title", "What it is called.")] = ""
    keep: Annotated[bool, option("Keep", "Keeps it.")] = True
    codec: Annotated[
        Literal["h264", "hevc", "copy"], option("Codec", "Which one.", choices={"h264": "H.264", "hevc": "HEVC"})
    ] = "h264"
    height: Annotated[int | None, option("Height", "At most.", unit="px")] = None


class Undeclared(RecipeOptions, frozen=True):
    crf: int = 20


FIELDS = (
    OptionField("crf", "integer", "Quality", "Lower is better.", 20, ge=0, le=51),
    OptionField("speed", "number", "Speed", "How fast.", 1.0, unit="×", ge=0.5, le=2.0, expert=True),
    OptionField("title", "text", "Title", "What it is called.", ""),
    OptionField("keep", "flag", "Keep", "Keeps it.", True),
    OptionField(
        "codec", "choice", "Codec", "Which one.", "h264",
        values=(("h264", "H.264"), ("hevc", "HEVC"), ("copy", "copy")),
    ),
    OptionField("height", "integer", "Height", "At most.", None, unit="px", optional=True),
)  # fmt: skip


def test_declared_fields_are_read_in_order() -> None:
    assert fields_of(Options) == FIELDS


def test_a_field_without_a_declaration_is_a_bug() -> None:
    with pytest.raises(TypeError, match="crf is not declared"):
        fields_of(Undeclared)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("crf", "31", 31),
        ("crf", 31, 31),
        ("speed", "1.5", 1.5),
        ("speed", "2", 2.0),
        ("speed", 1, 1.0),
        ("title", "42", "42"),
        ("title", "", ""),
        ("keep", "true", True),
        ("keep", "false", False),
        ("keep", "1", True),
        ("keep", "0", False),
        ("keep", False, False),
        ("codec", "hevc", "hevc"),
        ("height", "720", 720),
        ("height", None, None),
        ("height", "null", None),
    ],
)
def test_texts_of_the_command_line_become_values(name: str, text: Any, value: Any) -> None:
    found = getattr(decode_options(Options, {name: text}), name)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("crf", 52, "a whole number from 0 to 51"),
        ("crf", "-1", "a whole number from 0 to 51"),
        ("crf", "twenty", "a whole number"),
        ("crf", "20.5", "a whole number"),
        ("crf", None, "a whole number"),
        ("speed", "0.1", "a number from 0.5 to 2"),
        ("speed", "fast", "a number"),
        ("keep", "perhaps", "true or false"),
        ("codec", "av1", "h264, hevc or copy"),
        ("title", 3, "a text"),
    ],
)
def test_a_value_that_does_not_fit_is_said_in_a_sentence(name: str, value: Any, said: str) -> None:
    with pytest.raises(PipelineError) as caught:
        decode_options(Options, {"title": "fine", name: value})
    problem = caught.value.problem
    assert problem.code == "bad_option"
    assert f"“{name}”" in problem.message
    assert said in problem.why and f"“{value}”" in problem.why
    assert problem.why.endswith(".") and "$" not in problem.why
    assert problem.remedy.action == "change_options"


@pytest.mark.parametrize(
    ("name", "near"), [("cfr", "crf"), ("Codec", "codec"), ("heigth", "height"), ("zzz", "")]
)  # fmt: skip
def test_an_unknown_name_is_refused_and_the_nearest_one_is_told(name: str, near: str) -> None:
    with pytest.raises(PipelineError) as caught:
        decode_options(Options, {name: 1})
    problem = caught.value.problem
    assert problem.code == "unknown_option"
    assert (f"“{near}”" in problem.remedy.text) is bool(near)


def test_nothing_given_is_all_defaults() -> None:
    assert decode_options(Options, {}) == Options()


def test_all_values_are_taken_together() -> None:
    found = decode_options(Options, {"crf": "1", "speed": "0.5", "title": "t", "keep": "0", "codec": "copy"})
    assert found == Options(crf=1, speed=0.5, title="t", keep=False, codec="copy")


@pytest.mark.parametrize(
    ("name", "known", "near"),
    [("convrt", ("stream", "convert"), "convert"), ("x", (), ""), ("web", ("web-1080p",), "web-1080p")],
)
def test_the_nearest_name_is_one_that_is_alike(name: str, known: tuple[str, ...], near: str) -> None:
    assert nearest(name, known) == near


def test_options_from_a_store_with_more_fields_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"crf": 1, "unknown": 2}, Options)


class Grouped(Options, frozen=True):
    group: ClassVar[str] = "More"
    loudness: Annotated[Annotated[float, within(-40, -5)] | None, option("Loudness", "How loud.")] = None
    also: Annotated[tuple[dict[str, Any], ...], option("Also", "More of it.")] = ()


def test_a_group_adds_its_fields_under_its_own_heading() -> None:
    fields = fields_of(Grouped)
    assert [field.name for field in fields] == [*(field.name for field in FIELDS), "loudness", "also"]
    assert [field.group for field in fields] == ["", "", "", "", "", "", "More", "More"]
    loudness, also = fields[-2:]
    assert (loudness.kind, loudness.ge, loudness.le, loudness.optional) == ("number", -40, -5, True)
    assert (also.kind, also.default) == ("list", ())


def test_what_may_be_empty_is_emptied_by_an_empty_text() -> None:
    assert decode_options(Grouped, {"loudness": "", "height": ""}) == Grouped()
    assert decode_options(Grouped, {"loudness": "-14"}).loudness == -14.0
    with pytest.raises(PipelineError) as raised:
        decode_options(Grouped, {"loudness": "-50"})
    assert "from -40 to -5" in str(raised.value)
    with pytest.raises(PipelineError):
        decode_options(Grouped, {"crf": ""})


def test_a_list_of_tables_is_taken_as_it_is() -> None:
    assert decode_options(Grouped, {"also": [{"crf": 30}]}).also == ({"crf": 30},)
    with pytest.raises(PipelineError) as raised:
        decode_options(Grouped, {"also": "crf"})
    assert "a list of tables of options" in str(raised.value)
