from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

import resources
from app.ui import icons, theme
from app.ui.theme import DARK, LIGHT

CODE = [*Path(icons.__file__).parent.glob("*.py"), *Path(icons.__file__).parents[1].glob("models/*.py")]
SHIPPED = sorted(path.stem for path in resources.path("icons").glob("*.svg"))
NOT_TINTED = {"reelyard", "checked"}


@pytest.mark.parametrize("name", sorted(set(SHIPPED) - NOT_TINTED))
def test_every_icon_is_drawn_in_its_colour(styled: QApplication, name: str) -> None:
    picture = icons.pixmap(name, "accent", 48).toImage()  # large, so that some pixels are wholly covered
    spots = [picture.pixelColor(x, y) for x in range(48) for y in range(48)]
    inks = {spot.name() for spot in spots if spot.alpha() == 255}
    assert theme.colour("accent").name() in inks


def test_only_icons_that_are_used_are_shipped() -> None:
    used = {word for path in CODE for word in re.findall(r'(?<=["/])[a-z][a-z0-9-]*(?=[".])', path.read_text("utf-8"))}
    assert set(SHIPPED) - used == set()


def test_a_picture_has_the_screens_ratio(styled: QApplication) -> None:
    picture = icons.pixmap("play", "text", 16, 1.5)
    assert (picture.width(), picture.devicePixelRatio()) == (24, 1.5)


def test_an_icon_is_greyed_where_its_button_is(styled: QApplication) -> None:
    made = icons.icon("play", "text")
    size = QSize(16, 16)
    assert made.pixmap(size, QIcon.Mode.Disabled).toImage() != made.pixmap(size, QIcon.Mode.Normal).toImage()


def test_icons_follow_the_theme(styled: QApplication) -> None:
    light = icons.pixmap("play", "text", 16).toImage()
    theme.wear(styled, DARK)
    assert icons.pixmap("play", "text", 16).toImage() != light
    theme.wear(styled, LIGHT)


def test_the_mark_of_the_product_is_there_in_every_size(styled: QApplication) -> None:
    assert {size.width() for size in icons.app_icon().availableSizes()} >= {16, 32, 64, 256}
