"""The recordings of a corpus as a table for Qt, and its filter.

Signals of `CorpusModel`: `cell_edited` (place of the row, column of the speaker table, new text).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont

from w2vpraat.corpus.corpus_row import CorpusRow
from w2vpraat.corpus.filtering import Filter

from ..theme import colour
from .marks import mark

Index = QModelIndex | QPersistentModelIndex

STATUS, NAME, PROBLEMS, SPEAKER, DURATION, INTERVALS, LABELLED = range(7)
FIXED = 7
"""Columns before those of the speaker table."""
SERIOUS = frozenset({"file", "partner", "tier", "speaker"})
"""Kinds of problems that keep a recording from being used."""
HARMLESS = frozenset({"tier_domain", "tier_edge", "trailing_data", "encoding", "unsnapped"})

# Whole numbers, because Qt asks often and comparing its enumerations is slow.
_DISPLAY, _EDIT, _DECORATION, _TOOL_TIP, _FONT, _ALIGNMENT, _FOREGROUND, _ALOUD = (
    int(role)
    for role in (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.EditRole,
        Qt.ItemDataRole.DecorationRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.FontRole,
        Qt.ItemDataRole.TextAlignmentRole,
        Qt.ItemDataRole.ForegroundRole,
        Qt.ItemDataRole.AccessibleTextRole,
    )
)
_ROLES = frozenset({_DISPLAY, _EDIT, _DECORATION, _TOOL_TIP, _FONT, _ALIGNMENT, _FOREGROUND, _ALOUD})
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_DIGITS = re.compile(r"(\d+)")
_Key = tuple[int, Any]


class CorpusModel(QAbstractTableModel):
    """Rows in the order of the corpus, or sorted; each knows its place in the corpus.

    Sorting is done here and not in the proxy, which would ask for each cell many times.
    """

    cell_edited = Signal(int, str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[CorpusRow] = []
        self.columns: tuple[str, ...] = ()
        self.known: set[int] = set()
        """Places whose files have been looked at."""
        self.current = ""
        self.modified: frozenset[str] = frozenset()
        self.edited: Callable[[CorpusRow], Collection[str]] = lambda _row: ()
        self._order: list[int] = []  # place of each line
        self._lines: list[int] = []  # line of each place
        self._cells: dict[int, Mapping[str, Any]] = {}
        self._sorted = (NAME, Qt.SortOrder.AscendingOrder)

    # Contents

    def set_rows(self, rows: Iterable[CorpusRow]) -> None:
        """Show another corpus; nothing is known of its files yet."""
        self.beginResetModel()
        self.rows = list(rows)
        self.known.clear()
        self._cells.clear()
        self._order = list(range(len(self.rows)))
        self._resort()
        self.endResetModel()

    def put_rows(self, rows: Iterable[tuple[int, CorpusRow]]) -> None:
        """Take what was found out about rows, by their places."""
        lines = []
        for place, row in rows:
            if place < len(self.rows):
                self.rows[place] = row
                self.known.add(place)
                self._cells.pop(place, None)
                lines.append(self._lines[place])
        for first, last in _runs(lines):  # the proxy looks at every line between
            self._changed(first, last)

    def set_columns(self, columns: Sequence[str]) -> None:
        """Show these columns of the speaker table."""
        columns = tuple(columns)
        if columns == self.columns:
            return
        self.beginResetModel()
        self.columns = columns
        self._resort()
        self.endResetModel()

    def set_status(self, current: str, modified: Collection[str]) -> None:
        """Mark the row in the editor and those with unsaved edits."""
        modified = frozenset(modified)
        if (current, modified) == (self.current, self.modified):
            return
        self.current, self.modified = current, modified
        if self.rows:
            self._changed(0, len(self.rows) - 1, (STATUS, NAME))

    def place(self, line: int) -> int:
        """Return the place in the corpus of a line of the table."""
        return self._order[line]

    def line_of(self, name: str) -> int:
        """Return the line of a recording; -1 if there is none."""
        return next((line for line, place in enumerate(self._order) if self.rows[place].name == name), -1)

    def accepted(self, wanted: Filter) -> Iterator[CorpusRow]:
        """Yield the rows that a filter accepts, in their order."""
        for place in self._order:
            if not wanted or wanted.accepts(self.cells(place)):
                yield self.rows[place]

    def cells(self, place: int) -> Mapping[str, Any]:
        """Return a row for filters."""
        found = self._cells.get(place)
        if found is None:
            found = self._cells[place] = self.rows[place].cells()
        return found

    def _changed(self, first: int, last: int, columns: tuple[int, int] | None = None) -> None:
        left, right = columns or (0, self.columnCount() - 1)
        self.dataChanged.emit(self.index(first, left), self.index(last, right))

    # Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else FIXED + len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """Return the name of a column, and what it means."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < self.columnCount():
            return None
        if role == _DISPLAY:
            return self._title(section)
        if role == _TOOL_TIP:
            return self._meaning(section)
        if role == _ALIGNMENT and section in (DURATION, INTERVALS, LABELLED):
            return _RIGHT
        return None

    def _title(self, section: int) -> str:
        titles = (
            "",
            self.tr("Name"),
            self.tr("Problems"),
            self.tr("Speaker"),
            self.tr("Duration"),
            self.tr("Intervals"),
            self.tr("Labelled"),
        )
        return titles[section] if section < FIXED else self.columns[section - FIXED]

    def _meaning(self, section: int) -> str:
        meanings = (
            self.tr("▸ in the editor, ● not saved"),
            self.tr("Path of the sound file in the corpus, without extension"),
            self.tr("What is missing or wrong; the worst is told below the table"),
            self.tr("From the table of speakers, the tier names, folders or file names"),
            self.tr("Of the sound, in minutes and seconds"),
            self.tr("Intervals on the chosen tier"),
            self.tr("Of these, how many have a label"),
        )
        if section < FIXED:
            return meanings[section]
        return self.tr("From the table of speakers; F2 or a double click edits a cell")

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Cells of the speaker table can be edited where it is clear whose they are."""
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if index.isValid() and index.column() >= FIXED:
            row = self.rows[self._order[index.row()]]
            if not row.partner and len(row.speakers) < 2:
                flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        # Qt asks for ten roles of every cell that it draws: most have no answer here.
        if role not in _ROLES or not index.isValid():
            return None
        place, column = self._order[index.row()], index.column()
        row = self.rows[place]
        if role in (_DISPLAY, _EDIT):
            return self._text(place, row, column)
        if role == _DECORATION:
            return self._mark(row, column) if column in (STATUS, PROBLEMS) else None
        if role == _ALIGNMENT:
            return _RIGHT if column in (DURATION, INTERVALS, LABELLED) else None
        if role == _FONT:
            bold = row.name == self.current if column == NAME else self._is_edited(row, column)
            return _bold() if bold else None
        if role == _FOREGROUND:
            if self._is_edited(row, column):
                return colour("warning")
            return colour("faint") if row.partner or place not in self.known else None
        return self._tip(place, row, column) if role == _TOOL_TIP else self._aloud(place, row, column)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell what was typed into a cell of the speaker table; the session decides what becomes of it."""
        if role != Qt.ItemDataRole.EditRole or index.column() < FIXED:
            return False
        place, column = self._order[index.row()], self.columns[index.column() - FIXED]
        if str(value).strip() != self.rows[place].metadata.get(column, ""):
            self.cell_edited.emit(place, column, str(value))
        return True

    def _is_edited(self, row: CorpusRow, column: int) -> bool:
        return column >= FIXED and self.columns[column - FIXED] in self.edited(row)

    def _text(self, place: int, row: CorpusRow, column: int) -> str:
        if column >= FIXED:
            return row.metadata.get(self.columns[column - FIXED], "")
        if column == NAME:
            return row.name
        if column == SPEAKER:
            return ", ".join(row.speakers)
        if column == DURATION:
            return "" if row.duration is None else told_duration(row.duration)
        if column == PROBLEMS:
            if row.partner:
                return row.partner
            return str(row.problems) if row.problems else ""
        if column in (INTERVALS, LABELLED) and place in self.known and not row.partner:
            return str(row.intervals if column == INTERVALS else row.labelled)
        return ""

    def _mark(self, row: CorpusRow, column: int) -> Any:
        if column == PROBLEMS and row.kinds:
            worst = row.kinds[0]
            return mark("error" if worst in SERIOUS else "hint" if worst in HARMLESS else "warning")
        if column == STATUS:
            kind = " ".join(
                word
                for word, holds in (
                    ("current", row.name == self.current),
                    ("unsaved", row.name in self.modified),
                )
                if holds
            )
            return mark(kind) if kind else None
        return None

    def _tip(self, place: int, row: CorpusRow, column: int) -> str:
        if column == PROBLEMS:
            return f"{row.problem}\n→ {row.remedy}" if row.problem else ""
        if column == STATUS:
            return self._aloud(place, row, column)
        if column >= FIXED and len(row.speakers) > 1:
            return self.tr("Several speakers: change them in the table itself")
        if self._is_edited(row, column):
            return self.tr("Not saved in the table of speakers")
        if column == NAME:
            files = [str(path) for path in (row.audio_path, row.grid_path) if path is not None]
            return "\n".join([row.name, *files])
        return self._text(place, row, column)

    def _aloud(self, place: int, row: CorpusRow, column: int) -> str:
        if column != STATUS:
            return self._text(place, row, column)
        said = [self.tr("in the editor")] if row.name == self.current else []
        said += [self.tr("not saved")] if row.name in self.modified else []
        return ", ".join(said)

    # Order

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort; names by the numbers in them, empty cells last in both directions."""
        self._sorted = (column, order)
        self.layoutAboutToBeChanged.emit()
        before = list(self._order)
        kept = self.persistentIndexList()
        self._resort()
        moved = [self.index(self._lines[before[one.row()]], one.column()) for one in kept]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def sort_again(self) -> None:
        """Sort as before, after rows have changed."""
        self.sort(*self._sorted)

    def _resort(self) -> None:
        column, order = self._sorted
        column = column if column < self.columnCount() else NAME
        keys = [self._key(place, column) for place in range(len(self.rows))]
        filled = [place for place in range(len(self.rows)) if keys[place] is not None]
        filled.sort(key=keys.__getitem__, reverse=order == Qt.SortOrder.DescendingOrder)
        self._order = filled + [place for place in range(len(self.rows)) if keys[place] is None]
        self._lines = [0] * len(self.rows)
        for line, place in enumerate(self._order):
            self._lines[place] = line

    def _key(self, place: int, column: int) -> Any:
        row = self.rows[place]
        if column == STATUS:
            marks = (row.name != self.current, row.name not in self.modified)
            return None if all(marks) else marks
        if column == DURATION:
            return row.duration
        if column in (INTERVALS, LABELLED):
            return (row.intervals if column == INTERVALS else row.labelled) if place in self.known else None
        if column == PROBLEMS:
            return (-int(row.kinds[0] in SERIOUS), -row.problems) if row.problems else None
        text = self._text(place, row, column)
        return natural_key(text) if text else None


class CorpusFilter(QSortFilterProxyModel):
    """The rows that a filter accepts, in the order of the model."""

    def __init__(self, model: CorpusModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._filter = Filter()
        self.setSourceModel(model)

    def set_filter(self, accepted: Filter) -> None:
        """Show other rows."""
        if hasattr(self, "endFilterChange"):  # Qt 6.10 and later
            self.beginFilterChange()
            self._filter = accepted
            self.endFilterChange()
        else:
            self._filter = accepted
            self.invalidateFilter()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Let the model sort."""
        self._model.sort(column, order)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """Tell whether the filter accepts a row."""
        return not self._filter or self._filter.accepts(self._model.cells(self._model.place(source_row)))

    def place(self, index: Index) -> int:
        """Return the place in the corpus of a row that is shown."""
        return self._model.place(self.mapToSource(index).row())

    def names(self) -> tuple[str, ...]:
        """Return the recordings in the order that is shown, without files that lack their partner."""
        # Not by asking Qt for each row: that takes ten times as long.
        return tuple(row.name for row in self._model.accepted(self._filter) if not row.partner)


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of neighbouring numbers."""
    first = last = None
    for number in sorted(numbers):
        if last is not None and first is not None and number > last + 1:
            yield first, last
            first = number
        first, last = number if first is None else first, number
    if first is not None and last is not None:
        yield first, last


def _bold() -> QFont:
    font = QFont()
    font.setBold(True)
    return font


def natural_key(text: str) -> tuple[_Key, ...]:
    """Return a key that puts ``rec2`` before ``rec10``."""
    parts = _DIGITS.split(text.casefold())
    return tuple((0, int(part)) if number % 2 else (1, part) for number, part in enumerate(parts) if part)


def told_duration(seconds: float) -> str:
    """Return minutes and seconds, with hours if there are any: ``1:02.3``, ``1:00:05``."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    if minutes < 60:
        return f"{minutes}:{rest / 10:04.1f}"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest // 10:02d}"
