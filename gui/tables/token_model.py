"""The long table of a run for Qt: columns of numpy, sorted and filtered by whole arrays.

Signals of `TokenModel`: `sort_begins` (lines are about to move: whoever holds many of them lets go). Rows are
lines on the screen; each has a place in the table, and a token's id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from w2vpraat.export.tables import order_columns

from ..fonts import label_font
from ..theme import colour
from .marks import mark
from .token_columns import as_column, in_full, moved, ranks_of, shown

if TYPE_CHECKING:
    import pandas

Index = QModelIndex | QPersistentModelIndex
Places = NDArray[np.intp]

MARKS = 0
"""The first column: what is in the editor, what is stale."""
HOVERED = 52
"""How strongly the row is tinted that is pointed at, of 255."""
SPOKEN = frozenset({"label", "word", "pre_seg", "fol_seg"})
"""Columns that hold labels of TextGrids."""
# Whole numbers, because Qt asks often and comparing its enumerations is slow.
_DISPLAY, _EDIT, _DECORATION, _TOOL_TIP, _FONT, _ALIGNMENT, _BACKGROUND, _FOREGROUND, _ALOUD = (
    int(role)
    for role in (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.EditRole,
        Qt.ItemDataRole.DecorationRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.FontRole,
        Qt.ItemDataRole.TextAlignmentRole,
        Qt.ItemDataRole.BackgroundRole,
        Qt.ItemDataRole.ForegroundRole,
        Qt.ItemDataRole.AccessibleTextRole,
    )
)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class TokenModel(QAbstractTableModel):
    """Columns in the order of exported tables, behind one with marks."""

    sort_begins = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[str, ...] = ()
        self.values: list[NDArray[Any]] = []
        self.version = 0  # counts how often lines came, went or moved
        self.stale: frozenset[str] = frozenset()
        self.current = ""
        self.hovered = ""
        self.looked_at = ""
        self._font = label_font(11)
        self._ids: NDArray[Any] = np.empty(0, dtype=object)
        self._first: dict[str, int] | None = {}
        self._codes: tuple[NDArray[Any], dict[str, int]] | None = None
        self._order: Places = np.empty(0, dtype=np.intp)
        self._shown: Places = self._order
        self._lines: Places = self._order
        self._mask: NDArray[np.bool_] | None = None
        self._sorted: tuple[int, Qt.SortOrder] | None = None
        self._ranks: dict[int, NDArray[Any]] = {}

    # Contents

    def set_table(self, table: pandas.DataFrame | None, metadata: Sequence[str] = ()) -> bool:
        """Show another table; the order stays if the column is there, and rows that were hidden stay so.

        Returns
        -------
        bool
            Whether it has the same tokens and columns as before: then only cells changed, and lines, filter,
            selection and current row are still there.
        """
        columns: tuple[str, ...] = ()
        values: list[NDArray[Any]] = []
        if table is not None:
            columns = tuple(order_columns(map(str, table.columns), metadata))
            values = [as_column(table[name]) for name in columns]
        rows = len(values[0]) if values else 0
        ids = values[columns.index("id")] if "id" in columns else np.empty(0, object)
        if columns and columns == self.columns and np.array_equal(ids, self._ids):
            self.patch(dict(zip(columns, values, strict=True)))
            self.sort_again()
            return True
        before, mask = self._sorted_by(), self._mask_for(ids)
        self.beginResetModel()
        self.columns, self.values = columns, values
        self._take_ids(ids)
        self._mask, self._ranks, self._sorted = mask, {}, None
        self._order = np.arange(rows, dtype=np.intp)
        if before is not None and before[0] in self.columns:
            self._sorted = (self.columns.index(before[0]) + 1, before[1])
            self._order = self._argsort(*self._sorted)
        self._show()
        self.endResetModel()
        return False

    def patch(self, values: Mapping[str, NDArray[Any]]) -> None:
        """Take other values of some columns, each of as many rows as there are; no line moves."""
        for name, column in values.items():
            if name in self.columns:
                section = self.columns.index(name) + 1
                self.values[section - 1] = column
                self._ranks.pop(section, None)
                if name == "id":
                    self._take_ids(column)
        self._all_changed()

    def rearrange(self, values: Mapping[str, NDArray[Any]], order: Places) -> None:
        """Take values of other rows: tokens have come or gone.

        Parameters
        ----------
        values : mapping
            Column to its values. Columns that are not here keep theirs; those of new rows are missing.
        order : ndarray of int
            For each new row, its place before; -1: it is new. New rows are shown, whatever the filter.
        """
        self.beginResetModel()
        for place, name in enumerate(self.columns):
            self.values[place] = values[name] if name in values else moved(self.values[place], order)
        self._take_ids(self.values[self.columns.index("id")])
        self._ranks = {}
        if self._mask is not None:
            self._mask = np.where(order >= 0, self._mask[np.maximum(order, 0)], True)
        self._order = np.arange(len(order), dtype=np.intp)
        if self._sorted is not None:
            self._order = self._argsort(*self._sorted)
        self._show()
        self.endResetModel()

    @property
    def n_rows(self) -> int:
        """Rows of the table, shown or not."""
        return len(self._order)

    @property
    def n_tokens(self) -> int:
        """Different tokens among the rows."""
        return len(self._first_places)

    @property
    def ids(self) -> NDArray[Any]:
        """The token of each row, in the order of the table."""
        return self._ids

    @property
    def mask(self) -> NDArray[np.bool_] | None:
        """Which rows of the table the filter shows; None: all."""
        return self._mask

    def set_mask(self, mask: NDArray[np.bool_] | None) -> bool:
        """Show only some rows of the table; None: all.

        Returns
        -------
        bool
            Whether other rows are shown now.
        """
        if mask is None and self._mask is None:
            return False
        if mask is not None and self._mask is not None and np.array_equal(mask, self._mask):
            return False
        self.beginResetModel()
        self._mask = mask
        self._show()
        self.endResetModel()
        return True

    def set_stale(self, stale: Collection[str]) -> None:
        """Mark tokens whose values are not those of what is on the screen."""
        if frozenset(stale) != self.stale:
            self.stale = frozenset(stale)
            self._all_changed()

    def set_current(self, token: str) -> None:
        """Mark the token that the editor shows; empty: none."""
        before, self.current = self.current, token
        self._marks_changed(before, token)

    def set_hovered(self, token: str) -> None:
        """Tint the token that is pointed at, here or elsewhere; empty: none."""
        before, self.hovered = self.hovered, token
        self._marks_changed(before, token)

    def set_looked_at(self, token: str) -> None:
        """Tint the one token that is looked at, selected or not; empty: none."""
        before, self.looked_at = self.looked_at, token
        self._marks_changed(before, token)

    def token(self, line: int) -> str:
        """Return the id of a line."""
        return str(self._ids[self._shown[line]])

    def tokens(self, lines: Sequence[int] | None = None) -> list[str]:
        """Return the tokens of some lines (default: all), in their order, each once."""
        places = self._shown if lines is None else self._shown[np.asarray(lines, dtype=np.intp)]
        return list(dict.fromkeys(self._ids[places].tolist()))

    def line_of(self, token: str) -> int:
        """Return the first line of a token; -1 if it is not shown."""
        place = self._first_places.get(token)
        return -1 if place is None else int(self._lines[place])

    def lines_of(self, tokens: Iterable[str]) -> Places:
        """Return all lines of some tokens, ascending; what is not shown is left out."""
        first = self._first_places
        if len(first) == len(self._ids):
            places = np.array([first[one] for one in tokens if one in first], dtype=np.intp)
        else:  # several rows per token
            codes, number = self._token_codes
            wanted = np.zeros(len(number) + 1, dtype=bool)
            wanted[[number[one] for one in tokens if one in number]] = True
            places = np.flatnonzero(wanted[codes])
        lines = self._lines[places]
        return np.asarray(np.unique(lines[lines >= 0]), dtype=np.intp)

    # Parts

    def _mask_for(self, ids: NDArray[Any]) -> NDArray[np.bool_] | None:
        """Hide those of other rows whose tokens are hidden now; new ones are shown."""
        if self._mask is None or not len(ids):
            return None
        hidden = set(self._ids[~self._mask].tolist()) - set(self._ids[self._mask].tolist())
        return np.array([one not in hidden for one in ids], dtype=bool)

    def _take_ids(self, ids: NDArray[Any]) -> None:
        self._ids, self._first, self._codes = ids, None, None

    @property
    def _first_places(self) -> dict[str, int]:
        if self._first is None:
            rows = len(self._ids)
            self._first = dict(zip(self._ids[::-1].tolist(), range(rows - 1, -1, -1), strict=True))
        return self._first

    @property
    def _token_codes(self) -> tuple[NDArray[Any], dict[str, int]]:
        if self._codes is None:
            import pandas as pd

            codes, tokens = pd.factorize(self._ids)
            self._codes = codes, {token: number for number, token in enumerate(tokens.tolist())}
        return self._codes

    def _all_changed(self) -> None:
        if len(self._shown):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, self.columnCount() - 1))

    def _marks_changed(self, *tokens: str) -> None:
        if tokens[0] == tokens[-1]:
            return
        for token in filter(None, tokens):
            for line in self.lines_of([token]).tolist():
                self.dataChanged.emit(self.index(line, 0), self.index(line, self.columnCount() - 1))

    def _show(self) -> None:
        self.version += 1
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
        if role == _DISPLAY:
            return "" if section == MARKS else self.columns[section - 1]
        if role == _TOOL_TIP and section == MARKS:
            return self.tr("▸ in the editor, ● edited since it was measured")
        if role == _ALIGNMENT and section != MARKS:
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
        if role == _DISPLAY:
            return None if column == MARKS else shown(self.values[column - 1][self._shown[index.row()]])
        if role == _ALIGNMENT:
            return None if column == MARKS else RIGHT if self.is_number(column) else LEFT
        if role == _FONT:
            return self._font if column != MARKS and self.columns[column - 1] in SPOKEN else None
        if role == _BACKGROUND:
            return self._tint(self._ids[self._shown[index.row()]])
        if role == _FOREGROUND:
            return (
                colour("faint") if self.stale and self._ids[self._shown[index.row()]] in self.stale else None
            )
        if role == _DECORATION:
            return self._mark(self._ids[self._shown[index.row()]]) if column == MARKS else None
        if role == _EDIT:
            return None if column == MARKS else in_full(self.values[column - 1][self._shown[index.row()]])
        if role in (_TOOL_TIP, _ALOUD):
            return self._tip(index.row(), column)
        return None

    def _tint(self, token: str) -> Any:
        if token == self.hovered and token:
            return colour("accent", HOVERED)
        return colour("selection") if token == self.looked_at and token else None

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
        self._sorted = (column, order) if 0 <= column < self.columnCount() else None
        self._reorder(
            np.arange(len(self._order), dtype=np.intp)
            if self._sorted is None
            else self._argsort(*self._sorted)
        )

    def sort_again(self) -> None:
        """Put rows whose values have changed where they belong now."""
        if self._sorted is not None:
            order = self._argsort(*self._sorted)
            if not np.array_equal(order, self._order):
                self._reorder(order)

    def _reorder(self, order: Places) -> None:
        self.sort_begins.emit()
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        places = self._shown[[one.row() for one in kept]].tolist()
        self._order = order
        self._show()
        lines = self._lines[places].tolist()
        now = [self.createIndex(line, one.column()) for line, one in zip(lines, kept, strict=True)]
        self.changePersistentIndexList(kept, now)
        self.layoutChanged.emit()

    def _sorted_by(self) -> tuple[str, Qt.SortOrder] | None:
        if self._sorted is None or self._sorted[0] == MARKS:
            return None
        return self.columns[self._sorted[0] - 1], self._sorted[1]

    def _argsort(self, column: int, order: Qt.SortOrder) -> Places:
        if column == MARKS:
            ranks = np.array([one not in self.stale for one in self._ids], dtype=float)
        elif self.columns[column - 1] == "id":
            ranks = np.arange(len(self._ids), dtype=float)  # the order of the corpus, and of intervals
        else:
            if column not in self._ranks:
                self._ranks[column] = ranks_of(self.values[column - 1])
            ranks = self._ranks[column]
        if order == Qt.SortOrder.DescendingOrder:
            ranks = -ranks
        return np.argsort(ranks, kind="stable")  # NaN comes last, whatever the sign
