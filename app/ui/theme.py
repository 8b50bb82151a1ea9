"""The look in one place: colours, fonts, palette, style sheet, light and dark. Widgets name tokens, never colours."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

import resources


@dataclass(frozen=True)
class Tokens:
    """Every colour, as `RRGGBB`. `bar_*` and `track` are for progress bars, `*_soft` for the fills behind words."""

    bg: str
    surface: str
    surface2: str
    hover: str
    pressed: str
    sel: str
    border: str
    border2: str
    ctl: str
    text: str
    text2: str
    text3: str
    accent: str
    accent_hover: str
    accent_text: str
    accent_soft: str
    on_accent: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    err: str
    err_soft: str
    violet: str
    violet_soft: str
    track: str
    bar_run: str
    bar_ok: str
    bar_warn: str
    bar_err: str
    bar_idle: str
    toast: str
    toast_text: str
    toast_link: str


LIGHT = Tokens(
    bg="F3F4F7", surface="FFFFFF", surface2="F8F9FB", hover="F2F5FA", pressed="E7EBF2", sel="E6EDFC",
    border="E1E5EB", border2="C9D0DA", ctl="858E9D", text="141821", text2="4C5565", text3="5E6879",
    accent="2C5BDE", accent_hover="2450C8", accent_text="2450C8", accent_soft="E6EDFC", on_accent="FFFFFF",
    ok="157347", ok_soft="E1F4E9", warn="8A5A00", warn_soft="FCF0D8", err="BE2830", err_soft="FCE8E8",
    violet="8B3FD1", violet_soft="F3E9FC", track="E4E8EE",
    bar_run="2C5BDE", bar_ok="2E9E67", bar_warn="B9790C", bar_err="D8454C", bar_idle="AEB7C4",
    toast="20252F", toast_text="F3F5F9", toast_link="9CB8FF",
)  # fmt: skip
DARK = Tokens(
    bg="0E1014", surface="15181E", surface2="1A1E25", hover="1C212A", pressed="252B36", sel="1B2744",
    border="262C36", border2="38404D", ctl="6B7585", text="E9ECF1", text2="AAB3C2", text3="8791A2",
    accent="3F6DF0", accent_hover="3561E0", accent_text="8FB0FF", accent_soft="1B2744", on_accent="FFFFFF",
    ok="55CC92", ok_soft="12291F", warn="EDB452", warn_soft="2D2412", err="FF8589", err_soft="341A1C",
    violet="C08BFF", violet_soft="2A1D3D", track="2A303B",
    bar_run="5B86FF", bar_ok="3DB57C", bar_warn="D9A13B", bar_err="E5595F", bar_idle="4A5362",
    toast="2B323E", toast_text="F3F5F9", toast_link="9CB8FF",
)  # fmt: skip

ROW_HEIGHT = 60
CONTROL_HEIGHT = 36
_BASE_PX = 13

_tokens = LIGHT
_families = ("", "")
_watcher: _SchemeWatcher | None = None


def tokens() -> Tokens:
    """The colours in use now."""
    return _tokens


@lru_cache(maxsize=256)
def _colour(rgb: str) -> QColor:
    return QColor(f"#{rgb}")


def colour(name: str) -> QColor:
    """The QColor of a token in the theme in use. Do not change what is returned: it is shared."""
    return _colour(getattr(_tokens, name))


def is_dark() -> bool:
    """Whether the dark theme is in use."""
    return _tokens is DARK


@lru_cache(maxsize=64)
def font(px: float = 13, weight: int = 400, *, mono: bool = False, digits: bool = False) -> QFont:
    """A font of `px` at the design's base size, scaled as the system's font is.

    With `digits` all digits are equally wide, for numbers that change in place.
    """
    face = QFont(_families[1] if mono else _families[0])
    if mono:
        face.setStyleHint(QFont.StyleHint.Monospace)
    face.setPixelSize(round(px * _scale()))
    face.setWeight(QFont.Weight(weight))
    if digits:
        face.setFeature(QFont.Tag("tnum"), 1)
    return face


@lru_cache(maxsize=1)
def _scale() -> float:
    system = QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)).pixelSize()
    return min(2.5, max(1.0, system / _BASE_PX))


def install(app: QApplication, choice: Literal["system", "light", "dark"] = "system") -> None:
    """Gives the application its style, fonts and colours; with `system` it keeps following the system's."""
    global _families, _watcher
    app.setStyle(QStyleFactory.create("Fusion"))
    # Single weights: the variable font was not found by weight by every one of Qt's font databases.
    inter = [_load(f"Inter-{weight}.ttf") for weight in ("Regular", "Medium", "SemiBold", "Bold")]
    _families = (inter[0], _load("JetBrainsMono.ttf"))
    if sys.platform in ("win32", "darwin"):
        general = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
        _families = (general, _families[1])
    font.cache_clear()
    app.setFont(font())
    if choice == "system":
        _watcher = _SchemeWatcher(app)
        wear(app, system_tokens())
    else:
        wear(app, DARK if choice == "dark" else LIGHT)


def wear(app: QApplication, chosen: Tokens) -> None:
    """Puts a theme on. Widgets hear of it by their `PaletteChange`."""
    global _tokens
    _tokens = chosen
    app.setPalette(_palette(chosen))
    app.setStyleSheet(_sheet(chosen))


def system_tokens() -> Tokens:
    """The theme the system asks for; light where it does not say."""
    return DARK if QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark else LIGHT


class _SchemeWatcher(QObject):
    """Follows the system from light to dark and back."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        app.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)

    @Slot()
    def _on_scheme_changed(self) -> None:
        wear(self._app, system_tokens())


def _load(name: str) -> str:
    """The family of a shipped font, or the system's own where it cannot be loaded."""
    number = QFontDatabase.addApplicationFont(str(resources.path(f"fonts/{name}")))
    found = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    kind = QFontDatabase.SystemFont.FixedFont if "Mono" in name else QFontDatabase.SystemFont.GeneralFont
    return found[0] if found else QFontDatabase.systemFont(kind).family()


def _palette(t: Tokens) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    pairs = {
        role.Window: t.bg, role.WindowText: t.text, role.Base: t.surface, role.AlternateBase: t.surface2,
        role.Text: t.text, role.PlaceholderText: t.text3, role.Button: t.surface, role.ButtonText: t.text,
        role.BrightText: t.err, role.Highlight: t.accent, role.HighlightedText: t.on_accent, role.Link: t.accent_text,
        role.ToolTipBase: t.toast, role.ToolTipText: t.toast_text, role.Light: t.surface, role.Midlight: t.hover,
        role.Mid: t.border, role.Dark: t.border2, role.Shadow: t.border2, role.Accent: t.accent,
    }  # fmt: skip
    for which, rgb in pairs.items():
        palette.setColor(which, QColor(f"#{rgb}"))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(f"#{t.border2}"))
    return palette


def _sheet(t: Tokens) -> str:
    values: dict[str, str] = {field.name: f"#{getattr(t, field.name)}" for field in fields(t)}
    values["px12"] = f"{round(12 * _scale())}px"
    values["check"] = resources.path("icons/checked.svg").as_posix()
    return _SHEET % values


_SHEET = """
QWidget { outline: none; }
QToolTip { background: %(toast)s; color: %(toast_text)s; border: 0; border-radius: 5px; padding: 5px 8px; }
QFrame[role="card"] { background: %(surface)s; border: 1px solid %(border)s; border-radius: 12px; }
QFrame[role="tile"] { background: %(surface2)s; border: 1px solid %(border)s; border-radius: 10px; }
QFrame[role="rule"] { background: %(border)s; border: 0; }
QFrame[role="toast"] { background: %(toast)s; border-radius: 10px; }
QFrame[role="toast"] QLabel { color: %(toast_text)s; }
QFrame[role="toast"] QPushButton { color: %(toast_link)s; background: transparent; border: 0; font-weight: 600; }
QFrame[role="problem"] { background: %(err_soft)s; border: 1px solid %(err)s; border-radius: 12px; }
QFrame[role="warning"] { background: %(warn_soft)s; border: 1px solid %(warn)s; border-radius: 12px; }
QLabel { background: transparent; }
QLabel[tone="second"] { color: %(text2)s; }
QLabel[tone="quiet"] { color: %(text3)s; }
QLabel[tone="err"] { color: %(err)s; }
QLabel[tone="warn"] { color: %(warn)s; }
QPushButton, QToolButton { background: %(surface)s; color: %(text)s; border: 1px solid %(border2)s; border-radius: 8px;
  padding: 0 14px; min-height: 34px; font-weight: 600; }
QToolButton { padding: 0 12px; }
QPushButton:hover, QToolButton:hover { background: %(hover)s; }
QPushButton:pressed, QToolButton:pressed { background: %(pressed)s; }
QPushButton:disabled, QToolButton:disabled { color: %(border2)s; }
QPushButton[kbd="true"]:focus, QToolButton[kbd="true"]:focus { border: 2px solid %(accent)s; }
QPushButton[role="primary"] { background: %(accent)s; color: %(on_accent)s; border: 1px solid %(accent)s; }
QPushButton[role="primary"]:hover { background: %(accent_hover)s; }
QPushButton[role="danger"] { color: %(err)s; }
QToolButton[role="bare"], QPushButton[role="bare"] { background: transparent; border: 1px solid transparent; }
QToolButton[role="bare"] { padding: 0 8px; }
QToolButton[role="bare"]:hover, QPushButton[role="bare"]:hover { background: %(pressed)s; }
QPushButton[role="link"] { background: transparent; border: 0; color: %(accent_text)s; padding: 0 4px; }
QPushButton::menu-indicator, QToolButton::menu-indicator { image: none; width: 0; }
QFrame[role="segments"] { background: transparent; border: 1px solid %(border)s; border-radius: 9px; }
QFrame[role="segments"] QPushButton { background: transparent; border: 1px solid transparent; border-radius: 7px;
  min-height: 28px; padding: 0 13px; color: %(text2)s; }
QFrame[role="segments"] QPushButton:checked { background: %(surface)s; border-color: %(border)s; color: %(text)s; }
QLineEdit { background: %(surface)s; color: %(text)s; border: 1px solid %(ctl)s; border-radius: 8px; padding: 0 6px;
  selection-background-color: %(accent)s; selection-color: %(on_accent)s; }
QLineEdit:focus { border: 1px solid %(accent)s; }
QListView[role="nav"] { background: transparent; border: 0; }
QTableView { background: transparent; border: 0; selection-background-color: transparent; }
QTableView QTableCornerButton::section { background: transparent; border: 0; }
QHeaderView { background: transparent; border: 0; }
QHeaderView::section { background: transparent; color: %(text3)s; border: 0; border-bottom: 1px solid %(border)s;
  padding: 0 12px; font-size: %(px12)s; font-weight: 600; min-height: 36px; }
QHeaderView::section:hover { color: %(text)s; }
QMenu { background: %(surface)s; border: 1px solid %(border2)s; border-radius: 10px; padding: 6px; }
QMenu::item { padding: 7px 22px 7px 10px; border-radius: 6px; color: %(text)s; font-weight: 500; }
QMenu::item:selected { background: %(sel)s; }
QMenu::item:disabled { color: %(text3)s; }
QMenu::icon { padding-left: 10px; }
QMenu::separator { height: 1px; background: %(border)s; margin: 6px 8px; }
QPlainTextEdit { background: %(surface2)s; border: 1px solid %(border)s; border-radius: 10px; padding: 6px;
  color: %(text2)s; selection-background-color: %(accent)s; }
QMessageBox QLabel#qt_msgbox_label { min-width: 320px; }
QCheckBox { spacing: 8px; color: %(text2)s; font-weight: 500; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid %(ctl)s; border-radius: 5px;
  background: %(surface)s; }
QCheckBox::indicator:checked { background: %(accent)s; border-color: %(accent)s; image: url("%(check)s"); }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar::handle:vertical { background: %(border2)s; border-radius: 3px; min-height: 32px; }
QScrollBar::handle:vertical:hover { background: %(ctl)s; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 2px; }
QScrollBar::handle:horizontal { background: %(border2)s; border-radius: 4px; min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; border: 0;
  width: 0; height: 0; }
"""
