"""The view of a `CheckModel`: lines to tick with the mouse or with Space.

Signals: none of its own; the model tells what is ticked.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from ..tables.check_model import COUNT, NOTE, TEXT, CheckModel


class CheckList(QTableView):
    """A short list; it grows with its lines up to a number of rows, then scrolls.

    Parameters
    ----------
    model : CheckModel
    name : str
        For screen readers.
    rows : int
        Most rows that are seen at once.
    counts : bool
        Show the numbers at the right.
    """

    def __init__(
        self,
        model: CheckModel,
        name: str,
        rows: int = 7,
        *,
        counts: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._rows = rows
        self.setModel(model)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(QFontMetrics(self.font()).height() + 6)
        header = self.horizontalHeader()
        header.hide()
        header.setMinimumSectionSize(16)
        header.setSectionResizeMode(TEXT, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NOTE, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(COUNT, QHeaderView.ResizeMode.ResizeToContents)
        self.setColumnHidden(COUNT, not counts)
        model.modelReset.connect(self.updateGeometry)
        self._before: Any = None
        self.pressed.connect(self._on_pressed)
        self.clicked.connect(self._on_clicked)

    def sizeHint(self) -> QSize:
        """Return the height of the lines, up to the number of rows."""
        rows = min(max(self.model().rowCount(), 1), self._rows)
        return QSize(200, rows * self.verticalHeader().defaultSectionSize() + 2 * self.frameWidth() + 2)

    def sizeHintForColumn(self, column: int) -> int:
        """Leave room for the tick box too: with a style sheet Qt counts it too small, and cuts names."""
        room = self.verticalHeader().defaultSectionSize() if column == TEXT else 0
        return super().sizeHintForColumn(column) + room

    def minimumSizeHint(self) -> QSize:
        """As high as the hint: the panel scrolls, not both."""
        return QSize(80, self.sizeHint().height())

    def _on_pressed(self, index: QModelIndex) -> None:
        self._before = index.siblingAtColumn(TEXT).data(Qt.ItemDataRole.CheckStateRole)

    def _on_clicked(self, index: QModelIndex) -> None:
        # The whole line ticks, not only its small box, which Qt has seen to if it was hit.
        first = index.siblingAtColumn(TEXT)
        if first.data(Qt.ItemDataRole.CheckStateRole) == self._before:
            now = Qt.CheckState(self._before)
            other = Qt.CheckState.Unchecked if now == Qt.CheckState.Checked else Qt.CheckState.Checked
            self.model().setData(first, other, Qt.ItemDataRole.CheckStateRole)
            self.setCurrentIndex(first)
