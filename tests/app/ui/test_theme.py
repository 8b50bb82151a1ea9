from __future__ import annotations

from dataclasses import fields

import pytest
from PySide6.QtGui import QColor, QFontInfo
from PySide6.QtWidgets import QApplication

from app.ui import theme
from app.ui.theme import DARK, LIGHT, Tokens

THEMES = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])

# Words on what lies behind them.
TEXT = [
    ("text", "bg"), ("text", "surface"), ("text", "sel"), ("text", "hover"), ("text2", "bg"), ("text2", "surface"),
    ("text2", "surface2"), ("text2", "sel"), ("text3", "surface"), ("text3", "sel"), ("text3", "hover"),
    ("accent_text", "accent_soft"), ("accent_text", "surface"), ("on_accent", "accent"), ("ok", "ok_soft"),
    ("ok", "surface"), ("warn", "warn_soft"), ("warn", "surface"), ("err", "err_soft"), ("err", "surface"),
    ("text", "err_soft"), ("text", "warn_soft"), ("toast_text", "toast"), ("toast_link", "toast"),
]  # fmt: skip
SHAPES = [("ctl", "surface"), ("bar_run", "surface"), ("bar_ok", "surface"), ("bar_err", "surface"),
          ("bar_warn", "surface"), ("accent", "surface")]  # fmt: skip


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's ratio of two colours."""

    def light(rgb: str) -> float:
        parts = QColor(f"#{rgb}").getRgbF()[:3]  # type: ignore[index]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])

    brighter, darker = sorted((light(one), light(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@THEMES
def test_every_token_is_a_colour(tokens: Tokens) -> None:
    assert [field.name for field in fields(tokens) if not QColor(f"#{getattr(tokens, field.name)}").isValid()] == []


@THEMES
@pytest.mark.parametrize(("ink", "ground"), TEXT, ids=lambda name: name)
def test_words_can_be_read(tokens: Tokens, ink: str, ground: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= 4.5


@THEMES
@pytest.mark.parametrize(("ink", "ground"), SHAPES, ids=lambda name: name)
def test_shapes_can_be_told_apart(tokens: Tokens, ink: str, ground: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= 3.0


@pytest.mark.parametrize("weight", [400, 500, 600, 700])
def test_every_weight_of_the_font_is_there(styled: QApplication, weight: int) -> None:
    info = QFontInfo(theme.font(13, weight))
    assert (info.family(), info.weight()) == ("Inter", weight)
    assert QFontInfo(theme.font(12, mono=True)).family() == "JetBrains Mono"


def test_a_theme_is_worn_by_palette_and_colours_at_once(styled: QApplication) -> None:
    theme.wear(styled, DARK)
    assert theme.is_dark()
    assert theme.colour("bg").name() == f"#{DARK.bg.lower()}" == styled.palette().window().color().name()
    theme.wear(styled, LIGHT)
    assert not theme.is_dark()


def test_a_chosen_theme_is_taken_whatever_the_system_says(styled: QApplication) -> None:
    theme.install(styled, "dark")
    assert theme.tokens() is DARK
    theme.install(styled, "light")
    assert theme.tokens() is LIGHT
