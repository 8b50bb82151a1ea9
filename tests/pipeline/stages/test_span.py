"""Which part is asked for, by tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.packets import count
from pipeline.model.problem import PipelineError
from pipeline.stages.span import WHOLE, Span, clock, span_of
from tests.pipeline.stages.canned import SOURCES, source, video, wanted
from tests.pipeline.stages.running import drawn
from tests.support.builders import Media, ffmpeg, make
from tests.support.child import run

TEN_S = SOURCES["1080p"]
BEAR = {"dts_delta_threshold": "40"}
LONG = source("long.mkv", video(), duration_s=7200.0)


def span(kept: Any = TEN_S, start: str = "", end: str = "") -> Span:
    return span_of(kept, kept.info, wanted(start=start, end=end))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    (
        ("", "", WHOLE),
        (" ", " ", WHOLE),
        ("0", "", WHOLE),
        ("62.5", "", Span(62.5)),
        ("1:02.5", "", Span(62.5)),
        ("1:02,5", "", Span(62.5)),
        ("0:01:02.5", "1:00:00", Span(62.5, 3537.5)),
        ("90:00", "", Span(5400.0)),
        (".5", "1.", Span(0.5, 0.5)),
        ("", "120", Span(0.0, 120.0)),
        ("1:59:59", "2:00:00", Span(7199.0)),
        ("10", "2:00:00.4", Span(10.0)),
    ),
)
def test_times_are_read_as_people_write_them(start: str, end: str, expected: Span) -> None:
    assert span(LONG, start, end) == expected


@pytest.mark.parametrize(
    ("start", "end", "option", "said"),
    (
        ("soon", "", "start", "“soon” is no time; write 1:02:03.5, 2:03 or seconds."),
        ("-1", "", "start", "“-1” is no time; write 1:02:03.5, 2:03 or seconds."),
        ("1:2:3:4", "", "start", "“1:2:3:4” is no time; write 1:02:03.5, 2:03 or seconds."),
        ("٣", "", "start", "“٣” is no time; write 1:02:03.5, 2:03 or seconds."),
        ("", "1:75", "end", "“1:75” has more than 59 minutes or seconds."),
        ("1:60:00", "", "start", "“1:60:00” has more than 59 minutes or seconds."),
        ("10", "", "start", "film.mp4 is only 0:10 long."),
        ("1:00:00", "", "start", "film.mp4 is only 0:10 long."),
        ("5", "5", "end", "It has to be later than the start, which is 0:05."),
        ("5", "4.5", "end", "It has to be later than the start, which is 0:05."),
        ("", "0", "end", "It has to be later than the start, which is 0:00."),
    ),
)
def test_what_cannot_be_is_refused_with_the_reason(start: str, end: str, option: str, said: str) -> None:
    with pytest.raises(PipelineError) as raised:
        span(TEN_S, start, end)
    assert raised.value.problem.message == f"The option “{option}” has a value it cannot take."
    assert raised.value.problem.why == said


def test_an_end_behind_the_source_s_own_is_told() -> None:
    beyond = span(TEN_S, "2", "1:00")
    assert (beyond.start_s, beyond.length_s) == (2.0, None)
    (warning,) = beyond.warnings
    assert warning.code == "end_beyond_source"
    assert warning.message == "It was to end at 1:00; the source ends at 0:10, and so does the result."


def test_where_no_length_is_known_everything_is_believed() -> None:
    assert span(SOURCES["raw-h264"], "1:00:00", "2:00:00") == Span(3600.0, 3600.0, is_bare=True)


def test_ffmpeg_is_told_in_numbers_that_lose_nothing() -> None:
    assert Span(12345.678, 0.04).input_options() == {"ss": "12345.678", "t": "0.04"}
    assert Span(12345.678, 0.04).output_options() == {"t": "0.04"}
    assert WHOLE.input_options() == WHOLE.output_options() == {}


@pytest.mark.parametrize(
    ("container", "start", "end", "options"),
    (
        ("mpegts", "50", "", {"ss": "20", "itsoffset": "-30", **BEAR}),
        ("mpegts", "40", "50", {"ss": "10", "itsoffset": "-30", "t": "40", **BEAR}),
        ("mpeg", "5", "30", {"ss": "0", "itsoffset": "-5", "t": "30", "dts_delta_threshold": "15"}),
        ("mpegts", "", "30", {"t": "30"}),
        ("matroska,webm", "20", "30", {"ss": "20", "t": "10"}),
    ),
)
def test_where_no_index_leads_to_a_key_frame_pictures_are_read_from_earlier_on(
    container: str, start: str, end: str, options: dict[str, str]
) -> None:
    kept = source("film", video(), container=container, duration_s=60.0)
    assert span(kept, start, end).film_options() == options


def test_a_bare_stream_is_read_from_its_beginning(tmp_path: Path, media: Media) -> None:
    part = span(SOURCES["raw-h264"], "1:00:00")
    assert (part.film_options(), part.input_options()) == ({}, {"ss": "3600"})
    made = drawn(media.clip("raw.h264"), tmp_path, start="0.5", end="1.5")
    assert [each.packets for each in count(f"file:{made}")] == [25]


@pytest.mark.parametrize("container", ("mkv", "ts", "mpg"))
def test_no_picture_is_missing_in_a_part(container: str, tmp_path: Path, media: Media) -> None:
    codec = {"mpg": ["-c:v", "mpeg2video"]}.get(container, ["-c:v", "copy"])
    words = ["-i", str(media.seconds(4)), *codec, "-g", "25", "-c:a", "mp2", "-output_ts_offset", "50"]
    file = make(words, tmp_path / f"film.{container}")
    made = drawn(file, tmp_path, start="1.5", end="3")
    (film,) = count(f"file:{made}")
    assert abs(film.packets - 37) <= 1
    assert film.first_pts_s == pytest.approx(0, abs=0.05)


def test_a_part_late_in_a_transport_stream_has_the_same_pictures_as_elsewhere(tmp_path: Path, media: Media) -> None:
    def pictures(file: Path) -> list[str]:
        told = run([ffmpeg(), "-v", "error", "-i", str(file), "-f", "framemd5", "-"]).out
        return [line.split()[-1] for line in told.splitlines() if not line.startswith("#")]

    indexed = media.seconds(45)
    stream = make(["-i", str(indexed), "-c", "copy", "-map", "0:v", "-muxdelay", "0"], tmp_path / "film.ts")
    one, other = (drawn(file, tmp_path, f"{file.stem}.nut", start="41.2", end="42") for file in (indexed, stream))
    assert len(pictures(one)) == 20
    assert pictures(one) == pictures(other)


def test_cues_are_cut_where_the_part_begins_and_ends() -> None:
    assert WHOLE.cue_options("s:0") == {}
    assert Span(0.5, 1).cue_options("s:1") == {
        "bsf:s:1": r"noise=drop=lte(pts+duration\,0),"
        r"setts=ts=max(TS\,0):duration=min(DURATION+min(PTS\,0)\,1/TB-max(PTS\,0))"
    }
    assert Span(0.5).cue_options("s:0")["bsf:s:0"].endswith(r":duration=DURATION+min(PTS\,0)")


@pytest.mark.parametrize(
    ("part", "seconds", "left"),
    ((WHOLE, 10.0, 10.0), (Span(4), 10.0, 6.0), (Span(4, 3), 10.0, 3.0), (Span(4, 9), 10.0, 6.0), (Span(4, 3), 0, 3.0)),
)
def test_a_part_of_something_is_so_long(part: Span, seconds: float, left: float) -> None:
    assert part.of(seconds) == left


@given(st.integers(0, 10**9))
def test_a_time_that_is_written_is_read_as_the_same(milliseconds: int) -> None:
    written = clock(milliseconds / 1000)
    assert span(SOURCES["raw-h264"], written).start_s == pytest.approx(milliseconds / 1000)
