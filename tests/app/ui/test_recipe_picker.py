from __future__ import annotations

import os

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.models.presets import Choice
from app.ui.recipe_picker import RecipePicker
from pipeline.model.destination import Destination

WEB = Choice("convert", "web", "Convert", "Web 1080p", "For the web.")
SOUND = Choice("convert", "mp3", "Convert", "Audio MP3", "The sound alone.")


@pytest.fixture
def picker(styled: QApplication, qtbot: QtBot) -> RecipePicker:
    made = RecipePicker((WEB, SOUND), WEB, Destination(if_exists="skip"))
    qtbot.addWidget(made)
    return made


def test_it_begins_with_the_usual_preset_beside_the_source(picker: RecipePicker) -> None:
    assert (picker.choice, picker.destination) == (WEB, Destination(if_exists="skip"))
    assert picker._folder_button.text().strip() == "Beside the source"


def test_another_preset_is_picked_from_the_menu(picker: RecipePicker, qtbot: QtBot) -> None:
    menu = picker._recipe_button.menu()
    with qtbot.waitSignal(picker.chosen):
        next(action for action in menu.actions() if action.text() == "Convert · Audio MP3").trigger()
    assert picker.choice == SOUND
    assert picker._recipe_button.text().strip() == "Convert · Audio MP3"


def test_a_preset_picked_by_a_drop_is_the_one_that_is_ticked(picker: RecipePicker) -> None:
    picker.choose(SOUND)
    ticked = [action.text() for action in picker._recipe_button.menu().actions() if action.isChecked()]
    assert ticked == ["Convert · Audio MP3"]


def test_a_folder_is_kept_byte_for_byte(picker: RecipePicker) -> None:
    odd = os.fsdecode(b"/media/\xff out")
    picker.go_to(odd)
    assert picker.destination == Destination(b"/media/\xff out", "skip")
    picker.go_to("")
    assert picker.destination.folder == b""


def test_asking_for_a_folder_does_not_block(picker: RecipePicker) -> None:
    picker.ask_folder()
    (dialog,) = [each for each in picker.findChildren(QFileDialog) if each.isVisible()]
    dialog.fileSelected.emit("/out")
    assert picker.destination.folder == b"/out"
    dialog.close()
