"""A list of things to tick: labels, speakers, methods; with how many tokens each has.

Signals of `CheckModel`: `ticked` (tuple of the keys that are ticked, in the order of the list).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont

from ..theme import colour

Index = QModelIndex | QPersistentModelIndex
TEXT, NOTE, COUNT = range(3)


@dataclass(frozen=True)
class Tick:
    """One line of the list.

    Parameters
    ----------
    key : str
        What the settings call it.
    text : str
        What the user reads.
    note : str
        Beside it, in grey.
    count : str
        At the right.
    tip : str
        Tool tip.
    """

    key: str
    text: str = ""
    note: str = ""
    count: str = ""
    tip: str = ""


class CheckModel(QAbstractTableModel):
    """Lines that can be ticked; numbers may change without the list losing its place."""

    ticked = Signal(tuple)

    def __init__(self, parent: QObject | None = None, *, font: QFont | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[Tick, ...] = ()
        self.keys: frozenset[str] = frozenset()
        self._font = font

    def set_lines(self, lines: Sequence[Tick]) -> None:
        """Show other lines; ticks stay."""
        lines = tuple(lines)
        if [line.key for line in lines] == [line.key for line in self.lines]:
            old, self.lines = self.lines, lines
            changed = [row for row, (one, two) in enumerate(zip(old, lines, strict=True)) if one != two]
            if changed:
                self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], COUNT))
            return
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def set_ticked(self, keys: Collection[str]) -> None:
        """Tick these and no others, without a signal."""
        if frozenset(keys) != self.keys:
            self.keys = frozenset(keys)
            if self.lines:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self.lines) - 1, 0))

    def tick(self, keys: Collection[str]) -> None:
        """Tick these and no others, as the user does."""
        self.set_ticked(keys)
        self._tell()

    def _tell(self) -> None:
        listed = tuple(line.key for line in self.lines if line.key in self.keys)
        # What is ticked and is not in this corpus stays ticked.
        self.ticked.emit((*listed, *sorted(self.keys - set(listed))))

    # Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Text, note, count."""
        return 0 if parent.isValid() else 3

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every line can be ticked."""
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == TEXT else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        line, column = self.lines[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return (line.text or line.key, line.note, line.count)[column]
        if role == Qt.ItemDataRole.CheckStateRole and column == TEXT:
            return Qt.CheckState.Checked if line.key in self.keys else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ToolTipRole:
            return line.tip or line.text or line.key
        if role == Qt.ItemDataRole.FontRole and column == TEXT:
            return self._font
        if role == Qt.ItemDataRole.ForegroundRole and column != TEXT:
            return colour("faint")
        if role == Qt.ItemDataRole.TextAlignmentRole and column == COUNT:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.AccessibleTextRole and column == TEXT:
            return " ".join(part for part in (line.text or line.key, line.note, line.count) if part)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tick a line or take its tick away."""
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != TEXT:
            return False
        key = self.lines[index.row()].key
        on = Qt.CheckState(value) == Qt.CheckState.Checked
        self.keys = self.keys | {key} if on else self.keys - {key}
        self.dataChanged.emit(index, index)
        self._tell()
        return True
