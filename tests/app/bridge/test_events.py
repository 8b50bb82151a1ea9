from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from app.bridge.events import LOG_LINES_KEPT, EventInbox, News
from pipeline.engine.bus import Bus
from pipeline.model.event import Event, JobLogged, JobProgressed, JobRemoved, Told
from pipeline.model.job import Progress


class Ears:
    """What an inbox delivered, and in which thread."""

    def __init__(self, inbox: EventInbox) -> None:
        self.news: list[News] = []
        self.threads: list[QThread] = []
        inbox.delivered.connect(self.hear)

    def hear(self, news: News) -> None:
        self.news.append(news)
        self.threads.append(QThread.currentThread())

    @property
    def facts(self) -> list[Event]:
        return [fact for news in self.news for fact in news.facts]


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def inbox(bus: Bus, qtbot: QtBot) -> Iterator[EventInbox]:
    made = EventInbox(bus)
    yield made
    made.close()


def tell(bus: Bus, *events: Event) -> None:
    """As the writer does: from a thread of its own."""
    told = [Told(event, 1, 0, 1, 0, "e") for event in events]
    thread = threading.Thread(target=lambda: bus.tell(told))
    thread.start()
    thread.join()


def progress(job_id: str, percent: float) -> JobProgressed:
    return JobProgressed(job_id, 1, Progress(percent=percent))


def test_facts_come_in_order_and_in_the_main_thread(bus: Bus, inbox: EventInbox, qtbot: QtBot) -> None:
    ears = Ears(inbox)
    for n in range(20):
        tell(bus, JobRemoved(str(n)))
    qtbot.waitUntil(lambda: len(ears.facts) == 20)
    assert [fact.job_id for fact in ears.facts if isinstance(fact, JobRemoved)] == [str(n) for n in range(20)]
    assert set(ears.threads) == {QThread.currentThread()}


def test_of_much_progress_the_latest_is_delivered_and_much_is_merged(bus: Bus, inbox: EventInbox, qtbot: QtBot) -> None:
    ears = Ears(inbox)
    for percent in range(500):
        tell(bus, progress("a", percent), progress("b", percent / 2))
    qtbot.waitUntil(lambda: bool(ears.news) and ears.news[-1].progress.get("a") == progress("a", 499))
    assert ears.news[-1].progress["b"] == progress("b", 249.5)
    assert len(ears.news) < 500


def test_a_fact_does_not_wait_for_the_gap_between_progress(bus: Bus, inbox: EventInbox, qtbot: QtBot) -> None:
    ears = Ears(inbox)
    tell(bus, progress("a", 1))
    qtbot.waitUntil(lambda: len(ears.news) == 1)
    tell(bus, progress("a", 2))
    tell(bus, JobRemoved("a"))
    qtbot.waitUntil(lambda: bool(ears.facts))
    with_fact = next(news for news in ears.news if news.facts)
    assert with_fact.progress in ({}, {"a": progress("a", 2)})


def test_no_line_of_a_log_is_lost_but_the_oldest(bus: Bus, inbox: EventInbox, qtbot: QtBot) -> None:
    ears = Ears(inbox)
    tell(bus, *(JobLogged("a", 1, "info", str(n)) for n in range(LOG_LINES_KEPT + 10)))
    qtbot.waitUntil(lambda: bool(ears.news))
    assert [line.line for line in ears.news[0].logs["a"]] == [str(n) for n in range(10, LOG_LINES_KEPT + 10)]


def test_a_closed_inbox_is_left_alone(bus: Bus, inbox: EventInbox, qtbot: QtBot) -> None:
    ears = Ears(inbox)
    tell(bus, progress("a", 1))
    inbox.close()
    tell(bus, JobRemoved("a"))
    inbox._deliver()
    assert ears.news == []
