"""A read-only table model over a Sheet, sorted by number where a column holds numbers."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from ..work.results_folder import Sheet

Index = QModelIndex | QPersistentModelIndex


class SheetModel(QAbstractTableModel):
    """Shows a Sheet; ``sort`` orders numbers by value and puts empty cells last."""

    def __init__(self, sheet: Sheet, parent: Any = None) -> None:
        super().__init__(parent)
        self._sheet = sheet
        self._order = list(range(len(sheet.rows)))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._sheet.header)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, and numbers right-aligned."""
        if not index.isValid():
            return None
        text = self._sheet.rows[self._order[index.row()]][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _shown(text)
        if role == Qt.ItemDataRole.ToolTipRole:
            return text
        if role == Qt.ItemDataRole.TextAlignmentRole and _number(text) is not None:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the column names, and row numbers from 1."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self._sheet.header[section] if orientation == Qt.Orientation.Horizontal else str(section + 1)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort the rows by a column."""
        if not 0 <= column < len(self._sheet.header):
            return
        self.layoutAboutToBeChanged.emit()
        cells = [row[column] for row in self._sheet.rows]
        filled = [index for index, text in enumerate(cells) if text]
        empty = [index for index, text in enumerate(cells) if not text]
        numbers = [_number(cells[index]) for index in filled]
        backwards = order == Qt.SortOrder.DescendingOrder
        if all(number is not None for number in numbers):
            filled.sort(key=lambda index: float(cells[index]), reverse=backwards)
        else:
            filled.sort(key=lambda index: cells[index], reverse=backwards)
        self._order = filled + empty
        self.layoutChanged.emit()


def _shown(text: str) -> str:
    # Six digits can be read at a glance; the tool tip has them all.
    number = _number(text) if len(text) > 8 else None
    return text if number is None else f"{number:.6g}"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
