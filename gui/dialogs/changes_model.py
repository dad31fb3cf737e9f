"""The labels that replacing would change, one a row, each with a tick.

Signals: Qt's own; `dataChanged` when a tick changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from w2vpraat.corpus.textgrid import to_unicode
from w2vpraat.corpus.textgrid.searching import FileChanges, LabelChange

from ..fonts import label_font

Index = QModelIndex | QPersistentModelIndex
FILE, TIER, ITEM, TIME, OLD, NEW = range(6)
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class Row:
    """One label.

    Parameters
    ----------
    file : int
        Index of its file.
    change : LabelChange
        Before and after.
    """

    file: int
    change: LabelChange


class ChangesModel(QAbstractTableModel):
    """Proposed changes; `wanted` gives those that are ticked."""

    def __init__(self) -> None:
        super().__init__()
        self._files: list[FileChanges] = []
        self._rows: list[Row] = []
        self._ticked: list[bool] = []

    def set_files(self, files: Sequence[FileChanges]) -> None:
        """Show other proposals, all ticked."""
        self.beginResetModel()
        self._files = list(files)
        self._rows = [Row(at, change) for at, file in enumerate(files) for change in file.changes]
        self._ticked = [True] * len(self._rows)
        self.endResetModel()

    def wanted(self) -> tuple[FileChanges, ...]:
        """Return the files with the changes that are ticked; files without any are left out."""
        kept: dict[int, list[LabelChange]] = {}
        for row, ticked in zip(self._rows, self._ticked, strict=True):
            if ticked:
                kept.setdefault(row.file, []).append(row.change)
        return tuple(replace(self._files[at], changes=tuple(changes)) for at, changes in kept.items())

    @property
    def n_ticked(self) -> int:
        """How many are ticked."""
        return sum(self._ticked)

    def tick(self, rows: Sequence[int], on: bool | None = None) -> None:
        """Tick rows or not; None: the other way round for each."""
        for row in rows:
            self._ticked[row] = not self._ticked[row] if on is None else on
        if rows:
            self.dataChanged.emit(self.index(min(rows), 0), self.index(max(rows), 0))

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of changes."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else 6

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the titles of the columns."""
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        titles = ("File", "Tier", "Item", "Time (s)", "Old", "New")
        return self.tr(titles[section])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        row, column = self._rows[index.row()], index.column()
        change = row.change
        if role == Qt.ItemDataRole.CheckStateRole and column == FILE:
            return Qt.CheckState.Checked if self._ticked[index.row()] else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.FontRole and column in (OLD, NEW):
            return label_font(12.0)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (TIER, ITEM, TIME):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole:
            return {FILE: str(self._files[row.file].path), OLD: change.old, NEW: change.new}.get(column)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        shown = {
            FILE: self._files[row.file].name,
            TIER: str(change.tier),
            ITEM: str(change.item),
            TIME: f"{change.time:.3f}",
            OLD: to_unicode(change.old).replace("\n", "⏎"),
            NEW: to_unicode(change.new).replace("\n", "⏎"),
        }
        return shown[column]

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tick or untick a row."""
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != FILE:
            return False
        self.tick([index.row()], Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let the first column be ticked."""
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return plain | Qt.ItemFlag.ItemIsUserCheckable if index.column() == FILE else plain
