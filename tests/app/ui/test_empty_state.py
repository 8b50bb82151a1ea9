from __future__ import annotations

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.buttons import Button
from app.ui.empty_state import EmptyState


def test_its_buttons_tell_which_was_pressed(styled: QApplication, qtbot: QtBot) -> None:
    state = EmptyState(is_drop_area=True)
    qtbot.addWidget(state)
    told: list[str] = []
    state.chosen.connect(told.append)
    state.say(
        "arrow-down", "Drop media", "Files.", (("files", "Choose files…", "plus"), ("folder", "Folder…", "folder"))
    )
    for button in state.findChildren(Button):
        button.click()
    assert told == ["files", "folder"]


def test_it_can_say_something_else(styled: QApplication, qtbot: QtBot) -> None:
    state = EmptyState()
    qtbot.addWidget(state)
    state.say("search", "No match", "Searched.", (("all", "Show all", ""),))
    state.say("history", "Nothing yet", "Later.")
    assert state._title.text() == "Nothing yet"
    assert state._buttons.count() == 2  # the two stretches
