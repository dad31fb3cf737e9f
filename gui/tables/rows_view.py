"""A view of rows that are looked at, heard, opened and copied.

Signals of `RowsView`: `opened` (index; Enter or a double click), `play_wanted` (index; Space).
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

WIDEST = 280
"""Pixels of the widest column before the user makes it wider."""
SAMPLED = 200
"""Rows that decide the widths of the columns."""


class RowsView(QTableView):
    """Whole rows are selected; copying takes them with their header, cells divided by tabs.

    Parameters
    ----------
    name : str
        For screen readers.
    copy_role : int
        Role whose text is copied: all digits.
    """

    opened = Signal(QModelIndex)
    play_wanted = Signal(QModelIndex)

    def __init__(
        self, name: str, copy_role: int = Qt.ItemDataRole.ToolTipRole, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._copy_role = copy_role
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

    def fit_columns(self) -> None:
        """Make the columns as wide as what is in them, within reason."""
        self.resizeColumnsToContents()
        header = self.horizontalHeader()
        for section in range(header.count()):
            if not header.isSectionHidden(section):
                header.resizeSection(section, min(header.sectionSize(section) + 6, WIDEST))

    def selected_lines(self) -> list[int]:
        """Return the selected rows, from above."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

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
