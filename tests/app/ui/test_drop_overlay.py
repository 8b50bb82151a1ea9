from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.models.presets import Choice
from app.ui.drop_overlay import DropOverlay

CHOICES = [Choice("convert", f"p{n}", "Convert", f"Preset {n}", "Does one thing.") for n in range(7)]


@pytest.fixture
def overlay(styled: QApplication, qtbot: QtBot) -> DropOverlay:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1240, 780)
    made = DropOverlay(window, CHOICES)
    made.fit()
    return made


def test_a_few_tiles_stand_side_by_side_inside_the_window(overlay: DropOverlay) -> None:
    boxes = [box for _, box in overlay._tiles()]
    assert len(boxes) == 5
    assert all(overlay.rect().contains(box) for box in boxes)
    assert all(not one.intersects(other) for one in boxes for other in boxes if one is not other)


def test_a_tile_is_its_preset_and_all_else_is_the_usual_one(overlay: DropOverlay) -> None:
    choice, box = overlay._tiles()[3]
    assert overlay.choice_at(box.center()) == choice == CHOICES[3]
    assert overlay.choice_at(QPoint(600, 200)) is None


def test_the_tile_under_the_pointer_lights_up(overlay: DropOverlay) -> None:
    overlay.usually("Convert · Web 1080p")
    overlay.enter(3, QPoint(600, 200))
    plain = overlay.grab().toImage()
    overlay.hover(overlay._tiles()[1][1].center())
    assert overlay.grab().toImage() != plain
    overlay.leave()
    assert overlay.isHidden()
