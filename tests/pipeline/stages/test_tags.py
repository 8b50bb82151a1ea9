"""What a result says about itself: a table of options."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pipeline.model.source import Source
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.encoders import Crf
from pipeline.stages.output import Output
from pipeline.stages.selection import Kept, selected
from pipeline.stages.span import Span
from pipeline.stages.tags import all_streams, created, file_options, muxing, stream_options
from tests.pipeline.stages.canned import SOURCES, audio, subtitle


def output_of(kept: Source, span: Span | None = None, **changes: Any) -> Output:
    """An output of a canned source."""
    assert kept.info is not None
    choices = OutputChoices(**changes)
    return Output(choices, selected(kept.info, choices), "encode.mp4", "result.mp4", Crf(21), span=span or Span())


@pytest.mark.parametrize(
    ("name", "span", "changes", "options"),
    (
        ("1080p", None, {}, {"map_metadata": 0, "map_chapters": 0}),
        ("ogg", None, {}, {"map_metadata": "0:s:0", "map_chapters": 0}),
        ("1080p", None, {"chapters": False}, {"map_metadata": 0, "map_chapters": -1}),
        ("1080p", None, {"metadata": False}, {"map_metadata:g": -1, "map_metadata:s": -1, "map_chapters": 0}),
        ("1080p", Span(1.0, 2.5), {}, {"map_metadata": 0, "map_chapters": 0, "t": "2.5"}),
        ("1080p", Span(1.0), {}, {"map_metadata": 0, "map_chapters": 0}),
    ),
)
def test_tags_and_chapters_of_the_whole(
    name: str, span: Span | None, changes: dict[str, Any], options: dict[str, Any]
) -> None:
    info = SOURCES[name].info
    assert info is not None
    assert file_options(info, output_of(SOURCES[name], span, **changes)) == options


def test_tags_of_phones_are_written_under_their_own_keys() -> None:
    plain = SOURCES["1080p"]
    assert plain.info is not None
    phone = msgspec.structs.replace(plain.info, has_keyed_tags=True)
    how = {"movflags": "+faststart"}
    assert created(phone, output_of(plain)) == {}
    dated = msgspec.structs.replace(phone, created="2024-05-01T08:00:00Z")
    assert created(dated, output_of(plain)) == {"metadata": ["creation_time=2024-05-01T08:00:00Z"]}
    assert created(dated, output_of(plain, metadata=False)) == {}
    assert muxing(how, phone, output_of(plain)) == {"movflags": "+faststart+use_metadata_tags"}
    assert muxing(how, phone, output_of(plain, metadata=False)) == how
    assert muxing(how, plain.info, output_of(plain)) == how
    assert muxing({}, phone, output_of(plain)) == {}


def test_chapters_in_an_mp4_have_a_clock_that_does_not_run_over() -> None:
    plain = SOURCES["1080p"]
    assert plain.info is not None
    how = {"movflags": "+faststart"}
    parted = msgspec.structs.replace(plain.info, chapters=2)
    assert muxing(how, parted, output_of(plain)) == {**how, "movie_timescale": 48_000}
    assert muxing(how, parted, output_of(plain, chapters=False)) == how
    assert muxing({}, parted, output_of(plain)) == {}


@pytest.mark.parametrize(
    ("kept", "changes", "options"),
    (
        (Kept(audio(1), "aac"), {}, {}),
        (
            Kept(audio(1, language="eng", title="Comments"), "aac"),
            {},
            {"metadata:s:a:0": ["language=eng", "title=Comments"]},
        ),
        (
            Kept(audio(1, language="eng", title="Comments"), "aac"),
            {"metadata": False},
            {"metadata:s:a:0": ["language=eng"]},
        ),
        (Kept(audio(1, language="deu"), "aac"), {"container": "mov"}, {"metadata:s:a:0": ["language=ger"]}),
        (Kept(audio(1), "aac", is_default=True), {}, {"disposition:a:0": "+default"}),
        (Kept(audio(1), "aac", is_default=False), {}, {"disposition:a:0": "-default"}),
        (
            Kept(subtitle(0, "subrip", is_forced=True), "copy", file="beside-1.srt"),
            {},
            {"disposition:a:0": "forced"},
        ),
        (Kept(subtitle(0, "subrip"), "copy", file="beside-1.srt", is_default=False), {}, {"disposition:a:0": "0"}),
    ),
)
def test_what_a_stream_says_of_itself(kept: Kept, changes: dict[str, Any], options: dict[str, Any]) -> None:
    assert stream_options(kept, "a:0", output_of(SOURCES["1080p"], **changes)) == options


def test_streams_are_counted_by_kind() -> None:
    made = output_of(SOURCES["tracks"], container="mkv", audio_languages="deu,eng")
    options = all_streams(made.selection, made)
    assert [key for key in options if key.startswith("metadata")] == [
        "metadata:s:v:0", "metadata:s:a:0", "metadata:s:a:1", "metadata:s:s:0", "metadata:s:s:1",
    ]  # fmt: skip
    assert options["metadata:s:a:0"] == ["language=deu"]
    assert (options["disposition:a:0"], options["disposition:a:1"]) == ("+default", "-default")
