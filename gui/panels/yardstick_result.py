"""A result as tables and figures to choose from, and in words beside them.

Signals of `YardstickResult`: `chosen` (keys of the selected rows, the current one first), `opened` and
`play_wanted` (key of a row), `pointed` (key of the row under the mouse; None: none). Messages: none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QTextBrowser,
    QWidget,
)

from ..fonts import label_font
from ..tables.interval_delegate import IntervalDelegate
from ..tables.number_model import NumberModel
from ..tables.rows_view import RowsView
from ..theme import colours
from ..views.picture_sheet import PictureSheet
from .yardstick_views import Mask, Table, View

SAID = 330
"""Pixels of the text beside the table, at first."""
LEADING = "line-height: 86%;"
"""The font of labels has room for marks above and below, which sentences need not."""
INDICATOR = 14
"""Pixels for the arrow of the sorted column."""


class YardstickResult(QWidget):
    """Shows views; the boxes that choose among them stand where the page puts them.

    Parameters
    ----------
    name : str
        For screen readers.
    """

    chosen = Signal(list)
    opened = Signal(object)
    play_wanted = Signal(object)
    pointed = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._views: Sequence[View] = ()
        self._table: Table | None = None
        self.model = NumberModel(self)
        self.view_box = _box(self.tr("What is shown"))
        self.only_boxes = [_box(""), _box("")]
        self._make(name)
        self.view_box.currentIndexChanged.connect(self._on_view)
        for box in self.only_boxes:
            box.currentIndexChanged.connect(self._on_only)
        self.table.clicked.connect(self._on_clicked)
        self.table.opened.connect(lambda index: self.opened.emit(self._key(index)))
        self.table.play_wanted.connect(lambda index: self.play_wanted.emit(self._key(index)))
        self.table.pointed.connect(lambda index: self.pointed.emit(self._key(index)))
        self.table.selectionModel().selectionChanged.connect(self._on_chosen)

    def _make(self, name: str) -> None:
        self.table = RowsView(name, Qt.ItemDataRole.EditRole)
        self.table.setModel(self.model)
        self.table.setItemDelegate(IntervalDelegate(self.table))
        self.table.horizontalHeader().setStretchLastSection(True)
        self.picture = PictureSheet()
        self.empty = QLabel()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setTextFormat(Qt.TextFormat.PlainText)
        self.empty.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.empty.setMargin(12)
        self.stack = QStackedWidget()
        for widget in (self.table, self.picture, self.empty):
            self.stack.addWidget(widget)
        self.stack.setMinimumWidth(200)
        self.said = QTextBrowser()
        self.said.setAccessibleName(self.tr("The result in words"))
        self.said.setFrameShape(QFrame.Shape.NoFrame)
        self.said.setFont(label_font(10.5))
        self.said.setMinimumWidth(150)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self.stack)
        self.split.addWidget(self.said)
        self.split.setCollapsible(0, False)
        self.split.setStretchFactor(0, 1)
        self.split.setSizes([900, SAID])
        self.said.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.split)

    # What a page shows

    def set_views(self, views: Sequence[View]) -> None:
        """Offer other views; the one that was looked at stays, if it is there again."""
        before = self.view_box.currentText()
        self._views = tuple(views)
        titles = [view.title for view in views]
        with QSignalBlocker(self.view_box):
            self.view_box.clear()
            self.view_box.addItems(titles)
            self.view_box.setCurrentIndex(titles.index(before) if before in titles else 0)
        self.view_box.setVisible(len(titles) > 1)
        if not views:
            self.said.hide()
            self.model.set_columns(())
            self.picture.show_picture(b"")
        self._on_view()

    def show_empty(self, text: str, *, wrong: bool = False) -> None:
        """Show a text instead of a result: what to do, or what went wrong."""
        self.empty.setText(text)
        self.empty.setStyleSheet(f"color: {colours().error};" if wrong else "")
        self.stack.setCurrentWidget(self.empty)

    def say(self, parts: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Show texts: (heading, lines); a heading that begins with "!" is that of warnings."""
        shown = []
        for heading, lines in parts:
            if heading and lines:
                shade = f"color: {colours().warning};" if heading.startswith("!") else ""
                shown.append(f'<p style="{shade} {LEADING}"><b>{escape(heading.lstrip("!"))}</b></p>')
            shown += [f'<p style="{LEADING}">{escape(line)}</p>' for line in lines]
        self.said.setHtml("".join(shown))
        self.said.setVisible(bool(shown))

    @property
    def shows_tokens(self) -> bool:
        """Whether the rows of the table are tokens."""
        place = self.view_box.currentIndex()
        return 0 <= place < len(self._views) and self._views[place].tokens

    def go_to(self, key: object) -> None:
        """Look at a row; the selection is whoever's who made it."""
        line = self.model.line_of(key)
        if line >= 0 and line != self.table.currentIndex().row():
            self.table.go_to_line(line)

    # Slots

    def _on_view(self) -> None:
        place = self.view_box.currentIndex()
        made = self._views[place].make() if 0 <= place < len(self._views) else None
        self._table = made if isinstance(made, Table) else None
        narrowings = () if self._table is None else tuple(self._table.narrowings)
        for number, box in enumerate(self.only_boxes):
            with QSignalBlocker(box):
                box.clear()
                box.setVisible(number < len(narrowings))
                if number < len(narrowings):
                    one = narrowings[number]
                    box.setAccessibleName(one.name)
                    box.setToolTip(one.name)
                    box.setFont(label_font(self.font().pointSizeF()) if one.spoken else self.font())
                    box.addItems([title for title, _ in one.items])
        if self._table is not None:
            self._show_table(self._table)
        elif made is not None:
            assert not isinstance(made, Table)
            self.picture.show_picture(made.data, made.told)
            self.stack.setCurrentWidget(self.picture)

    def _show_table(self, table: Table) -> None:
        header = self.table.horizontalHeader()
        self.model.set_columns(table.columns, table.keys)
        titles = [column.title for column in table.columns]
        if self.model.sorted_by is None and table.sorted_by in titles:
            self.model.sort(titles.index(table.sorted_by), table.order)
        with QSignalBlocker(header):
            header.setSortIndicator(*(self.model.sorted_by or (-1, Qt.SortOrder.AscendingOrder)))
        self._on_only()
        self.table.fit_columns()
        for section, column in enumerate(table.columns):
            wide = header.sectionSize(section) + (INDICATOR if column.is_number else 0)
            if column.spans is not None:  # with room for the bars, however long the figures
                wide = max(wide, self.table.sizeHintForColumn(section))
            header.resizeSection(section, wide)
        self.stack.setCurrentWidget(self.table)

    def _on_only(self) -> None:
        if self._table is None:
            return
        mask: Mask | None = None
        for box, one in zip(self.only_boxes, self._table.narrowings, strict=False):
            own = one.items[max(box.currentIndex(), 0)][1]
            if own is not None:
                mask = own if mask is None else mask & own
        self.model.set_mask(mask)

    def _key(self, index: QModelIndex) -> Any:
        return self.model.key(index.row()) if index.isValid() else None

    def _on_chosen(self) -> None:
        lines = self.table.selected_lines()
        if not lines or not self.model.keys:
            return
        current = self.table.currentIndex().row()
        ordered = [current, *(line for line in lines if line != current)] if current in lines else lines
        self.chosen.emit([self.model.key(line) for line in ordered])

    def _on_clicked(self, index: QModelIndex) -> None:
        if QGuiApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier:
            self.opened.emit(self._key(index))


def _box(name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setMaximumWidth(300)
    box.setMaximumHeight(box.sizeHint().height())  # the font of labels is higher
    box.hide()
    return box
