"""The strokes of a painted row: name with second line, stage bar, number, pill. Fonts and elided texts are kept."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QTextLayout
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from app.models.marks import Mark
from app.ui import icons, theme
from app.ui.row_table import RowTable

PAD = 12
TILE = QRect(14, 12, 52, 36)
BAR_HEIGHT = 6
_SEGMENT_GAP = 3
_PILL_HEIGHT = 24

_BAR_TOKENS = {"run": "bar_run", "ok": "bar_ok", "warn": "bar_warn", "err": "bar_err", "idle": "bar_idle"}
# The word on its soft fill, per tone.
_PILL_TOKENS = {
    "run": ("accent_text", "accent_soft"),
    "ok": ("ok", "ok_soft"),
    "warn": ("warn", "warn_soft"),
    "err": ("err", "err_soft"),
    "idle": ("text2", "hover"),
}
_SECOND_TOKENS = {"quiet": "text3", "err": "err", "warn": "warn"}


def light(option: QStyleOptionViewItem, row: int) -> None:
    """Says in the option whether the row is under the pointer; Qt itself would light single cells."""
    table = option.widget
    is_hovered = isinstance(table, RowTable) and table.hovered_row == row
    other = option.state & ~QStyle.StateFlag.State_MouseOver
    option.state = other | QStyle.StateFlag.State_MouseOver if is_hovered else other


def is_lit(option: QStyleOptionViewItem) -> bool:
    """Whether the row is selected or under the pointer."""
    return bool(option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver))


def background(painter: QPainter, option: QStyleOptionViewItem, *, is_first: bool, is_current: bool) -> None:
    """Fill, rule below, and the marks of selection and keyboard focus."""
    rect = option.rect
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(rect, theme.colour("sel"))
        if is_first:
            bar = QRect(rect.x(), rect.y() + 10, 3, rect.height() - 20)
            painter.fillRect(_towards_start(option, bar), theme.colour("accent"))
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, theme.colour("hover"))
    # A filled line of one pixel: a drawn one blurs under antialiasing.
    painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.colour("border"))
    if is_current:
        painter.fillRect(rect.x(), rect.y(), rect.width(), 1, theme.colour("accent"))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.colour("accent"))


def tile(painter: QPainter, option: QStyleOptionViewItem, icon: str, tokens: tuple[str, str]) -> None:
    """The mark of what kind of media it is, where a picture of it will stand. `tokens` are its ink and its fill."""
    box = _towards_start(option, TILE.translated(option.rect.topLeft()))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("surface" if is_lit(option) else tokens[1]))
    painter.drawRoundedRect(box, 6, 6)
    ink = icons.pixmap(icon, tokens[0], 18, painter.device().devicePixelRatioF())
    painter.drawPixmap(box.center().x() - 8, box.center().y() - 8, ink)


def two_lines(
    painter: QPainter, option: QStyleOptionViewItem, name: str, second: str, tone: str, *, is_quiet: bool
) -> None:
    """A name and the line below it, beside the tile."""
    left = TILE.right() + 14
    box = option.rect.adjusted(left, 0, -PAD, 0)
    box = _towards_start(option, box)
    upper = QRect(box.x(), box.y() + 12, box.width(), 18)
    lower = QRect(box.x(), box.y() + 31, box.width(), 17)
    _line(painter, option, upper, name, theme.font(13, 500), "text2" if is_quiet else "text", middle=True)
    _line(painter, option, lower, second, theme.font(12), _SECOND_TOKENS[tone])


def words(
    painter: QPainter, option: QStyleOptionViewItem, text: str, *, token: str = "text2", to_end: bool = True
) -> None:
    """One line of text or one number, level with the middle of the row."""
    side = Qt.AlignmentFlag.AlignRight if to_end else Qt.AlignmentFlag.AlignLeft
    face = theme.font(13, digits=to_end)
    shown = elided(text, face, option.rect.width() - 2 * PAD)
    painter.setFont(face)
    painter.setPen(theme.colour("text3" if text == "–" else token))
    painter.drawText(
        option.rect.adjusted(PAD, 0, -PAD, 0),
        QStyle.visualAlignment(option.direction, side | Qt.AlignmentFlag.AlignVCenter),
        shown,
    )


def progress(
    painter: QPainter, option: QStyleOptionViewItem, segments: tuple[float, ...], percent: str, tone: str
) -> None:
    """A bar with one segment for each Stage, and the percent behind it."""
    box = option.rect.adjusted(PAD, 0, -PAD, 0)
    number = max(44, QFontMetrics(theme.font(12, 600, digits=True)).horizontalAdvance("100 %") + 8)
    track = QRect(box.x(), box.center().y() - BAR_HEIGHT // 2, max(24, box.width() - number), BAR_HEIGHT)
    box_of_bars = QStyle.visualRect(option.direction, option.rect, track)
    is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
    bars(painter, box_of_bars, segments, tone, option.direction, "surface" if is_selected else "track")
    painter.setFont(theme.font(12, 600, digits=True))
    painter.setPen(theme.colour("text" if tone == "run" else "text3" if tone == "idle" else "text2"))
    side = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    painter.drawText(box, side, percent)


def bars(
    painter: QPainter,
    track: QRect,
    segments: tuple[float, ...],
    tone: str,
    direction: Qt.LayoutDirection = Qt.LayoutDirection.LeftToRight,
    track_token: str = "track",
) -> None:
    """Segments of equal width on a track, each filled as far as its share says."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    parts = max(1, len(segments))
    width = (track.width() - _SEGMENT_GAP * (parts - 1)) / parts
    radius = track.height() / 2
    for n, share in enumerate(segments):
        x = track.x() + n * (width + _SEGMENT_GAP)
        if direction is Qt.LayoutDirection.RightToLeft:
            x = track.x() + track.width() - (x - track.x()) - width
        painter.setBrush(theme.colour(track_token))
        painter.drawRoundedRect(QRectF(x, track.y(), width, track.height()), radius, radius)
        if share > 0:
            filled = max(track.height(), width * share)
            start = x + width - filled if direction is Qt.LayoutDirection.RightToLeft else x
            painter.setBrush(theme.colour(_BAR_TOKENS[tone]))
            painter.drawRoundedRect(QRectF(start, track.y(), filled, track.height()), radius, radius)


def pill(painter: QPainter, option: QStyleOptionViewItem, word: str, mark: Mark) -> None:
    """The state: mark and word on a soft fill."""
    ink, fill = _PILL_TOKENS[mark.tone]
    face = theme.font(12, 600)
    width = QFontMetrics(face).horizontalAdvance(word) + 36
    top = option.rect.center().y() - _PILL_HEIGHT // 2
    box = QRect(option.rect.x() + PAD, top, min(width, option.rect.width() - PAD), _PILL_HEIGHT)
    box = QStyle.visualRect(option.direction, option.rect, box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("surface" if is_lit(option) else fill))
    painter.drawRoundedRect(box, _PILL_HEIGHT / 2, _PILL_HEIGHT / 2)
    inner = QStyle.visualRect(option.direction, box, QRect(box.x() + 9, box.y() + 5, 14, 14))
    painter.drawPixmap(inner.topLeft(), icons.pixmap(mark.icon, ink, 14, painter.device().devicePixelRatioF()))
    painter.setFont(face)
    painter.setPen(theme.colour(ink))
    label = QStyle.visualRect(option.direction, box, box.adjusted(27, 0, 0, 0))
    side = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    painter.drawText(label, side, word)


def elided(text: str, face: QFont, width: int, *, middle: bool = False) -> str:
    """The text, cut to the width with an ellipsis."""
    return _elided(text, face.key(), width, middle, face) if width > 0 else ""


@lru_cache(maxsize=4096)
def _elided(text: str, _key: str, width: int, middle: bool, face: QFont) -> str:
    mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
    return QFontMetrics(face).elidedText(text, mode, width)


def wrapped(text: str, face: QFont, width: int, lines: int) -> str:
    """The text broken into lines of the width, `lines` at most; what has no room there is an ellipsis."""
    # Qt counts in units of two bytes.
    units = text.encode("utf-16-le", "surrogatepass")
    layout = QTextLayout(text, face)
    layout.beginLayout()
    broken: list[str] = []
    while len(broken) < lines and (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        first = 2 * line.textStart()
        is_last = len(broken) == lines - 1
        end = len(units) if is_last else first + 2 * line.textLength()
        part = units[first:end].decode("utf-16-le", "surrogatepass").rstrip()
        broken.append(elided(part, face, width) if is_last else part)
    layout.endLayout()
    return "\n".join(broken)


def _line(
    painter: QPainter,
    option: QStyleOptionViewItem,
    box: QRect,
    text: str,
    face: QFont,
    token: str,
    *,
    middle: bool = False,
) -> None:
    painter.setFont(face)
    painter.setPen(theme.colour(token))
    side = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    painter.drawText(box, side | Qt.TextFlag.TextSingleLine, elided(text, face, box.width(), middle=middle))


def _towards_start(option: QStyleOptionViewItem, box: QRect) -> QRect:
    return QStyle.visualRect(option.direction, option.rect, box)
