"""A view of rows that are looked at, heard, opened and copied.

Signals of `RowsView`: `opened` (index; Enter or a double click), `play_wanted` (index; Space), `pointed`
(index of the row under the mouse; not valid: none).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

WIDEST = 280
"""Pixels of the widest column before the user makes it wider."""
SAMPLED = 200
"""Rows that decide the widths of the columns."""


class RowsView(QTableView):
    """Whole rows of a flat model are selected; copying takes them with their header, divided by tabs.

    Parameters
    ----------
    name : str
        For screen readers.
    copy_role : int
        Role whose text is copied: all digits.
    """

    opened = Signal(QModelIndex)
    play_wanted = Signal(QModelIndex)
    pointed = Signal(QModelIndex)

    def __init__(
        self, name: str, copy_role: int = Qt.ItemDataRole.ToolTipRole, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._copy_role = copy_role
        self._scrolls = False  # the current row was changed while nothing was seen
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSortingEnabled(True)
        rows = self.verticalHeader()
        rows.hide()
        rows.setDefaultSectionSize(QFontMetrics(self.font()).height() + 10)
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(24)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setResizeContentsPrecision(SAMPLED)
        self.doubleClicked.connect(self.opened)
        self.viewport().setMouseTracking(True)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show a model; the header is not asked which columns are selected as a whole.

        With its own, empty selection it need not look at every row of 20,000 for that, at each change.
        """
        super().setModel(model)
        if model is not None:
            self.horizontalHeader().setSelectionModel(QItemSelectionModel(model, self))

    def fit_columns(self) -> None:
        """Make the columns as wide as what is in them, within reason."""
        self.resizeColumnsToContents()
        header = self.horizontalHeader()
        for section in range(header.count()):
            if not header.isSectionHidden(section):
                header.resizeSection(section, min(header.sectionSize(section) + 6, WIDEST))

    def selected_lines(self) -> list[int]:
        """Return the selected rows, from above."""
        # Ranges, not rows: 20,000 of them are one range as a rule.
        lines: set[int] = set()
        for part in self.selectionModel().selection().toList():
            lines.update(range(part.top(), part.bottom() + 1))
        return sorted(lines)

    def select_lines(self, lines: Sequence[int] | NDArray[np.intp]) -> None:
        """Select just these rows; the current row stays.

        Parameters
        ----------
        lines : sequence of int
            Ascending, without repeats.
        """
        rows, model = np.asarray(lines, dtype=np.intp), self.model()
        wanted = QItemSelection()
        if rows.size:
            gaps = np.flatnonzero(np.diff(rows) > 1)
            firsts, lasts = rows[np.r_[0, gaps + 1]].tolist(), rows[np.r_[gaps, rows.size - 1]].tolist()
            end = model.columnCount() - 1
            for first, last in zip(firsts, lasts, strict=True):
                # Whole rows: Qt takes much longer to widen ranges by its flag for rows. Made without `index`,
                # which asks the model whether there is such a cell.
                wanted.append(QItemSelectionRange(model.createIndex(first, 0), model.createIndex(last, end)))
        chosen, flags = self.selectionModel(), QItemSelectionModel.SelectionFlag
        # Cleared first: Qt compares each old range with each new one.
        chosen.clearSelection()
        chosen.select(wanted, flags.Select)

    @property
    def rows_in_view(self) -> range:
        """The rows that are seen now, those at the edges too."""
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        return range(max(first, 0), (self.model().rowCount() if last < 0 else last + 1) if first >= 0 else 0)

    def show_from(self, line: int) -> None:
        """Scroll so that a row is the first one in view, as far as there are rows below it."""
        self.updateGeometries()  # the scroll bar may not know yet how many rows there are
        self.verticalScrollBar().setValue(line)

    def go_to_line(self, line: int, *, scroll: bool = True) -> None:
        """Make a row the current one, and leave the selection as it is; -1: none."""
        chosen, flags = self.selectionModel(), QItemSelectionModel.SelectionFlag
        if line < 0:
            chosen.clearCurrentIndex()
            return
        column = max(self.currentIndex().column(), 0)
        if self.isColumnHidden(column):
            column = next((n for n in range(self.model().columnCount()) if not self.isColumnHidden(n)), 0)
        index = self.model().index(line, column)
        # Not `setCurrentIndex` of the view: it takes the keys that are held for those of a click.
        chosen.setCurrentIndex(index, flags.NoUpdate)
        if scroll:
            self.scrollTo(index)
            self._scrolls = not self.isVisible()

    def selected_text(self) -> str:
        """Return the selected rows of the columns that are shown, in their order on the screen."""
        model, header = self.model(), self.horizontalHeader()
        shown = [header.logicalIndex(place) for place in range(header.count())]
        shown = [section for section in shown if not header.isSectionHidden(section)]
        across = Qt.Orientation.Horizontal
        titles = {n: str(model.headerData(n, across, Qt.ItemDataRole.DisplayRole) or "") for n in shown}
        shown = [section for section in shown if titles[section]]
        lines = [[titles[section] for section in shown]]
        for row in self.selected_lines():
            cells = [model.index(row, section).data(self._copy_role) for section in shown]
            lines.append(["" if cell is None else " ".join(str(cell).split("\t")) for cell in cells])
        return "".join("\t".join(line) + "\n" for line in lines)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open on Enter, play on Space, copy."""
        index = self.currentIndex()
        if event.matches(QKeySequence.StandardKey.Copy):
            if self.selected_lines():
                QGuiApplication.clipboard().setText(self.selected_text())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self.opened.emit(index)
        elif event.key() == Qt.Key.Key_Space and index.isValid():
            self.play_wanted.emit(index)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Scroll to the current row, if it became that while the table was not seen."""
        super().showEvent(event)
        if self._scrolls:
            self._scrolls = False
            self.scrollTo(self.currentIndex())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the current row in view, if it was in view."""
        row, height = self.currentIndex().row(), event.oldSize().height()
        seen = row >= 0 and 0 <= self.rowViewportPosition(row) < height
        super().resizeEvent(event)
        if seen and row not in self.rows_in_view:
            self.scrollTo(self.currentIndex())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which row is under the mouse; while rows are dragged over, that is not asked."""
        super().mouseMoveEvent(event)
        if event.buttons() == Qt.MouseButton.NoButton:
            self.pointed.emit(self.indexAt(event.position().toPoint()))

    def viewportEvent(self, event: QEvent) -> bool:
        """Tell that the mouse has left."""
        if event.type() == QEvent.Type.Leave:
            self.pointed.emit(QModelIndex())
        return super().viewportEvent(event)
