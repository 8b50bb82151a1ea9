from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.models.job_row import JobRow
from app.ui.overall_card import OverallCard
from pipeline.engine.estimate import Eta
from pipeline.model.job import Job, Progress
from pipeline.model.state import State
from tests.app.models.rows import job, naming


@pytest.mark.parametrize(
    ("jobs", "eta", "percent", "words"),
    [
        ([job(state=State.RUNNING, progress=Progress(percent=50)), job()], None, "25 %", "1 running"),
        ([job(state=State.RUNNING, progress=Progress(percent=50))], Eta(240_000, 420_000), "50 %",
         "1 running\n4 to 7 min left"),
        ([job(state=State.RUNNING)], Eta(1, 2), "0 %", "1 running\nalmost done"),
        ([job(state=State.PAUSED, progress=Progress(percent=10))], None, "10 %", "1 paused"),
        ([job(), job()], None, "0 %", "Nothing running\n2 waiting"),
        ([job(state=State.COMPLETED), job(state=State.FAILED)], None, "100 %", "All done\n"),
    ],
)  # fmt: skip
def test_it_says_how_it_goes_on_the_whole(
    styled: QApplication, qtbot: QtBot, jobs: list[Job], eta: Eta | None, percent: str, words: str
) -> None:
    card = OverallCard()
    qtbot.addWidget(card)
    card.watch(lambda: [JobRow(each, naming()) for each in jobs], lambda: eta)
    assert (card._percent.text(), card._words.text(), card.isHidden()) == (percent, words, False)
    card.stop()


def test_it_is_gone_when_there_is_nothing_to_say(styled: QApplication, qtbot: QtBot) -> None:
    card = OverallCard()
    qtbot.addWidget(card)
    card.watch(lambda: [JobRow(job(state=State.FAILED), naming())], lambda: None)
    assert card.isHidden()


def test_it_looks_only_while_something_is_open(styled: QApplication, qtbot: QtBot) -> None:
    card = OverallCard()
    qtbot.addWidget(card)
    rows = [JobRow(job(state=State.RUNNING), naming())]
    card.watch(lambda: rows, lambda: None)
    assert card._timer.isActive()
    rows[0].take(job(state=State.COMPLETED))
    card.look()
    assert not card._timer.isActive()
