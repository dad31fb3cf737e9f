"""The long table of a run for Qt: columns of numpy, sorted and filtered by whole arrays.

Signals: none. Rows are lines on the screen; each has a place in the table, and a token's id.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from w2vpraat.export.tables import order_columns

from ..fonts import label_font
from ..theme import colour
from .corpus_model import natural_key
from .marks import mark

if TYPE_CHECKING:
    import pandas

Index = QModelIndex | QPersistentModelIndex
Places = NDArray[np.intp]

MARKS = 0
"""The first column: what is in the editor, what is stale."""
MANY_TEXTS = 20_000
"""Beyond so many different texts a column is sorted without regard to the numbers in them."""
SPOKEN = frozenset({"label", "word", "pre_seg", "fol_seg"})
"""Columns that hold labels of TextGrids."""
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class TokenModel(QAbstractTableModel):
    """Columns in the order of exported tables, behind one with marks."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[str, ...] = ()
        self.values: list[NDArray[Any]] = []
        self.stale: frozenset[str] = frozenset()
        self.current = ""
        self._font = label_font(11)
        self._ids: NDArray[Any] = np.empty(0, dtype=object)
        self._first: dict[str, int] = {}
        self._order: Places = np.empty(0, dtype=np.intp)
        self._shown: Places = self._order
        self._lines: Places = self._order
        self._mask: NDArray[np.bool_] | None = None
        self._sorted: tuple[int, Qt.SortOrder] | None = None
        self._ranks: dict[int, NDArray[Any]] = {}

    # Contents

    def set_table(self, table: pandas.DataFrame | None, metadata: Sequence[str] = ()) -> None:
        """Show another table; the order stays if the column is there."""
        before = self._sorted_by()
        self.beginResetModel()
        self.columns, self.values = (), []
        if table is not None:
            self.columns = tuple(order_columns(map(str, table.columns), metadata))
            self.values = [_array(table[name]) for name in self.columns]
        rows = len(self.values[0]) if self.values else 0
        self._ids = self.values[self.columns.index("id")] if "id" in self.columns else np.empty(0, object)
        self._first = {}
        for place in range(rows - 1, -1, -1):
            self._first[self._ids[place]] = place
        self._mask, self._ranks, self._sorted = None, {}, None
        self._order = np.arange(rows, dtype=np.intp)
        if before is not None and before[0] in self.columns:
            self._sorted = (self.columns.index(before[0]) + 1, before[1])
            self._order = self._argsort(*self._sorted)
        self._show()
        self.endResetModel()

    @property
    def n_rows(self) -> int:
        """Rows of the table, shown or not."""
        return len(self._order)

    def set_mask(self, mask: NDArray[np.bool_] | None) -> None:
        """Show only some rows of the table; None: all."""
        self.beginResetModel()
        self._mask = mask
        self._show()
        self.endResetModel()

    def set_stale(self, stale: Collection[str]) -> None:
        """Mark tokens whose values are not those of what is on the screen."""
        if frozenset(stale) != self.stale:
            self.stale = frozenset(stale)
            self._marks_changed()

    def set_current(self, token: str) -> None:
        """Mark the token that the editor shows; empty: none."""
        if token != self.current:
            self.current = token
            self._marks_changed()

    def token(self, line: int) -> str:
        """Return the id of a line."""
        return str(self._ids[self._shown[line]])

    def line_of(self, token: str) -> int:
        """Return the first line of a token; -1 if it is not shown."""
        place = self._first.get(token)
        return -1 if place is None else int(self._lines[place])

    def _marks_changed(self) -> None:
        if len(self._shown):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, self.columnCount() - 1))

    def _show(self) -> None:
        self._shown = self._order if self._mask is None else self._order[self._mask[self._order]]
        self._lines = np.full(len(self._order), -1, dtype=np.intp)
        self._lines[self._shown] = np.arange(len(self._shown))

    # Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns, with that of the marks."""
        return 0 if parent.isValid() or not self.columns else len(self.columns) + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """Return the name of a column."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < self.columnCount():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if section == MARKS else self.columns[section - 1]
        if role == Qt.ItemDataRole.ToolTipRole and section == MARKS:
            return self.tr("▸ in the editor, ● edited since it was measured")
        if role == Qt.ItemDataRole.TextAlignmentRole and section != MARKS:
            return RIGHT if self.is_number(section) else LEFT
        return None

    def is_number(self, section: int) -> bool:
        """Whether a column holds numbers."""
        return section != MARKS and self.values[section - 1].dtype != object

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows; `EditRole` has all digits."""
        column = index.column()
        if column < 0:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return None if column == MARKS else shown(self.values[column - 1][self._shown[index.row()]])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return None if column == MARKS else RIGHT if self.is_number(column) else LEFT
        if role == Qt.ItemDataRole.FontRole:
            return self._font if column != MARKS and self.columns[column - 1] in SPOKEN else None
        if role == Qt.ItemDataRole.ForegroundRole:
            return (
                colour("faint") if self.stale and self._ids[self._shown[index.row()]] in self.stale else None
            )
        if role == Qt.ItemDataRole.DecorationRole:
            return self._mark(self._ids[self._shown[index.row()]]) if column == MARKS else None
        if role == Qt.ItemDataRole.EditRole:
            return None if column == MARKS else in_full(self.values[column - 1][self._shown[index.row()]])
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._tip(index.row(), column)
        return None

    def _mark(self, token: str) -> Any:
        words = ["current"] if token == self.current else []
        words += ["unsaved"] if token in self.stale else []
        return mark(" ".join(words)) if words else None

    def _tip(self, line: int, column: int) -> str:
        token = self._ids[self._shown[line]]
        told = [] if column == MARKS else [in_full(self.values[column - 1][self._shown[line]])]
        if column == MARKS and token == self.current:
            told.append(self.tr("in the editor"))
        if token in self.stale:
            told.append(self.tr("edited since it was measured: measure again"))
        return "\n".join(told)

    # Order

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort; equal cells stay in the order of the corpus, empty ones come last in both directions."""
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        places = [self._shown[one.row()] for one in kept]
        self._sorted = (column, order) if 0 <= column < self.columnCount() else None
        self._order = (
            np.arange(len(self._order), dtype=np.intp)
            if self._sorted is None
            else self._argsort(*self._sorted)
        )
        self._show()
        moved = [
            self.index(int(self._lines[place]), one.column()) for place, one in zip(places, kept, strict=True)
        ]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _sorted_by(self) -> tuple[str, Qt.SortOrder] | None:
        if self._sorted is None or self._sorted[0] == MARKS:
            return None
        return self.columns[self._sorted[0] - 1], self._sorted[1]

    def _argsort(self, column: int, order: Qt.SortOrder) -> Places:
        if column == MARKS:
            ranks = np.array([one not in self.stale for one in self._ids], dtype=float)
        elif self.columns[column - 1] == "id":
            ranks = np.arange(len(self._order), dtype=float)  # the order of the corpus, and of intervals
        else:
            if column not in self._ranks:
                self._ranks[column] = _ranks(self.values[column - 1])
            ranks = self._ranks[column]
        if order == Qt.SortOrder.DescendingOrder:
            ranks = -ranks
        return np.argsort(ranks, kind="stable")  # NaN comes last, whatever the sign


def _array(series: pandas.Series[Any]) -> NDArray[Any]:
    """Return a column as floats, or as objects where it holds texts."""
    kind = str(series.dtype)
    if kind == "bool" or series.dtype == object or not hasattr(series.dtype, "kind"):
        return series.to_numpy(dtype=object)
    if series.dtype.kind in "fiu":  # Int64 with missing values too
        return series.to_numpy(dtype=np.float64, na_value=np.nan)
    return series.astype(object).to_numpy()


def _ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    if values.dtype != object:
        return values
    import pandas as pd

    codes, texts = pd.factorize(np.array([in_full(one) for one in values], dtype=object))
    if len(texts) > MANY_TEXTS:
        order = np.argsort(np.asarray(texts, dtype=str), kind="stable")
    else:
        order = np.array(sorted(range(len(texts)), key=lambda n: natural_key(str(texts[n]))), dtype=np.intp)
    ranks = np.empty(len(texts))
    ranks[order] = np.arange(len(texts))
    ranks[[not text for text in texts]] = np.nan
    return ranks[codes] if len(texts) else np.empty(0)


def shown(value: Any) -> str:
    """Return a cell as the table shows it: six digits can be read at a glance."""
    if isinstance(value, float):
        return "" if value != value else f"{value:.6g}"
    return in_full(value)


def in_full(value: Any) -> str:
    """Return a cell with all its digits; empty if it is missing."""
    if value is None or value != value:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return str(value)
