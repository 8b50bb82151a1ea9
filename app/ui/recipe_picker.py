"""What the next drop becomes and where it goes: a chooser of presets and one of folders."""

from __future__ import annotations

import os
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QMenu, QWidget

from app.models.presets import Choice
from app.ui import row_paint, theme
from app.ui.buttons import Button
from pipeline.model.destination import Destination, IfExists
from pipeline.model.source import shown

ICONS = {"convert": "film", "stream": "layers", "song": "music", "narrate": "mic", "links": "link"}
_FOLDER_WIDTH = 260


class RecipePicker(QWidget):
    """Keeps the choice for new jobs. `chosen` tells that it changed."""

    chosen = Signal()

    def __init__(
        self,
        choices: Sequence[Choice],
        first: Choice,
        destination: Destination,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._choices = tuple(choices)
        self._choice = first
        self._folder = destination.folder
        self._if_exists: IfExists = destination.if_exists
        self._dialog: QFileDialog | None = None
        self._actions: dict[Choice, QAction] = {}
        self._recipe_button = Button("", "film")
        self._recipe_button.setMenu(self._recipe_menu())
        self._folder_button = Button("", "folder")
        self._folder_button.setMenu(self._folder_menu())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for word, button in (("New jobs", self._recipe_button), ("into", self._folder_button)):
            label = QLabel(word, self)
            label.setProperty("tone", "quiet")
            label.setFont(theme.font(12, 500))
            button.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
            row.addWidget(label)
            row.addWidget(button)
        row.addStretch(1)
        self._show()

    @property
    def choice(self) -> Choice:
        """The recipe and preset for new jobs."""
        return self._choice

    @property
    def destination(self) -> Destination:
        """Where the results of new jobs go."""
        return Destination(self._folder, self._if_exists)

    def choose(self, choice: Choice) -> None:
        """Takes another recipe and preset."""
        self._choice = choice
        self._show()
        self.chosen.emit()

    def go_to(self, folder: str) -> None:
        """Takes another folder; empty is beside the source."""
        self._folder = os.fsencode(folder)
        self._show()
        self.chosen.emit()

    @Slot()
    def ask_folder(self) -> None:
        """Lets the person pick a folder."""
        self._dialog = QFileDialog(self, "Choose a folder for results", os.fsdecode(self._folder))
        self._dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog.fileSelected.connect(self.go_to)
        self._dialog.open()

    def _recipe_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        group = QActionGroup(menu)
        last = ""
        for choice in self._choices:
            if last and choice.recipe != last:
                menu.addSeparator()
            last = choice.recipe
            action = QAction(choice.title, menu)
            action.setToolTip(choice.summary)
            action.setCheckable(True)
            self._actions[choice] = action
            action.triggered.connect(lambda _=False, picked=choice: self.choose(picked))
            group.addAction(action)
            menu.addAction(action)
        return menu

    def _folder_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction("Beside the source", lambda: self.go_to(""))
        menu.addAction("Choose a folder…", self.ask_folder)
        return menu

    def _show(self) -> None:
        self._actions[self._choice].setChecked(True)
        self._recipe_button.label(self._choice.title, ICONS.get(self._choice.recipe, "film"))
        self._recipe_button.setAccessibleName(f"Recipe for new jobs: {self._choice.title}")
        self._recipe_button.setToolTip(self._choice.summary)
        folder = shown(self._folder)
        name = row_paint.elided(folder, theme.font(13, 600), _FOLDER_WIDTH, middle=True)
        self._folder_button.label(name or "Beside the source", "folder")
        self._folder_button.setAccessibleName(f"Results go to: {folder or 'beside the source'}")
        self._folder_button.setToolTip(folder or "Results are put into the folder of their source.")
        for button in (self._recipe_button, self._folder_button):
            button.setIconSize(QSize(16, 16))
