"""The nearest tokens of a token for Qt: rank, label, speaker, distance, and where it was said.

Signals: none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from w2vpraat.corpus.textgrid import to_unicode

from ..fonts import label_font
from ..theme import colour
from ..work.neighbours import Neighbour
from .token_model import HOVERED

Index = QModelIndex | QPersistentModelIndex

RANK, LABEL, SPEAKER, DISTANCE, WORD, CONTEXT, FILE, TIME = range(8)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_NUMBERS = frozenset({RANK, DISTANCE, TIME})
_SPOKEN = frozenset({LABEL, WORD, CONTEXT})


class NeighbourModel(QAbstractTableModel):
    """Rows in the order of their distance; what has another label has another ink, and is not bold."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Neighbour, ...] = ()
        self.ids: tuple[str, ...] = ()
        self.hovered = ""
        self._font, self._bold = label_font(11), label_font(11, bold=True)

    def set_rows(self, rows: Sequence[Neighbour], ids: Sequence[str]) -> None:
        """Show other neighbours, with the ids that they have now."""
        if tuple(rows) == self.rows:
            self.ids = tuple(ids)
            return
        self.beginResetModel()
        self.rows, self.ids = tuple(rows), tuple(ids)
        self.endResetModel()

    def set_hovered(self, token: str) -> None:
        """Tint the token that is pointed at, here or elsewhere; empty: none."""
        before, self.hovered = self.hovered, token
        for one in {before, token} & set(self.ids):
            line = self.ids.index(one)
            self.dataChanged.emit(self.index(line, 0), self.index(line, TIME))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of neighbours."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else TIME + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """Return the name of a column."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section <= TIME:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                "",
                self.tr("label"),
                self.tr("speaker"),
                self.tr("distance"),
                self.tr("word"),
                self.tr("context"),
                self.tr("file"),
                self.tr("time"),
            )[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section in _NUMBERS else _LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows; `EditRole` has labels as they are stored and all digits."""
        if not index.isValid():
            return None
        one, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return to_unicode(_cell(one, column)) if column in _SPOKEN else _cell(one, column)
        if role == Qt.ItemDataRole.EditRole:
            exact = {DISTANCE: repr(one.distance), TIME: repr(one.token.start)}
            return exact.get(column, _cell(one, column))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column in _NUMBERS else _LEFT
        if role == Qt.ItemDataRole.FontRole and column in _SPOKEN:
            return self._bold if column == LABEL and one.same_label else self._font
        if role == Qt.ItemDataRole.ForegroundRole and column == LABEL and not one.same_label:
            return colour("warning")
        if role == Qt.ItemDataRole.BackgroundRole and self.ids[index.row()] == self.hovered != "":
            return colour("accent", HOVERED)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._tip(one, column)
        return None

    def _tip(self, one: Neighbour, column: int) -> str:
        text = to_unicode(_cell(one, column))
        if column == LABEL:
            said = self.tr("the same label") if one.same_label else self.tr("another label")
            return f"{text}: {said}"
        if column == TIME:
            return f"{one.token.start:.6f} – {one.token.end:.6f} s"
        return text


def _cell(one: Neighbour, column: int) -> str:
    token = one.token
    return (
        str(one.rank),
        token.label,
        token.speaker,
        f"{one.distance:.3f}",
        token.word,
        one.context,
        token.file_name,
        f"{token.start:.3f}",
    )[column]
