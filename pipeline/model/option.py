"""How a setting or a recipe's option is declared: one annotated field, read by form, command line and docs.

class Options(RecipeOptions, frozen=True):
    crf: Annotated[int, option("Quality", "Constant rate factor; lower is better.", ge=0, le=51)] = 20
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, assert_never, get_args, get_origin, get_type_hints

import msgspec

from pipeline.model.problem import PipelineError, bad_option, unknown_option


class RecipeOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every recipe's options. Unknown names are refused; all fields have defaults."""


S = TypeVar("S", bound=msgspec.Struct)
Kind = Literal["flag", "integer", "number", "text", "choice", "list"]


def option(
    label: str,
    help: str,
    *,
    ge: float | None = None,
    le: float | None = None,
    unit: str = "",
    choices: Mapping[str, str] | None = None,
    expert: bool = False,
) -> msgspec.Meta:
    """Describes one option.

    Args:
        label: what stands before the field, in sentence case.
        help: one sentence that says what it does.
        ge: least value allowed.
        le: greatest value allowed.
        unit: what the number counts, as shown behind it (`kb/s`, `px`).
        choices: for a Literal field, the label of each value.
        expert: shown only where expert options are.
    """
    extra = {"unit": unit, "choices": dict(choices or {}), "expert": expert}
    return msgspec.Meta(title=label, description=help, ge=ge, le=le, extra=extra)


def within(ge: float, le: float) -> msgspec.Meta:
    """The bounds of a number that may also be left empty: `Annotated[Annotated[float, within(0, 51)] | None, …]`."""
    return msgspec.Meta(ge=ge, le=le)


class OptionField(msgspec.Struct, frozen=True):
    """One declared option, as form, command line and docs read it.

    `values` are a choice's values with labels. A `list` holds tables of options; presets and programs give it.
    `group` is the heading it stands under.
    """

    name: str
    kind: Kind
    label: str
    help: str
    default: Any
    unit: str = ""
    ge: float | None = None
    le: float | None = None
    values: tuple[tuple[str, str], ...] = ()
    optional: bool = False
    expert: bool = False
    group: str = ""


def fields_of(owner: type[msgspec.Struct]) -> tuple[OptionField, ...]:
    """The options a Struct declares, in order.

    Raises:
        TypeError: a field is not declared with `option(...)`; that is a bug of ours.
    """
    return _fields_of(owner)


@functools.cache
def _fields_of(owner: Any) -> tuple[OptionField, ...]:
    # To read annotations takes milliseconds, and every job that is made ready asks for them.
    hints = get_type_hints(owner, include_extras=True)
    return tuple(_field(field, hints[field.name], _group(owner, field.name)) for field in msgspec.structs.fields(owner))


def _group(owner: type[msgspec.Struct], name: str) -> str:
    """The heading of the class that declares it: each may say one as its class variable `group`."""
    home = next(each for each in reversed(owner.__mro__) if name in vars(each).get("__annotations__", {}))
    return str(getattr(home, "group", ""))


def _field(field: msgspec.structs.FieldInfo, hint: Any, group: str) -> OptionField:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{field.name} is not declared with option(...)")
    inner, meta = get_args(hint)[:2]
    optional = get_origin(inner) in (Union, UnionType) and NoneType in get_args(inner)
    if optional:
        inner = next(kind for kind in get_args(inner) if kind is not NoneType)
    bounds = meta
    if get_origin(inner) is Annotated:
        inner, bounds = get_args(inner)[:2]
    extra = meta.extra
    values: tuple[tuple[str, str], ...] = ()
    if get_origin(inner) is Literal:
        values = tuple((value, extra["choices"].get(value, value)) for value in get_args(inner))
    kinds: dict[type, Kind] = {bool: "flag", int: "integer", float: "number", str: "text"}
    return OptionField(
        name=field.name,
        kind="choice" if values else "list" if get_origin(inner) is tuple else kinds[inner],
        label=meta.title,
        help=meta.description,
        default=field.default,
        unit=extra["unit"],
        ge=bounds.ge,
        le=bounds.le,
        values=values,
        optional=optional,
        expert=extra["expert"],
        group=group,
    )


def _taken(field: OptionField) -> str:
    """What an option takes, in words."""
    match field.kind:
        case "flag":
            return "true or false"
        case "choice":
            *most, last = (value for value, _ in field.values)
            return f"{', '.join(most)} or {last}" if most else last
        case "text":
            return "a text"
        case "integer" | "number":
            kind = "a whole number" if field.kind == "integer" else "a number"
            low = "" if field.ge is None else f" from {field.ge:g}"
            high = "" if field.le is None else f" {'to' if low else 'up to'} {field.le:g}"
            return kind + low + high
        case "list":
            return "a list of tables of options"
        case _:
            assert_never(field.kind)


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like this one, or an empty text where none is alike."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)), "")


def decode_options(owner: type[S], values: Mapping[str, Any]) -> S:
    """Checks and converts option values. Texts, as the command line gives them, are read as the field's type.

    Raises:
        PipelineError: an unknown name (says the nearest), or a value out of range (says which and why).
    """
    fields = fields_of(owner)
    known = [field.name for field in fields]
    for name in values:
        if name not in known:
            raise PipelineError(unknown_option(name, nearest(name, known)))
    # What may be left empty is emptied on the command line by saying nothing behind the equals sign.
    values = {**values, **{each.name: None for each in fields if each.optional and values.get(each.name) == ""}}
    try:
        return msgspec.convert(values, owner, strict=False)
    except msgspec.ValidationError:
        for field in fields:
            if field.name in values:
                _convert_one(owner, field, values[field.name])
        raise


def _convert_one(owner: type[msgspec.Struct], field: OptionField, given: Any) -> None:
    try:
        msgspec.convert({field.name: given}, owner, strict=False)
    except msgspec.ValidationError:
        raise PipelineError(bad_option(field.name, f"It takes {_taken(field)}, and was given “{given}”")) from None
