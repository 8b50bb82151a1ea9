from __future__ import annotations

import pytest

from app import text
from pipeline.model.destination import Destination
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.job import HeldBy, Job, Waiting
from pipeline.model.problem import bug, tool_failed
from pipeline.model.source import Source
from pipeline.model.state import State


def job(state: State = State.PENDING, held_by: HeldBy = "", waiting_for: Waiting = "") -> Job:
    return Job(
        id="1", num=1, source=Source(path=b"/clip.mov"), flow=Flow((FlowStep("convert"),)),
        destination=Destination(), state=state, held_by=held_by, waiting_for=waiting_for,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (812, "812 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (12_400, "12.4 kB"),
        (99_949, "99.9 kB"),
        (99_960, "100 kB"),
        (999_499, "999 kB"),
        (999_999, "1.0 MB"),
        (12_400_000, "12.4 MB"),
        (182_300_000, "182 MB"),
        (2_100_000_000, "2.1 GB"),
        (4e18, "4000 PB"),
    ],
)
def test_a_size_has_three_digits_at_most(size_bytes: float, said: str) -> None:
    assert text.size(size_bytes) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (0, "0 s"),
        (0.001, "0.1 s"),
        (0.44, "0.4 s"),
        (0.97, "1 s"),
        (3.2, "3 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (65, "1 min 05 s"),
        (3599.4, "59 min 59 s"),
        (3599.7, "1 h 00 min"),
        (11_040, "3 h 04 min"),
        (360_000, "100 h 00 min"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds: float | None, said: str) -> None:
    assert text.duration(seconds) == said


@pytest.mark.parametrize(
    ("eta_ms", "said"),
    [
        (None, "–"),
        (0, "almost done"),
        (5_000, "almost done"),
        (5_100, "about 5 s"),
        (43_000, "about 45 s"),
        (57_400, "about 55 s"),
        (58_000, "about 1 min"),
        (100_000, "about 2 min"),
        (240_000, "about 4 min"),
        (3_560_000, "about 59 min"),
        (3_580_000, "about 1 h 00 min"),
        (4_000_000, "about 1 h 05 min"),
        (11_000_000, "about 3 h 05 min"),
    ],
)
def test_time_left_is_rounded_to_what_can_be_known(eta_ms: int | None, said: str) -> None:
    assert text.time_left(eta_ms) == said


@pytest.mark.parametrize(
    ("low_ms", "high_ms", "said"),
    [
        (None, 5, "–"),
        (5, None, "–"),
        (0, 4_000, "almost done"),
        (10_000, 50_000, "less than a minute"),
        (10_000, 120_000, "10 s to 2 min"),
        (0, 120_000, "5 s to 2 min"),
        (240_000, 420_000, "4 to 7 min"),
        (420_000, 240_000, "4 to 7 min"),
        (235_000, 250_000, "about 4 min"),
        (3_000_000, 4_200_000, "50 min to 1 h 10 min"),
        (7_200_000, 10_800_000, "2 h 00 min to 3 h 00 min"),
    ],
)
def test_an_interval_names_its_unit_once(low_ms: int | None, high_ms: int | None, said: str) -> None:
    assert text.time_left_between(low_ms, high_ms) == said


@pytest.mark.parametrize(
    ("shown_ms", "now_ms", "next_ms"),
    [
        (None, 5_000, 5_000),
        (100_000, None, None),
        (100_000, 95_000, 100_000),
        (100_000, 109_000, 100_000),
        (100_000, 90_000, 90_000),
        (100_000, 111_000, 111_000),
        (0, 1_000, 1_000),
    ],
)
def test_what_moves_by_less_than_a_tenth_is_held(shown_ms: int | None, now_ms: int | None, next_ms: int | None) -> None:
    assert text.held_steady(shown_ms, now_ms) == next_ms


@pytest.mark.parametrize(
    ("times", "said"), [(0, "–"), (0.254, "0.25×"), (1.84, "1.84×"), (12.34, "12.3×"), (431.7, "432×")]
)
def test_speed_is_in_multiples_of_real_time(times: float, said: str) -> None:
    assert text.speed(times) == said


@pytest.mark.parametrize(("value", "said"), [(0, "0 %"), (47.5, "47 %"), (99.99, "99 %"), (100, "100 %")])
def test_a_hundred_percent_is_said_of_finished_work_only(value: float, said: str) -> None:
    assert text.percent(value) == said


@pytest.mark.parametrize(("rate", "said"), [(320_000, "320 kb/s"), (999_400, "999 kb/s"), (4_790_000, "4.8 Mb/s")])
def test_a_bit_rate_changes_its_unit_at_a_thousand(rate: float, said: str) -> None:
    assert text.bit_rate(rate) == said


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [
        (0, ("job",), "0 jobs"),
        (1, ("job",), "1 job"),
        (1204, ("item",), "1,204 items"),
        (2, ("entry", "entries"), "2 entries"),
    ],
)
def test_things_are_counted_in_the_right_number(number: int, words: tuple[str, ...], said: str) -> None:
    assert text.count(number, *words) == said


@pytest.mark.parametrize(
    ("parts", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_a_list_ends_with_and(parts: list[str], said: str) -> None:
    assert text.listed(parts) == said


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_word_of_its_own(state: State) -> None:
    others = {text.label_of(other) for other in State if other is not state}
    assert text.label_of(state) not in others
    assert text.state_word(job(state)) == text.label_of(state)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (job(held_by="person"), "Held"),
        (job(held_by="crash"), "Held"),
        (job(waiting_for="disk"), "Waiting"),
        (job(State.RUNNING, waiting_for="retry"), "Waiting"),
        (job(State.RUNNING, waiting_for="lane"), "Running"),
        (job(State.PAUSED, waiting_for="disk"), "Paused"),
    ],
)
def test_who_waits_for_what_is_told_apart(row: Job, word: str) -> None:
    assert text.state_word(row) == word


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("clip.mov", "clip.mov"),
        ("two\nlines\t.mov", "two�lines�.mov"),
        ("\x1b[31mred.mov", "�[31mred.mov"),
        ("exe.\u202evom.mov", "exe.�vom.mov"),
        ("family 👪 ü.mov", "family 👪 ü.mov"),
    ],
)
def test_a_name_cannot_break_its_line_or_command_the_terminal(name: str, said: str) -> None:
    assert text.one_line(name) == said


def test_a_problem_is_one_line_of_three_sentences() -> None:
    said = text.sentence(tool_failed("ffmpeg\n", 1, "line\nline"))
    assert said.startswith("ffmpeg� stopped with exit code 1. ")
    assert "\n" not in said


def test_the_last_lines_of_a_tool_are_kept_and_all_of_a_traceback() -> None:
    log = "\n".join(["", *map(str, range(30))])
    assert text.details(tool_failed("ffmpeg", 1, log), limit=2) == ["28", "29"]
    assert len(text.details(bug(log), limit=2)) == 30
    assert text.details(bug("")) == []


def test_a_summary_counts_the_ends_and_what_is_left() -> None:
    rows = [job(State.COMPLETED), job(State.COMPLETED), job(State.FAILED), job(State.RUNNING)]
    assert text.summary(rows) == "2 completed, 1 failed, 1 not finished"
    assert text.summary(rows[:2]) == "2 completed"
