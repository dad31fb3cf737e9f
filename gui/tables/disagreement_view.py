"""The list of disagreements: rows, keys, a double click.

Signals of `DisagreementTable`: `opened` (Enter or a double click: go there), `keep_wanted` (K),
`adopt_wanted` (A), `chosen_changed` (other rows are selected).
"""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from ..fonts import label_font
from .disagreement_model import (
    KIND,
    MINE,
    SIZE,
    SIZE_OF_LABELS,
    THEIRS,
    TIME,
    DisagreementModel,
)


class DisagreementTable(QTableView):
    """Rows of a `DisagreementModel`; several can be selected."""

    opened = Signal()
    keep_wanted = Signal()
    adopt_wanted = Signal()
    chosen_changed = Signal()

    def __init__(self, model: DisagreementModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTabKeyNavigation(False)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(self.tr("Disagreements"))
        self.setAccessibleDescription(
            self.tr("Enter goes there, K keeps mine, A adopts theirs; Shift and arrows select several")
        )
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(QFontMetrics(label_font(SIZE_OF_LABELS)).height() + 2)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        digits = self.fontMetrics().horizontalAdvance("0")
        for column, wide in ((KIND, 11), (TIME, 10), (SIZE, 7)):
            header.resizeSection(column, wide * digits)
        for column in (MINE, THEIRS):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.sortByColumn(TIME, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.doubleClicked.connect(lambda _index: self.opened.emit())

    def lines(self) -> list[int]:
        """Return the selected rows, from above."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the row on Enter, keep or adopt by a letter."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self.opened.emit()
        elif event.key() == Qt.Key.Key_K and plain:
            self.keep_wanted.emit()
        elif event.key() == Qt.Key.Key_A and plain:
            self.adopt_wanted.emit()
        else:
            super().keyPressEvent(event)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell that other rows are selected."""
        super().selectionChanged(selected, deselected)
        self.chosen_changed.emit()
