"""What colours and shapes stand for, with the number of tokens of each.

Signals of `Legend`: `chosen` (column, value, keyboard modifiers: select its tokens), `only_wanted` (column,
value; double click: show its tokens and no others, or all again).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from w2vpraat.compare.maps.picture import Bools, Factor, MapPicture
from w2vpraat.corpus.textgrid import to_unicode

from ..fonts import label_font
from ..theme import colour
from .map_names import column_name
from .swatch import draw_swatch

ENTRY = Qt.ItemDataRole.UserRole
POINTS = 10.5
"""Size of the labels."""
SWATCH, GAP = 14, 5
WIDEST, LEAST = 132, 56
"""Pixels; longer values are cut, with the whole in the tool tip."""


@dataclass(frozen=True)
class Entry:
    """One line of the legend.

    Parameters
    ----------
    column : str
        Whose value it is.
    value : str
    colour, shape : int
        Their numbers; -1: it stands for none.
    count : int
        Tokens that are shown.
    shaped : bool
        Another column than that of the colours decides the shapes.
    title : bool
        A line that only names the column.
    """

    column: str
    value: str
    colour: int = -1
    shape: int = -1
    count: int = 0
    shaped: bool = False
    title: bool = False


def entries_of(picture: MapPicture | None) -> tuple[Entry, ...]:
    """Return the lines that explain a picture: values of which some token is shown."""
    if picture is None:
        return ()
    colours, shapes, placed = picture.colour, picture.shape, picture.placed
    both = shapes is not None and shapes.name == colours.name
    shaped = shapes is not None and not both
    lines: list[Entry] = []
    if colours.name:
        if shaped:
            lines.append(Entry(colours.name, column_name(colours.name), title=True))
        for code, count in _counts(colours, placed):
            shape = code if both else -1
            lines.append(Entry(colours.name, colours.values[code], code, shape, count, shaped))
    if shapes is not None and shaped:
        lines.append(Entry(shapes.name, column_name(shapes.name), title=True))
        for code, count in _counts(shapes, placed):
            lines.append(Entry(shapes.name, shapes.values[code], -1, code, count, shaped))
    return tuple(lines)


def _counts(factor: Factor, placed: Bools) -> list[tuple[int, int]]:
    codes = factor.codes[placed]
    counts = np.bincount(codes[codes >= 0], minlength=len(factor.values)).tolist()
    return [(code, count) for code, count in enumerate(counts) if count]


class LegendModel(QAbstractListModel):
    """The lines of a legend."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[Entry, ...] = ()

    def set_entries(self, entries: tuple[Entry, ...]) -> None:
        """Take other lines; where only counts differ, selection and scrolling stay."""
        if entries == self.entries:
            return
        same = [(one.column, one.value) for one in entries] == [
            (one.column, one.value) for one in self.entries
        ]
        if same:
            self.entries = entries
            self.dataChanged.emit(self.index(0), self.index(len(entries) - 1))
            return
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self.entries)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """Titles can't be chosen."""
        if index.isValid() and self.entries[index.row()].title:
            return Qt.ItemFlag.ItemIsEnabled
        return super().flags(index)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return what views and screen readers ask for."""
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return to_unicode(entry.value)
        if role == ENTRY:
            return entry
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            if entry.title:
                return entry.value
            tokens = self.tr("1 token") if entry.count == 1 else self.tr("{n} tokens").format(n=entry.count)
            return f"{entry.column}: {to_unicode(entry.value)}, {tokens}"
        return None


class Legend(QListView):
    """The lines, each with its mark; a long list scrolls."""

    chosen = Signal(str, str, object)
    only_wanted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = LegendModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_Lines(self))
        self.setAccessibleName(self.tr("Legend"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(label_font(POINTS))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.clicked.connect(self._on_clicked)
        self.doubleClicked.connect(self._on_double_clicked)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The lines."""
        return self._model.entries

    def set_picture(self, picture: MapPicture | None) -> None:
        """Explain a picture."""
        before = self.entries
        self._model.set_entries(entries_of(picture))
        if self.entries != before:
            bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
            wide = self._widest() + bar
            if wide != self.maximumWidth() or wide != self.minimumWidth():
                self.setFixedWidth(wide)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space chooses as a click does, Enter as a double click."""
        index = self.currentIndex()
        if index.isValid() and event.key() == Qt.Key.Key_Space:
            self._on_clicked(index)
        elif index.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_double_clicked(index)
        else:
            super().keyPressEvent(event)

    def room(self, height: int) -> QSize:
        """Return what all lines need on paper of this height: as many columns as it takes."""
        rows = max(height // line_height(), 1)
        columns = -(-len(self.entries) // rows)
        return QSize(columns * (self._widest() + GAP), height)

    def paint_on(self, painter: QPainter, place: QRect) -> None:
        """Draw all lines elsewhere, for a copy."""
        rows, wide = max(place.height() // line_height(), 1), self._widest() + GAP
        for number, entry in enumerate(self.entries):
            column, row = divmod(number, rows)
            left, top = place.left() + column * wide, place.top() + row * line_height()
            paint_entry(painter, QRect(left, top, wide - GAP, line_height()), entry)

    def _widest(self) -> int:
        metrics, numbers = QFontMetrics(self.font()), QFontMetrics(_numbers_font())
        wide = LEAST
        for entry in self.entries:
            count = 0 if entry.title else numbers.horizontalAdvance(str(entry.count)) + 8
            swatch = 0 if entry.title else SWATCH
            text = metrics.horizontalAdvance(to_unicode(entry.value))
            wide = max(wide, swatch + GAP + text + count + GAP)
        return min(wide, WIDEST)

    def _on_clicked(self, index: QModelIndex) -> None:
        entry = self.entries[index.row()]
        if not entry.title:
            self.chosen.emit(entry.column, entry.value, QGuiApplication.keyboardModifiers())

    def _on_double_clicked(self, index: QModelIndex) -> None:
        entry = self.entries[index.row()]
        if not entry.title:
            self.only_wanted.emit(entry.column, entry.value)


class _Lines(QStyledItemDelegate):
    """Draws mark, value and count."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """As high as a letter needs."""
        return QSize(LEAST, line_height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one line."""
        entry: Entry = index.data(ENTRY)
        place = QRect(option.rect)
        view = self.parent()
        assert isinstance(view, Legend)
        painter.save()
        state = option.state
        if state & QStyle.StateFlag.State_MouseOver and not entry.title:
            painter.fillRect(place, colour("button"))
        if state & QStyle.StateFlag.State_HasFocus and view.hasFocus():
            painter.setPen(colour("accent"))
            painter.drawRect(place.adjusted(0, 0, -1, -1))
        paint_entry(painter, place, entry)
        painter.restore()


def line_height() -> int:
    """Return the height of a line; the font leaves much room for stacked signs, a list needs less."""
    return round(0.8 * QFontMetrics(label_font(POINTS)).height())


def paint_entry(painter: QPainter, place: QRect, entry: Entry) -> None:
    """Draw mark, value and count of a line."""
    numbers = _numbers_font()
    if entry.title:
        painter.setPen(colour("faint"))
        painter.setFont(numbers)
        _text(painter, place.adjusted(2, 0, -2, 0), entry.value, Qt.AlignmentFlag.AlignLeft)
        return
    left = QRect(place.left(), place.top(), SWATCH, place.height())
    draw_swatch(painter, left, entry.colour, entry.shape, shaped=entry.shaped)
    count = str(entry.count)
    painter.setFont(numbers)
    painter.setPen(colour("faint"))
    room = place.adjusted(0, 0, -GAP, 0)
    _text(painter, room, count, Qt.AlignmentFlag.AlignRight)
    taken = QFontMetrics(numbers).horizontalAdvance(count) + 6
    painter.setFont(label_font(POINTS))
    painter.setPen(colour("ink"))
    room = room.adjusted(SWATCH + GAP, 0, -taken, 0)
    _text(painter, room, to_unicode(entry.value), Qt.AlignmentFlag.AlignLeft)


def _numbers_font() -> QFont:
    font = QGuiApplication.font()
    font.setPointSizeF(max(font.pointSizeF() - 1.0, 7.0))
    return font


def _text(painter: QPainter, place: QRect, text: str, side: Qt.AlignmentFlag) -> None:
    shown = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, shown)
