from __future__ import annotations

import io

from rich.console import Console

from app.cli.bars import Bars
from pipeline.engine.estimate import Eta
from pipeline.model.destination import Destination
from pipeline.model.event import Event, JobChanged, JobProgressed, StepStarted, Told
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.job import Job, Progress
from pipeline.model.source import Source
from pipeline.model.state import State
from tests.support.fake_core import EPOCH


def job(number: int) -> Job:
    return Job(
        id=str(number), num=number, source=Source(path=f"/in/[red]clip{number}.mov".encode()),
        flow=Flow((FlowStep("convert"),)), destination=Destination(), state=State.COMPLETED,
    )  # fmt: skip


def told(event: Event) -> Told:
    return Told(event, 7, 0, 2, 1_700_000_000_000, EPOCH)


class Screen:
    """Bars on a terminal of 100 columns that is a text."""

    def __init__(self) -> None:
        self.text = io.StringIO()
        console = Console(file=self.text, force_terminal=True, width=100, height=30, color_system=None)
        self.bars = Bars(console)

    def shows(self) -> str:
        """What the next pulse draws, that one being due."""
        self.bars.pulse_s = 0.0
        self.text.seek(0)
        self.text.truncate()
        self.bars.pulse(lambda: Eta(240_000, 420_000))
        return self.text.getvalue()


def test_a_running_job_has_a_bar_and_all_have_one_with_the_time_left() -> None:
    screen = Screen()
    screen.bars.begin([job(1), job(2)])
    screen.bars.told(told(StepStarted("1", 1, "encode", "Encode")))
    screen.bars.told(told(JobProgressed("1", 1, Progress(percent=47.5, speed=1.84, eta_ms=240_000))))
    shown = screen.shows()
    screen.bars.abandon()
    assert "[red]clip1.mov" in shown, "what looks like markup is a name"
    assert "47 % · Encode · about 4 min · 1.84×" in shown
    assert "clip2" not in shown
    assert "2 jobs" in shown
    assert "4 to 7 min" in shown


def test_one_job_needs_no_bar_for_all() -> None:
    screen = Screen()
    screen.bars.begin([job(1)])
    screen.bars.told(told(JobProgressed("1", 1, Progress(percent=1))))
    shown = screen.shows()
    screen.bars.abandon()
    assert "1 job" not in shown
    assert "1 %" in shown


def test_an_ended_job_gives_its_bar_for_a_line() -> None:
    screen = Screen()
    screen.bars.begin([job(1), job(2)])
    screen.bars.told(told(JobProgressed("1", 1, Progress(percent=99))))
    screen.bars.told(told(JobChanged("1", State.COMPLETED, State.COMPLETING, 1)))
    screen.bars.ended(job(1), 1, 2)
    assert "[1/2] [red]clip1.mov: completed" in screen.text.getvalue()
    assert "99 %" not in screen.shows()
    screen.bars.finish([job(1), job(2)])
    assert "2 completed in " in screen.text.getvalue()
    assert screen.text.getvalue().endswith("\n")


def test_the_time_left_is_steady_between_two_seconds() -> None:
    screen = Screen()
    screen.bars.begin([job(1)])
    for eta_ms in (240_000, 900_000):
        screen.bars.told(told(JobProgressed("1", 1, Progress(percent=1, eta_ms=eta_ms))))
    shown = screen.shows()
    screen.bars.abandon()
    assert "about 4 min" in shown


def test_a_second_home_begins_with_its_own_bar_for_all() -> None:
    screen = Screen()
    screen.bars.begin([job(1), job(2)])
    screen.bars.begin([job(3), job(4), job(5)])
    shown = screen.shows()
    screen.bars.abandon()
    assert "3 jobs" in shown
    assert "2 jobs" not in shown


def test_pulses_that_come_too_soon_draw_nothing() -> None:
    screen = Screen()
    screen.bars.begin([job(1)])
    first = screen.shows()
    screen.bars.pulse_s = 3600.0
    screen.text.truncate(0)
    screen.bars.pulse(lambda: None)
    second = screen.text.getvalue()
    screen.bars.abandon()
    assert first
    assert second == ""
