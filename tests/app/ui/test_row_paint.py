from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem

from app.models.marks import Mark
from app.ui import row_paint, theme

LEFT, RIGHT = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft


def option(width: int = 200, direction: Qt.LayoutDirection = LEFT) -> QStyleOptionViewItem:
    made = QStyleOptionViewItem()
    made.rect = QRect(0, 0, width, 60)
    made.direction = direction
    return made


def painted(draw: Callable[[QPainter], None], width: int = 200) -> QImage:
    picture = QImage(width, 60, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    draw(painter)
    painter.end()
    return picture


def has(picture: QImage, colour: QColor, columns: range) -> bool:
    return any(picture.pixelColor(x, y) == colour for x in columns for y in range(60))


@pytest.mark.parametrize(("direction", "full"), [(LEFT, range(60)), (RIGHT, range(140, 200))])
def test_bars_fill_from_where_reading_begins(styled: QApplication, direction: Qt.LayoutDirection, full: range) -> None:
    picture = painted(lambda p: row_paint.bars(p, QRect(0, 20, 200, 6), (1.0, 0.0), "run", direction))
    assert has(picture, theme.colour("bar_run"), full)
    other = range(60) if full.start else range(140, 200)
    assert not has(picture, theme.colour("bar_run"), other)


def test_each_segment_is_filled_by_itself(styled: QApplication) -> None:
    picture = painted(lambda p: row_paint.bars(p, QRect(0, 20, 200, 6), (1.0, 0.5, 0.0), "ok"))
    assert has(picture, theme.colour("bar_ok"), range(10, 50))
    assert has(picture, theme.colour("bar_ok"), range(70, 98))
    assert not has(picture, theme.colour("bar_ok"), range(110, 200))


def test_a_pill_has_its_word_on_its_soft_fill(styled: QApplication) -> None:
    picture = painted(lambda p: row_paint.pill(p, option(), "Failed", Mark("circle-alert", "err")))
    assert has(picture, theme.colour("err_soft"), range(12, 100))
    assert has(picture, theme.colour("err"), range(12, 100))


def test_a_selected_row_is_filled_and_marked_at_its_beginning(styled: QApplication) -> None:
    chosen = option()
    chosen.state = QStyle.StateFlag.State_Selected
    picture = painted(lambda p: row_paint.background(p, chosen, is_first=True, is_current=False))
    assert picture.pixelColor(1, 30) == theme.colour("accent")
    assert picture.pixelColor(100, 30) == theme.colour("sel")
    assert picture.pixelColor(100, 59) == theme.colour("border")


@pytest.mark.parametrize("width", [0, 5, 40, 400])
def test_text_is_cut_to_its_room(styled: QApplication, width: int) -> None:
    face = theme.font(13)
    shown = row_paint.elided("a rather long name of a film.mp4", face, width)
    assert painted(lambda p: p.drawText(0, 0, shown)) is not None
    if width == 400:
        assert shown == "a rather long name of a film.mp4"
    else:
        assert len(shown) < 20


def test_a_name_in_the_middle_keeps_its_end(styled: QApplication) -> None:
    shown = row_paint.elided("a rather long name of a film.mp4", theme.font(13), 120, middle=True)
    assert shown.endswith("mp4")


@pytest.mark.parametrize("lines", [1, 2, 3])
def test_a_text_that_needs_more_lines_than_there_are_ends_with_an_ellipsis(styled: QApplication, lines: int) -> None:
    face = theme.font(12)
    text = "Fünf 🎬 very small films, for a phone that is quite old and has hardly any room left for one more of them."
    shown = row_paint.wrapped(text, face, 120, lines).split("\n")
    assert len(shown) == lines
    assert shown[-1].endswith("…") and not any(line.endswith("…") for line in shown[:-1])
    assert all(QFontMetrics(face).horizontalAdvance(line) <= 120 for line in shown)
    assert text.startswith(" ".join(shown).rstrip("…").rstrip())


def test_a_text_that_has_room_is_whole(styled: QApplication) -> None:
    text = "H.264 and AAC in MP4, up to 1080p: plays everywhere."
    assert row_paint.wrapped(text, theme.font(12), 120, 9).replace("\n", " ") == text
    assert row_paint.wrapped("", theme.font(12), 120, 3) == ""
    assert row_paint.wrapped(text, theme.font(12), 120, 0) == ""
