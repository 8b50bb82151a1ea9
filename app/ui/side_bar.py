"""The side bar: the product's mark, the pages, and how it goes on the whole."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.ui import icons, theme
from app.ui.overall_card import OverallCard

WIDTH = 212
RAIL_WIDTH = 66
_ICON = int(Qt.ItemDataRole.UserRole)
_COUNT = _ICON + 1
_ITEM_HEIGHT = 43


class SideBar(QWidget):
    """Chooses the page. `chosen` tells its number."""

    chosen = Signal(object)

    def __init__(self, pages: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        """`pages` are pairs of title and icon."""
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.overall = OverallCard(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 16, 10, 14)
        column.setSpacing(0)
        column.addLayout(self._brand())
        column.addSpacing(18)
        self._list = QListWidget(self)
        self._list.setProperty("role", "nav")
        self._list.setAccessibleName("Pages")
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setItemDelegate(_PageDelegate(self._list))
        self._list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFixedHeight(_ITEM_HEIGHT * len(pages) + 4)
        self._list.setMouseTracking(True)
        for title, icon in pages:
            item = QListWidgetItem(title, self._list)
            item.setData(_ICON, icon)
        self._list.setCurrentRow(0)
        self._list.currentRowChanged.connect(self._on_row_changed)
        column.addWidget(self._list)
        column.addStretch(1)
        column.addWidget(self.overall)

    def fold(self, *, is_folded: bool) -> None:
        """Shows the icons of the pages only, where the window is narrow."""
        self.setFixedWidth(RAIL_WIDTH if is_folded else WIDTH)
        self._name.setHidden(is_folded)
        self.overall.fold(is_folded=is_folded)

    def choose(self, page: int) -> None:
        """Goes to a page."""
        self._list.setCurrentRow(page)

    def count(self, page: int, number: int) -> None:
        """Shows a number beside a page's title; none for 0."""
        self._list.item(page).setData(_COUNT, f"{number:,}" if number else "")

    def _brand(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 0, 0)
        row.setSpacing(10)
        picture = QLabel(self)
        picture.setPixmap(icons.mark(28, self.devicePixelRatioF()))
        self._name = QLabel("Reelyard", self)
        self._name.setFont(theme.font(16, 600))
        row.addWidget(picture)
        row.addWidget(self._name)
        row.addStretch(1)
        return row

    @Slot(int)
    def _on_row_changed(self, row: int) -> None:
        self.chosen.emit(row)


class _PageDelegate(QStyledItemDelegate):
    """A page's line: icon, title, count."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        box = option.rect.adjusted(0, 2, 0, -2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if is_chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(theme.colour("accent_soft" if is_chosen else "pressed"))
            painter.drawRoundedRect(box, 8, 8)
        ink = "accent_text" if is_chosen else "text2"
        ratio = painter.device().devicePixelRatioF()
        spot = QStyle.visualRect(option.direction, box, QRect(box.x() + 12, box.center().y() - 8, 18, 18))
        painter.drawPixmap(spot.topLeft(), icons.pixmap(index.data(_ICON), ink, 18, ratio))
        if box.width() < RAIL_WIDTH:
            painter.restore()
            return
        painter.setFont(theme.font(13, 600))
        painter.setPen(theme.colour(ink))
        words = QStyle.visualRect(option.direction, box, box.adjusted(39, 0, -12, 0))
        middle = Qt.AlignmentFlag.AlignVCenter
        left = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignLeft | middle)
        right = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignRight | middle)
        painter.drawText(words, left, index.data())
        painter.drawText(words, right, index.data(_COUNT) or "")
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(RAIL_WIDTH - 24, _ITEM_HEIGHT)
