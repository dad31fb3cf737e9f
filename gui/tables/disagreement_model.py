"""What two annotators did differently, one a row: kind, time, size, ours, theirs.

Signals: Qt's own; after sorting `layoutChanged`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from w2vpraat.compare.agreement.disagreements import KINDS, Disagreement

from ..fonts import label_font
from ..theme import colour

Index = QModelIndex | QPersistentModelIndex
KIND, TIME, SIZE, MINE, THEIRS = range(5)
NOTHING = "–"
SIZE_OF_LABELS = 11.5
_NOWHERE = QModelIndex()
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True)
class Row:
    """One disagreement.

    Parameters
    ----------
    what : Disagreement
        What differs.
    kept : bool
        Whether it was decided that ours stays.
    """

    what: Disagreement
    kept: bool = False


class DisagreementModel(QAbstractTableModel):
    """Disagreements in an order that the user chooses."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self._sorted = (TIME, Qt.SortOrder.AscendingOrder)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other disagreements, in the order chosen before."""
        self.beginResetModel()
        self.rows = self._in_order(rows)
        self.endResetModel()

    def kind_text(self, kind: str) -> str:
        """Return a kind as people say it."""
        return {
            "boundary": self.tr("Boundary"),
            "label": self.tr("Label"),
            "missing in first": self.tr("Only theirs"),
            "missing in second": self.tr("Only mine"),
        }[kind]

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of disagreements."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else 5

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the titles of the columns, and what they mean."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            titles = (
                self.tr("Kind"),
                self.tr("Time (s)"),
                self.tr("ms"),
                self.tr("Mine"),
                self.tr("Theirs"),
            )
            return titles[section]
        if role == Qt.ItemDataRole.ToolTipRole and section == SIZE:
            return self.tr(
                "Boundaries: theirs less mine, positive if theirs is later. Labels: the time that both "
                "share. Else the duration of the interval that only one has."
            )
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.FontRole and column in (MINE, THEIRS):
            return label_font(SIZE_OF_LABELS)
        if role == Qt.ItemDataRole.ForegroundRole and row.kept:
            return colour("faint")
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (TIME, SIZE):
            return _RIGHT
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._explained(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            titles = Qt.Orientation.Horizontal
            return f"{self.headerData(column, titles)}: {self._text(row, column, aloud=True)}"
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort; sizes without their sign."""
        self._sorted = (column, order)
        self.layoutAboutToBeChanged.emit()
        before, kept = self.rows, self.persistentIndexList()
        self.rows = self._in_order(before)
        line = {id(row): number for number, row in enumerate(self.rows)}
        moved = [self.index(line[id(before[one.row()])], one.column()) for one in kept]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _in_order(self, rows: Sequence[Row]) -> list[Row]:
        column, order = self._sorted
        in_time = sorted(rows, key=lambda row: row.what.time)
        return sorted(
            in_time, key=lambda row: self._key(row, column), reverse=order == Qt.SortOrder.DescendingOrder
        )

    def _key(self, row: Row, column: int) -> Any:
        what = row.what
        keys: tuple[Any, ...] = (
            (row.kept, KINDS.index(what.kind)),
            what.time,
            what.size_ms,
            what.first_label,
            what.second_label,
        )
        return keys[column]

    def _text(self, row: Row, column: int, *, aloud: bool = False) -> str:
        what = row.what
        if column == KIND:
            kind = self.kind_text(what.kind)
            return self.tr("{kind}, kept").format(kind=kind) if row.kept else kind
        if column == TIME:
            return f"{what.time:.3f}"
        if column == SIZE:
            later = 1000.0 * (what.second_time - what.first_time)
            text = f"{later:+.1f}" if what.kind == "boundary" else f"{what.size_ms:.1f}"
            return text.replace("-", "−")
        if column == MINE:
            sides = (what.first_label, what.first_time, what.kind == "missing in first")
        else:
            sides = (what.second_label, what.second_time, what.kind == "missing in second")
        label, time, absent = sides
        if absent or what.kind != "boundary":
            return NOTHING if absent or not label else label
        return f"{self._edge(what.edge, label, aloud)}  {time:.4f}"

    def _edge(self, edge: str, label: str, aloud: bool) -> str:
        """Return where a boundary is: ``|s`` before s, ``s|`` after it."""
        if edge == "point":
            return label
        if not aloud:
            return f"|{label}" if edge == "start" else f"{label}|"
        text = self.tr("start of {label}") if edge == "start" else self.tr("end of {label}")
        return text.format(label=label)

    def _explained(self, row: Row) -> str:
        what = row.what
        lines = {
            "boundary": self.tr("Both set this boundary ({where}), at different times.").format(
                where=self._edge(what.edge, what.first_label, True)
            ),
            "label": self.tr("Both have this interval, with different labels."),
            "missing in first": self.tr("Only the second annotator has this interval."),
            "missing in second": self.tr("The second annotator doesn't have this interval."),
        }
        text = lines[what.kind]
        return f"{text}\n{self.tr('You kept yours.')}" if row.kept else text
