from __future__ import annotations

from typing import get_args

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.problem_box import ProblemBox, report_of
from pipeline.model.problem import Action, Problem, Remedy, Warn, bug, disk_full

DONE_ELSEWHERE = {"none", "choose_tool", "change_options", "open_settings"}


@pytest.fixture
def box(styled: QApplication, qtbot: QtBot) -> ProblemBox:
    made = ProblemBox()
    qtbot.addWidget(made)
    return made


def test_it_says_what_happened_why_and_what_to_do(box: ProblemBox) -> None:
    problem = disk_full("/out")
    box.show_problem(problem)
    assert [label.text() for label in (box._message, box._why, box._remedy)] == [
        problem.message,
        problem.why,
        problem.remedy.text,
    ]
    assert not box.isHidden()
    box.clear()
    assert (box.isHidden(), box.problem) == (True, None)


@pytest.mark.parametrize("action", get_args(Action))
def test_a_remedy_has_a_button_where_the_window_can_do_it(box: ProblemBox, action: Action) -> None:
    told: list[str] = []
    box.chosen.connect(told.append)
    box.show_problem(Problem("p", "It broke.", "It was old.", Remedy("Mend it.", action)))
    assert box._button.isHidden() == (action in DONE_ELSEWHERE)
    if not box._button.isHidden():
        box._button.click()
        assert told == [action]


def test_a_report_is_copied_with_its_detail(box: ProblemBox) -> None:
    problem = bug("Traceback: here")
    box.show_problem(problem)
    box._button.click()
    assert QGuiApplication.clipboard().text() == report_of(problem)
    assert "Traceback: here" in report_of(problem)


def test_warnings_are_no_failure(box: ProblemBox) -> None:
    box.show_problem(disk_full("/out"))
    box.show_warnings((Warn("a", "One."), Warn("b", "Two.")))
    assert (box._why.text(), box._button.isHidden(), box.property("role")) == ("One.\nTwo.", True, "warning")
