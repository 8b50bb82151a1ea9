from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from app.bridge.events import News
from app.models.history import PAGE, HistoryModel
from pipeline.model.event import JobChanged
from pipeline.model.job import Job
from pipeline.model.state import State
from tests.app.models.rows import job, naming
from tests.app.ui.fake_control import FakePages
from tests.app.ui.scene import in_loop, until

Story = Callable[[HistoryModel, FakePages], Awaitable[None]]


def ended(name: str, at_ms: int, state: State = State.COMPLETED) -> Job:
    return job(name, state, ended_ms=at_ms)


async def at_once(work: Callable[[], list[Job]]) -> list[Job]:
    return work()


@pytest.fixture
def read(qapp: QApplication) -> Callable[..., None]:
    """Plays a story with a model on some ended jobs; Qt's tester looks on."""
    qapp.setQuitOnLastWindowClosed(False)

    def play(story: Story, *jobs: Job) -> None:
        async def whole() -> None:
            pages = FakePages(jobs)
            model = HistoryModel(pages, at_once, naming())
            tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
            model.refresh()
            await until(lambda: not model.is_loading, "the first page")
            await story(model, pages)
            assert tester.model() is model

        in_loop(qapp, whole)

    return play


def names(model: HistoryModel) -> list[str]:
    return [model.index(n, 0).data() for n in range(model.rowCount())]


def test_the_last_ended_is_first(read: Callable[..., None]) -> None:
    async def story(model: HistoryModel, pages: FakePages) -> None:
        assert names(model) == ["new.mp4", "old.mp4"]

    read(story, ended("old.mp4", 1), ended("new.mp4", 2))


def test_pages_come_as_they_are_asked_for(read: Callable[..., None]) -> None:
    async def story(model: HistoryModel, pages: FakePages) -> None:
        assert model.rowCount() == PAGE
        while model.canFetchMore(QModelIndex()):
            model.fetchMore(QModelIndex())
            await until(lambda: not model.is_loading, "the next page")
        assert names(model) == [f"{n}.mp4" for n in reversed(range(PAGE + 50))]
        assert pages.asked == 2

    read(story, *(ended(f"{n}.mp4", n + 1) for n in range(PAGE + 50)))


def test_search_and_filter_start_over(read: Callable[..., None]) -> None:
    async def story(model: HistoryModel, pages: FakePages) -> None:
        model.show("tide", ())
        await until(lambda: names(model) == ["tide.mov"], "the search")
        assert model.is_filtered
        model.show("", (State.FAILED,))
        await until(lambda: names(model) == ["bad.mov"], "the filter")

    read(story, ended("tide.mov", 1), ended("harbour.mov", 2), ended("bad.mov", 3, State.FAILED))


def test_the_answer_to_an_older_search_is_not_shown(read: Callable[..., None]) -> None:
    async def story(model: HistoryModel, pages: FakePages) -> None:
        model.show("tide", ())
        model.show("harbour", ())
        await until(lambda: names(model) == ["harbour.mov"], "the second search")

    read(story, ended("tide.mov", 1), ended("harbour.mov", 2))


def test_what_ends_meanwhile_comes_on_top_and_keeps_the_rest_in_place(read: Callable[..., None]) -> None:
    async def story(model: HistoryModel, pages: FakePages) -> None:
        resets: list[int] = []
        model.modelReset.connect(lambda: resets.append(1))
        new = ended("new.mp4", 9)
        pages.jobs.append(new)
        model.take(News(facts=[JobChanged(new.id, State.COMPLETED, State.COMPLETING, 1)]))
        model.refresh()
        await until(lambda: names(model) == ["new.mp4", "b.mp4", "a.mp4"], "the new one")
        assert resets == []

    read(story, ended("a.mp4", 1), ended("b.mp4", 2))


def test_a_job_that_is_retried_leaves(read: Callable[..., None]) -> None:
    first = ended("a.mp4", 1, State.FAILED)

    async def story(model: HistoryModel, pages: FakePages) -> None:
        pages.jobs[0] = msgspec.structs.replace(first, state=State.PENDING, ended_ms=None)
        model.take(News(facts=[JobChanged(first.id, State.PENDING, State.FAILED, 2)]))
        assert names(model) == ["b.mp4"]

    read(story, first, ended("b.mp4", 2))


def test_nothing_is_read_again_without_need(read: Callable[..., None]) -> None:
    async def story(model: HistoryModel, pages: FakePages) -> None:
        model.refresh()
        model.refresh()
        assert pages.asked == 1

    read(story, ended("a.mp4", 1))
