"""The list of a review queue: rows, keys, ticks, cells that are edited in place.

Signals of `ReviewTable` besides those of `RowsView`: `ticked` (name "done" or "star": for the selected
lines), `chosen` (line: the user went to it by mouse or arrows).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from ..fonts import label_font
from .review_model import (
    DONE,
    IN_PLACE,
    LABEL,
    MARKS,
    NOTE,
    RECORDING,
    SCORE,
    SPEAKER,
    STAR,
    TAGS,
    TIME,
    WORD,
    ReviewModel,
)
from .rows_view import RowsView
from .tag_edit import InPlaceDelegate

WIDTHS = {MARKS: 36, DONE: 28, STAR: 28, LABEL: 52, WORD: 72, SPEAKER: 92, SCORE: 84, TAGS: 84, NOTE: 120}
KEYS = {Qt.Key.Key_D: "done", Qt.Key.Key_S: "star"}


class ReviewTable(RowsView):
    """Rows of a `ReviewModel`.

    Parameters
    ----------
    model : ReviewModel
    words : callable
        Returns the tags in use.
    """

    ticked = Signal(str)
    chosen = Signal(int)

    def __init__(
        self, model: ReviewModel, words: Callable[[], Iterable[str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(self.tr("Review queue"), Qt.ItemDataRole.DisplayRole, parent)
        self.setModel(model)
        self._review = model
        self.setAccessibleDescription(
            self.tr("Enter opens, Space plays, D is done, S stars, T and N edit tags and note")
        )
        self.setItemDelegate(InPlaceDelegate(words, self))
        height = QFontMetrics(label_font(11.5)).height() + 4
        self.verticalHeader().setDefaultSectionSize(height)
        header = self.horizontalHeader()
        for column, width in WIDTHS.items():
            header.resizeSection(column, width)
        for column in (MARKS, DONE, STAR):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        header.setStretchLastSection(True)
        header.setSortIndicatorClearable(True)  # a third click: the queue's own order
        for column in (RECORDING, TIME):
            self.setColumnHidden(column, True)
        self.doubleClicked.disconnect(self.opened)
        self.doubleClicked.connect(self._on_double_click)
        self.clicked.connect(self._on_click)

    def edit_cell(self, column: int) -> None:
        """Edit tags or note of the current row in place."""
        index = self.currentIndex()
        if index.isValid():
            cell = self._review.index(index.row(), column)
            self.scrollTo(cell)
            self.edit(cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tick by a letter, edit in place; else as `RowsView`."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        key = Qt.Key(event.key())
        if plain and key in KEYS:
            self.ticked.emit(KEYS[key])
        elif plain and key in (Qt.Key.Key_T, Qt.Key.Key_N):
            self.edit_cell(TAGS if key == Qt.Key.Key_T else NOTE)
        elif plain and key == Qt.Key.Key_F2 and self.currentIndex().column() in IN_PLACE:
            self.edit_cell(self.currentIndex().column())
        else:
            before = self.currentIndex().row()
            super().keyPressEvent(event)
            if self.currentIndex().row() != before:
                self.chosen.emit(self.currentIndex().row())

    def _on_click(self, index: QModelIndex) -> None:
        if index.column() == STAR:
            self._review.ticked.emit(self._review.row(index.row()), "star")
        self.chosen.emit(index.row())

    def _on_double_click(self, index: QModelIndex) -> None:
        if index.column() in IN_PLACE:
            self.edit(index)
        elif index.column() not in (DONE, STAR):
            self.opened.emit(index)
