"""Short windows that stand for a whole film."""

from __future__ import annotations

import pytest

from pipeline.media.command import command, output
from pipeline.stages.span import Span
from pipeline.stages.windows import LEAST_FRAMES, WINDOW_S, WINDOWS, film_of, windows_of
from tests.pipeline.stages.canned import SOURCES, video

LONG_S = 200.0


def test_windows_lie_one_in_each_part_of_the_film() -> None:
    windows = windows_of(Span(), LONG_S, 25.0)
    assert len(windows.spans) == WINDOWS
    assert not windows.is_whole
    part_s = LONG_S / WINDOWS
    for number, span in enumerate(windows.spans):
        assert span.length_s is not None
        assert number * part_s <= span.start_s
        assert span.start_s + span.length_s <= (number + 1) * part_s + 0.001


def test_windows_of_a_part_stay_in_it() -> None:
    windows = windows_of(Span(3600.0, LONG_S), LONG_S, 25.0)
    assert all(3600.0 <= span.start_s <= 3600.0 + LONG_S - WINDOW_S for span in windows.spans)


def test_windows_are_never_all_in_step_with_the_keyframes_of_a_source() -> None:
    places = [span.start_s % 10.0 for span in windows_of(Span(), 200.0, 25.0).spans]
    assert max(places) - min(places) > 8.0


def test_a_window_of_few_frames_a_second_is_longer() -> None:
    windows = windows_of(Span(), 1000.0, 4.0)
    assert {span.length_s for span in windows.spans} == {LEAST_FRAMES / 4.0}


@pytest.mark.parametrize("seconds", [0.6, 5.0, WINDOW_S * WINDOWS])
def test_what_is_short_is_taken_whole(seconds: float) -> None:
    windows = windows_of(Span(), seconds, 25.0)
    assert windows.is_whole
    assert windows.spans == (Span(),)
    assert windows.joints_s == ()


def test_of_a_film_of_unknown_length_only_the_beginning_is_taken() -> None:
    windows = windows_of(Span(), 0.0, 25.0)
    assert [span.length_s for span in windows.spans] == [30.0]
    assert not windows.is_whole


def test_windows_in_groups_are_the_same_windows() -> None:
    windows = windows_of(Span(), LONG_S, 25.0)
    groups = windows.in_groups(7)
    assert [len(group.spans) for group in groups] == [7, 7, 6]
    assert tuple(span for group in groups for span in group.spans) == windows.spans
    assert len(windows.in_groups(0)) == WINDOWS


def test_joints_are_where_a_window_begins_behind_another() -> None:
    (first, *_) = windows_of(Span(), LONG_S, 25.0).in_groups(3)
    assert first.joints_s == (0.5, 1.0)
    assert first.seconds == 1.5


def test_windows_are_read_one_by_one_and_joined() -> None:
    (first, *_) = windows_of(Span(), LONG_S, 25.0).in_groups(2)
    argv = command(output([film_of(SOURCES["1080p"], video(), first)], "-", format="null")).argv
    assert argv.count("-i") == argv.count("-ss") == argv.count("-an") == 2
    assert "concat=n=2" in argv[argv.index("-filter_complex") + 1]
