"""Measuring loudness, by conversation, and the gain that comes of it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from pipeline.model.source import Source
from pipeline.model.stage import Outcome, Script
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.containers import settled
from pipeline.stages.loudness import Gain, Loudness, gain_of, levelled, measured, measures, out_of_reach, said
from pipeline.stages.selection import selected
from pipeline.stages.span import WHOLE, Span
from tests.pipeline.stages.canned import SOURCES, audio, source, video
from tests.support.drive import Talk, drive

PODCAST = OutputChoices(container="mkv", loudness=-16.0)


def meter(index: int, integrated: float | str, peak: float | str) -> str:
    """What ffmpeg's meter of a track says."""
    return f"""[ebur128@{index}] Summary:

  Integrated loudness:
    I:         {integrated} LUFS
    Threshold: -36.8 LUFS

  Loudness range:
    LRA:         0.0 LU
    Threshold: -46.8 LUFS
    LRA low:   -26.8 LUFS
    LRA high:  -26.8 LUFS

  True peak:
    Peak:      {peak} dBFS
"""


def measuring(kept: Source, choices: OutputChoices = PODCAST, span: Span = WHOLE) -> tuple[Talk, dict[int, Loudness]]:
    """The conversation of measuring a source, and what it will have found."""
    assert kept.info is not None
    info, found = kept.info, dict[int, Loudness]()

    def script() -> Generator[Any, Outcome, tuple[()]]:
        found.update((yield from measured(kept, info, span, selected(info, choices), choices)))
        return ()

    talk: Script = script()
    return drive(talk), found


def test_all_tracks_are_measured_in_one_decode_as_they_will_be_mixed() -> None:
    talk, found = measuring(SOURCES["tracks"], OutputChoices(container="mkv", loudness=-16.0, channels="stereo"))
    run = talk.asks_for_run()
    assert run.value_of("-filter:a:0") == "aresample=async=1,ebur128@1=peak=true:framelog=quiet"
    assert run.value_of("-filter:a:1").startswith("aresample=async=1:ochl=stereo:rematrix_maxval=1,ebur128@2=")
    assert run.value_of("-loglevel") == "level+info"
    talk.answers(stderr=meter(2, -30.5, -20.0) + meter(1, -20.1, -6.0))
    assert talk.returns() == ()
    assert found == {1: Loudness(-20.1, -6.0), 2: Loudness(-30.5, -20.0)}


def test_only_so_many_are_measured_at_once_as_their_words_are_kept() -> None:
    many = source("many.mkv", video(0), *(audio(at) for at in range(1, 7)))
    talk, found = measuring(many)
    talk.answers(stderr="".join(meter(at, -20.0, -9.0) for at in (1, 2, 3, 4)))
    assert "-filter:a:1" in talk.asks_for_run().argv
    assert "-filter:a:2" not in talk.asks_for_run().argv
    talk.answers(stderr=meter(5, -20.0, -9.0) + meter(6, -20.0, -9.0))
    assert talk.is_over
    assert sorted(found) == [1, 2, 3, 4, 5, 6]


def test_a_part_is_measured_alone() -> None:
    talk, _ = measuring(SOURCES["wav"], span=Span(3.0, 5.0))
    run = talk.asks_for_run()
    assert (run.value_of("-ss"), run.value_of("-t"), run.command.expect_s) == ("3", "5", 5.0)


def test_where_peaks_are_held_down_it_listens_again() -> None:
    talk, found = measuring(SOURCES["wav"])
    talk.answers(stderr=meter(0, -20.0, -3.0))
    again = talk.asks_for_run().value_of("-filter:a:0")
    assert "volume=4.00dB,aresample=192000,alimiter=" in again
    assert "aresample=48000,ebur128@0=" in again
    talk.answers(stderr=meter(0, -16.4, -1.2))
    assert talk.is_over
    assert found == {0: Loudness(-20.0, -3.0, held=-16.4)}


@pytest.mark.parametrize("heard", (meter(0, "-70.0", "-inf"), "", "[ebur128@0] Summary:\n  cut off"))
def test_silence_and_a_meter_that_says_nothing_leave_sound_as_it_is(heard: str) -> None:
    talk, found = measuring(SOURCES["wav"])
    talk.answers(stderr=heard)
    assert talk.returns() == ()
    assert found == {}


@pytest.mark.parametrize(
    ("name", "changes"),
    (("wav", {"loudness": None}), ("1080p", {"audio": "copy"}), ("1080p", {"audio": "none"}), ("video-only", {})),
)
def test_nothing_is_measured_in_vain(name: str, changes: dict[str, Any]) -> None:
    choices = settled(OutputChoices(**{"container": "mkv", "loudness": -16.0, **changes}))
    talk, found = measuring(SOURCES[name], choices)
    assert talk.returns() == ()
    assert found == {}
    assert not measures(SOURCES[name].info, choices)


def test_before_the_probe_there_may_be_something_to_measure() -> None:
    assert measures(None, PODCAST)
    assert not measures(None, OutputChoices())


@pytest.mark.parametrize(
    ("loudness", "gain"),
    (
        (Loudness(-20.0, -9.0), Gain(4.0)),
        (Loudness(-10.0, 0.5), Gain(-6.0)),
        (Loudness(-20.0, -5.0), Gain(4.0)),
        (Loudness(-20.0, -3.0), Gain(4.0, 2.0, 0.0)),
        (Loudness(-20.0, -3.0, held=-16.5), Gain(4.5, 2.5, 0.0)),
        (Loudness(-30.0, -3.0), Gain(8.0, 6.0, 6.0)),
        (Loudness(-30.0, -3.0, held=-23.0), Gain(8.0, 6.0, 7.0)),
    ),
)
def test_one_gain_for_all_and_peaks_held_down_by_so_much_at_most(loudness: Loudness, gain: Gain) -> None:
    found = gain_of(loudness, PODCAST)
    assert (found.by_db, found.held_db, found.short_db) == pytest.approx((gain.by_db, gain.held_db, gain.short_db))


def test_a_gain_nobody_hears_is_not_applied() -> None:
    assert levelled(Loudness(-16.0, -9.0), PODCAST, 48000) == []


def test_what_is_out_of_reach_is_said_with_its_numbers() -> None:
    found = {0: Loudness(-20.0, -9.0), 1: Loudness(-30.0, -3.0, held=-23.0)}
    (warning,) = out_of_reach(found, PODCAST)
    assert warning.code == "loudness_not_reached"
    assert warning.message == (
        "Sound comes to about -23.0 LUFS, not -16: louder, its peaks would have to be held down by more than 6 dB to "
        "stay below -1 dBTP."
    )


def test_a_meter_is_read_between_other_lines() -> None:
    lines = ["size=N/A time=00:01:00.00", *meter(3, -23.1, -1.5).splitlines(), "[out#0/null] video:0KiB"]
    assert said(lines) == {3: Loudness(-23.1, -1.5)}
