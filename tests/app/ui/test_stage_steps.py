from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui import theme
from app.ui.stage_steps import StageSteps
from tests.app.models.rows import STAGES


@pytest.fixture
def steps(styled: QApplication, qtbot: QtBot) -> StageSteps:
    made = StageSteps()
    qtbot.addWidget(made)
    made.resize(600, 56)
    return made


def test_each_stage_has_its_bar(steps: StageSteps) -> None:
    steps.show_stages(STAGES, (1.0, 0.5, 0.0), "finish", "50 %", "run")
    picture = steps.grab().toImage()
    assert picture.pixelColor(100, 3) == theme.colour("bar_ok")
    assert picture.pixelColor(240, 3) == theme.colour("bar_run")
    assert picture.pixelColor(500, 3) == theme.colour("track")


def test_the_same_is_said_in_words(steps: StageSteps) -> None:
    steps.show_stages(STAGES, (1.0, 0.5, 0.0), "finish", "", "run")
    assert steps.accessibleDescription() == "Encode 100%, Finish 50%, Verify 0%"


def test_a_fact_stays_with_its_stage_until_a_new_attempt(steps: StageSteps) -> None:
    steps.show_stages(STAGES, (0.5, 0.0, 0.0), "encode", "chunk 3/4", "run")
    steps.show_stages(STAGES, (1.0, 0.5, 0.0), "finish", "moving", "run")
    assert steps._facts == {"encode": "chunk 3/4", "finish": "moving"}
    steps.forget_facts()
    assert steps._facts == {}


def test_without_stages_there_is_nothing_to_see(steps: StageSteps) -> None:
    steps.show_stages((), (), "", "", "run")
    assert steps.isHidden()
