"""Tables of numbers with intervals, made of columns: sorted by value, copied with all digits.

Signals: none. A row may have a key (a token's id, a pair of labels), by which it is found again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ..fonts import label_font
from .token_columns import in_full, ranks_of

Index = QModelIndex | QPersistentModelIndex
Places = NDArray[np.intp]
Floats = NDArray[np.float64]

SPAN_ROLE = Qt.ItemDataRole.UserRole + 1
"""A `Span` where a cell is drawn with its interval; None elsewhere."""
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
MISSING = "–"
MINUS = "\u2212"


@dataclass(frozen=True)
class Span:
    """A value with its interval, as a cell draws it.

    Parameters
    ----------
    value, low, high : float
        NaN: unknown.
    baseline : float
        What chance gives, or nothing; NaN: not drawn.
    least, most : float
        Ends of the scale, the same for a whole column.
    leads : bool
        Drawn in the colour of what is not clearly worse than the best.
    """

    value: float
    low: float
    high: float
    baseline: float
    least: float
    most: float
    leads: bool = True


@dataclass(frozen=True, eq=False)
class Column:
    """One column.

    Parameters
    ----------
    title, tip : str
        Heading and its tool tip.
    values : ndarray
        Numbers (missing: NaN), or objects that are texts or truths.
    shown : callable, optional
        Row -> text; default: numbers with three digits behind the point, texts as they are.
    spans : sequence of Span or None, optional
        One per row: intervals to draw.
    spoken : bool
        Whether it holds labels, drawn in the font that has all signs.
    """

    title: str
    values: NDArray[Any]
    shown: Callable[[int], str] | None = None
    spans: Sequence[Span | None] | None = None
    tip: str = ""
    spoken: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        return self.values.dtype != object

    def text(self, row: int) -> str:
        """Return what a cell shows."""
        if self.shown is not None:
            return self.shown(row)
        return number(self.values[row], 3) if self.is_number else in_full(self.values[row])


def texts(title: str, values: Sequence[Any], *, tip: str = "", spoken: bool = False) -> Column:
    """Make a column of texts."""
    made = np.empty(len(values), dtype=object)
    made[:] = ["" if one is None or one != one else one for one in values]
    return Column(title, made, tip=tip, spoken=spoken)


def numbers(title: str, values: Any, *, digits: int = 2, factor: float = 1.0, tip: str = "") -> Column:
    """Make a column of numbers, shown with so many digits behind the point."""
    made = np.asarray(values, dtype=np.float64) * factor
    return Column(title, made, lambda row: number(made[row], digits), tip=tip)


def scores(
    title: str,
    values: Any,
    low: Any,
    high: Any,
    *,
    baseline: Any = np.nan,
    leads: Any = True,
    ranks: Any = None,
    digits: int = 1,
    factor: float = 100.0,
    tip: str = "",
) -> Column:
    """Make a column of values with intervals, drawn as bars on one scale with a mark at the baseline.

    Parameters
    ----------
    values, low, high : array-like, shape (n,)
    baseline : array-like, shape (n,) or ()
    leads : array-like of bool
    ranks : array-like of int, optional
        Shown before the value.
    digits, factor
        How values are shown: 100 and 1 for shares in percent.
    """
    one = np.asarray(values, dtype=np.float64) * factor
    ends = [np.asarray(end, dtype=np.float64) * factor for end in (low, high)]
    base = np.broadcast_to(np.asarray(baseline, dtype=np.float64) * factor, one.shape)
    first = np.broadcast_to(np.asarray(leads, dtype=bool), one.shape)
    places = None if ranks is None else np.asarray(ranks, dtype=np.float64)
    seen = np.concatenate([one, *ends, base])
    seen = seen[np.isfinite(seen)]
    least, most = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 1.0)
    spans = [
        None
        if one[row] != one[row]
        else Span(one[row], ends[0][row], ends[1][row], base[row], least, most, bool(first[row]))
        for row in range(len(one))
    ]

    def shown(row: int) -> str:
        if one[row] != one[row]:
            return MISSING
        text = number(one[row], digits)
        if ends[0][row] == ends[0][row]:
            text += f" [{number(ends[0][row], digits)}, {number(ends[1][row], digits)}]"
        return text if places is None else f"{places[row]:.0f}:  {text}"

    return Column(title, one, shown, spans, tip=tip)


def number(value: float, digits: int) -> str:
    """Return a number with a true minus; a dash where it is missing."""
    if value != value:
        return MISSING
    text = f"{value:.{digits}f}"
    return text.replace("-", MINUS) if float(text) else text.lstrip("-")


class NumberModel(QAbstractTableModel):
    """Shows columns; rows are lines on the screen, sorted and left out by whole arrays."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[Column, ...] = ()
        self.keys: tuple[Any, ...] = ()
        self._font = label_font(11)
        self._lines: dict[Any, int] | None = None
        self._shown: Places = np.empty(0, dtype=np.intp)
        self._mask: NDArray[np.bool_] | None = None
        self._sorted: tuple[int, Qt.SortOrder] | None = None

    def set_columns(self, columns: Sequence[Column], keys: Sequence[Any] = ()) -> None:
        """Show another table; the order stays if it has a column of the same name."""
        before = None if self._sorted is None else (self.columns[self._sorted[0]].title, self._sorted[1])
        self.beginResetModel()
        self.columns, self.keys = tuple(columns), tuple(keys)
        self._mask = self._sorted = None
        titles = [column.title for column in self.columns]
        if before is not None and before[0] in titles:
            self._sorted = (titles.index(before[0]), before[1])
        self._show()
        self.endResetModel()

    def set_mask(self, mask: NDArray[np.bool_] | None) -> None:
        """Show only some rows; None: all."""
        self.beginResetModel()
        self._mask = mask
        self._show()
        self.endResetModel()

    @property
    def sorted_by(self) -> tuple[int, Qt.SortOrder] | None:
        """Column and direction; None: as the table came."""
        return self._sorted

    def row(self, line: int) -> int:
        """Return the row of the table that a line shows."""
        return int(self._shown[line])

    def key(self, line: int) -> Any:
        """Return the key of a line; None without keys."""
        return self.keys[self.row(line)] if self.keys else None

    def line_of(self, key: Any) -> int:
        """Return the first line with a key; -1 if it is not shown."""
        if self._lines is None:
            self._lines = {}
            for line in range(len(self._shown) - 1, -1, -1) if self.keys else ():
                self._lines[self.key(line)] = line
        return self._lines.get(key, -1)

    # Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """Return the heading of a column."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.is_number and column.spans is None else LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows; `EditRole` has all digits, with the interval where there is one."""
        if not index.isValid():
            return None
        column, row = self.columns[index.column()], self.row(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == SPAN_ROLE:
            return None if column.spans is None else column.spans[row]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.is_number and column.spans is None else LEFT
        if role == Qt.ItemDataRole.FontRole:
            return self._font if column.spoken else None
        if role == Qt.ItemDataRole.EditRole:
            return column.text(row) if column.spans is not None else in_full(column.values[row])
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return column.text(row) if column.spans is not None else in_full(column.values[row])
        return None

    # Order

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort; equal cells stay in the order of the table, empty ones come last in both directions."""
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        rows = [self.row(one.row()) for one in kept]
        self._sorted = (column, order) if 0 <= column < len(self.columns) else None
        self._show()
        lines = np.full(len(self.columns[0].values) if self.columns else 0, -1, dtype=np.intp)
        lines[self._shown] = np.arange(len(self._shown))
        moved = [self.index(int(lines[row]), one.column()) for row, one in zip(rows, kept, strict=True)]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _show(self) -> None:
        count = len(self.columns[0].values) if self.columns else 0
        order: Places = np.arange(count, dtype=np.intp)
        if self._sorted is not None:
            ranks = ranks_of(self.columns[self._sorted[0]].values)
            down = self._sorted[1] == Qt.SortOrder.DescendingOrder
            order = np.argsort(-ranks if down else ranks, kind="stable")  # NaN comes last, whatever the sign
        self._shown = order if self._mask is None else order[self._mask[order]]
        self._lines = None
