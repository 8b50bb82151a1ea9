from __future__ import annotations

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui import theme
from app.ui.buttons import Button, IconButton


def test_a_button_is_named_by_its_text_without_the_gap(styled: QApplication, qtbot: QtBot) -> None:
    button = Button("Add files", "plus", "primary")
    qtbot.addWidget(button)
    assert button.accessibleName() == "Add files"
    assert button.text().strip() == "Add files" != button.text()


def test_a_folded_button_keeps_its_name_and_says_it_as_a_tip(styled: QApplication, qtbot: QtBot) -> None:
    button = Button("Add folder", "folder-plus")
    qtbot.addWidget(button)
    button.fold(is_folded=True)
    assert (button.text(), button.toolTip(), button.accessibleName()) == ("", "Add folder", "Add folder")
    button.fold(is_folded=False)
    assert (button.text().strip(), button.toolTip()) == ("Add folder", "")


def test_an_icon_button_has_a_name_and_a_tip(styled: QApplication, qtbot: QtBot) -> None:
    button = IconButton("Pause all", "pause")
    qtbot.addWidget(button)
    button.label("Resume all", "play")
    assert (button.accessibleName(), button.toolTip()) == ("Resume all", "Resume all")


def test_buttons_are_drawn_anew_in_another_theme(styled: QApplication, qtbot: QtBot) -> None:
    buttons = [Button("Retry", "rotate-ccw"), IconButton("Pause", "pause")]
    for button in buttons:
        qtbot.addWidget(button)
        button.show()
    before = [button.icon().cacheKey() for button in buttons]
    theme.wear(styled, theme.DARK)
    assert [one != other for one, other in zip(before, [b.icon().cacheKey() for b in buttons], strict=True)] == [
        True
    ] * 2
    theme.wear(styled, theme.LIGHT)
