"""A review queue for Qt: tokens with score and reason, and what the reviewer says of them.

Signals of `ReviewModel`: `ticked` (row, name "done" or "star": it is to be turned round), `typed` (row, name
"tags" or "note", text: it is to be set). The model changes no mark itself. Rows are those of the queue, lines
those on the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from w2vpraat.session.choices import ReviewMark
from w2vpraat.session.queue_places import EDITED, REMOVED, QueuePlaces
from w2vpraat.session.review_queue import ReviewQueue

from ..fonts import label_font
from ..theme import colour
from .corpus_model import natural_key
from .marks import mark
from .review_marks import star_icon

Index = QModelIndex | QPersistentModelIndex
Rows = NDArray[np.intp]
MARKS, DONE, STAR, LABEL, WORD, SPEAKER, SCORE, TAGS, NOTE, RECORDING, TIME, REASON = range(12)
IN_PLACE = {TAGS: "tags", NOTE: "note"}
TICKS = {DONE: "done", STAR: "star"}
NO_MARK = ReviewMark()
_NOWHERE = QModelIndex()
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def tags_of(text: str) -> tuple[str, ...]:
    """Return what was typed as tags: words divided by commas."""
    return ReviewMark(tags=tuple(text.split(","))).tags


class ReviewModel(QAbstractTableModel):
    """Rows of a queue in an order that the user chooses; a mark never moves them."""

    ticked = Signal(int, str)
    typed = Signal(int, str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.queue: ReviewQueue | None = None
        self.places: QueuePlaces | None = None
        self.marks: list[ReviewMark] = []
        self.current = -1
        self._font = label_font(11.5)
        self._columns: dict[str, list[Any]] = {}
        self._sorted: tuple[int, Qt.SortOrder] | None = None
        self._order: Rows = np.empty(0, dtype=np.intp)
        self._mask: NDArray[np.bool_] | None = None
        self._shown: Rows = self._order
        self._lines: Rows = self._order

    # Contents

    def set_queue(
        self, queue: ReviewQueue | None, places: QueuePlaces | None, review: Mapping[str, ReviewMark]
    ) -> None:
        """Show another queue, in its own order."""
        self.beginResetModel()
        self.queue, self.places, self.current = queue, places, -1
        rows = 0 if queue is None else len(queue)
        self._columns = {} if queue is None else {str(name): list(queue.rows[name]) for name in queue.rows}
        self.marks = [] if places is None else [review.get(one, NO_MARK) for one in places.ids]
        self._order = np.arange(rows, dtype=np.intp)
        self._mask, self._sorted = None, None
        self._show()
        self.endResetModel()

    def set_marks(self, review: Mapping[str, ReviewMark]) -> bool:
        """Show other marks; return whether any of these tokens has another one."""
        if self.places is None:
            return False
        marks = [review.get(one, NO_MARK) for one in self.places.ids]
        changed = marks != self.marks
        self.marks = marks
        if changed:
            self._all_changed()
        return changed

    def places_changed(self) -> None:
        """Show that tokens were edited, or have other ids."""
        self._all_changed()

    def set_current(self, row: int) -> None:
        """Mark the row whose token the editor shows; -1: none."""
        before, self.current = self.current, row
        for one in {before, row}:
            if before != row and 0 <= one < len(self._lines) and self._lines[one] >= 0:
                line = int(self._lines[one])
                self.dataChanged.emit(self.index(line, MARKS), self.index(line, MARKS))

    def set_mask(self, mask: NDArray[np.bool_] | None) -> None:
        """Show only some rows; None: all."""
        self.layoutAboutToBeChanged.emit()
        kept = [(one, self.row(one.row()), one.column()) for one in self.persistentIndexList()]
        self._mask = mask
        self._show()
        self._repoint(kept)
        self.layoutChanged.emit()

    @property
    def filter_names(self) -> tuple[str, ...]:
        """What a filter may look at: columns of the queue, metadata, and what the reviewer said."""
        return ("name", *self._columns, "change", "done", "star", "tag", "note")

    def filter_column(self, name: str) -> NDArray[Any]:
        """Return one of these columns as a filter looks at it, one value a row."""
        places = [] if self.places is None else self.places.places
        values: Sequence[Any] = [""] * len(places)
        if name == "name":
            values = [place.id.rpartition("#")[0] for place in places]
        elif name in ("id", "tier", "label", "start", "end", "change"):
            values = [getattr(place, name) for place in places]
        elif name in ("done", "star"):
            values = ["yes" if getattr(said, name) else "no" for said in self.marks]
        elif name == "tag":
            values = [said.tags for said in self.marks]
        elif name == "note":
            values = [said.note for said in self.marks]
        elif name in self._columns:
            values = self._columns[name]
        column = np.empty(len(values), dtype=object)
        column[:] = values
        return column

    # Rows and lines

    def row(self, line: int) -> int:
        """Return the row of the queue on a line."""
        return int(self._shown[line])

    def line_of(self, row: int) -> int:
        """Return the line of a row; -1 if the filter hides it."""
        return int(self._lines[row]) if 0 <= row < len(self._lines) else -1

    def shown_rows(self) -> list[int]:
        """Return the rows that are shown, in their order."""
        return [int(row) for row in self._shown]

    def next_row(self, row: int, by: int, wanted: Callable[[int], bool]) -> int:
        """Look for the next row that is shown and wanted, in the order shown, round and round.

        Parameters
        ----------
        row : int
            Where to begin, also if the filter hides it; -1: before the first.
        by : {1, -1}
            Forward or back.
        wanted : callable
            Tells of a row whether it will do.

        Returns
        -------
        int
            -1 if there is none; never the row itself.
        """
        order = self._order
        total = len(order)
        at = np.flatnonzero(order == row)
        place = int(at[0]) if len(at) else (-1 if by > 0 else total)
        steps = total - 1 if len(at) else total
        for _ in range(steps):
            place = (place + by) % total
            found = int(order[place])
            if (self._mask is None or self._mask[found]) and wanted(found):
                return found
        return -1

    def _show(self) -> None:
        self._shown = self._order if self._mask is None else self._order[self._mask[self._order]]
        self._lines = np.full(len(self._order), -1, dtype=np.intp)
        self._lines[self._shown] = np.arange(len(self._shown))

    def _all_changed(self) -> None:
        if len(self._shown):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, REASON))

    def _repoint(self, kept: Iterable[tuple[QModelIndex, int, int]]) -> None:
        for old, row, column in kept:
            line = self.line_of(row)
            self.changePersistentIndex(old, self.index(line, column) if line >= 0 else QModelIndex())

    # Order

    @property
    def sorted_by(self) -> tuple[int, bool] | None:
        """Column and whether it is descending; None: the queue's own order."""
        if self._sorted is None:
            return None
        return self._sorted[0], self._sorted[1] == Qt.SortOrder.DescendingOrder

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort; equal cells stay in the order of the queue, empty ones come last. -1: the queue's order."""
        if self.queue is None:
            return
        self.layoutAboutToBeChanged.emit()
        kept = [(one, self.row(one.row()), one.column()) for one in self.persistentIndexList()]
        rows = range(len(self._order))
        self._sorted = None if column <= MARKS else (column, order)
        if self._sorted is None:
            self._order = np.arange(len(self._order), dtype=np.intp)
        else:
            keys = [self._key(row, column) for row in rows]
            known = [row for row in rows if keys[row] is not None]
            known.sort(key=keys.__getitem__, reverse=order == Qt.SortOrder.DescendingOrder)
            empty = [row for row in rows if keys[row] is None]
            self._order = np.array([*known, *empty], dtype=np.intp)
        self._show()
        self._repoint(kept)
        self.layoutChanged.emit()

    def _key(self, row: int, column: int) -> Any:
        if column in TICKS:
            return not getattr(self.marks[row], TICKS[column])
        if column == SCORE:
            score = self._columns["score"][row]
            return None if score != score else score
        if column == TIME:
            place = self._place(row)
            return (
                (natural_key(place.id.rpartition("#")[0]), place.start)
                if place.start == place.start
                else None
            )
        text = self._text(row, column)
        return natural_key(text) if text else None

    # Qt's questions

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else REASON + 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Done can be ticked, tags and note can be typed."""
        found = super().flags(index)
        if index.column() == DONE:
            found |= Qt.ItemFlag.ItemIsUserCheckable
        if index.column() in IN_PLACE:
            found |= Qt.ItemFlag.ItemIsEditable
        return found

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """Return the titles of the columns, and what they mean."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles()[section]
        if role == Qt.ItemDataRole.DecorationRole and section == STAR:
            return star_icon(True)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section in (SCORE, TIME) else _LEFT
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._header_tip(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        row, column = self.row(index.row()), index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return None if column in (MARKS, DONE, STAR) else self._text(row, column)
        if role == Qt.ItemDataRole.CheckStateRole and column == DONE:
            return Qt.CheckState.Checked if self.marks[row].done else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.DecorationRole:
            if column == STAR:
                return star_icon(self.marks[row].star)
            return self._mark(row) if column == MARKS else None
        if role == Qt.ItemDataRole.FontRole and column in (LABEL, WORD):
            return self._font
        if role == Qt.ItemDataRole.ForegroundRole:
            gone = self._place(row).change == REMOVED
            return colour("faint") if gone or self.marks[row].done else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column in (SCORE, TIME) else _LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._aloud(row, column)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell what was ticked or typed; the mark comes back from the session."""
        row, column = self.row(index.row()), index.column()
        if role == Qt.ItemDataRole.CheckStateRole and column == DONE:
            self.ticked.emit(row, "done")
            return True
        if role == Qt.ItemDataRole.EditRole and column in IN_PLACE:
            if str(value) != self._text(row, column):
                self.typed.emit(row, IN_PLACE[column], str(value))
            return True
        return False

    # Texts

    def score_title(self) -> str:
        """Return the title of the score in the language of the window."""
        name = "" if self.queue is None else self.queue.score_name
        return {
            "suspicion": self.tr("Suspicion"),
            "distance (sd)": self.tr("Distance (sd)"),
            "posterior": self.tr("Posterior"),
            "movement (sd)": self.tr("Movement (sd)"),
            "duration (ms)": self.tr("Duration (ms)"),
            "remarks": self.tr("Remarks"),
            "": self.tr("Score"),
        }.get(name, name)

    def _titles(self) -> tuple[str, ...]:
        return (
            "",
            "",
            "",
            self.tr("Label"),
            self.tr("Word"),
            self.tr("Speaker"),
            self.score_title(),
            self.tr("Tags"),
            self.tr("Note"),
            self.tr("Recording"),
            self.tr("Time (s)"),
            self.tr("Reason"),
        )

    def _header_tip(self, section: int) -> str | None:
        if section == MARKS:
            return self.tr(
                "▸ in the editor, ● edited since the queue was made. A click: the queue's own order"
            )
        return {DONE: self.tr("Done"), STAR: self.tr("Star")}.get(section)

    def _place(self, row: int) -> Any:
        assert self.places is not None
        return self.places.places[row]

    def _text(self, row: int, column: int) -> str:
        place, said = self._place(row), self.marks[row]
        if column == LABEL:
            return str(place.label)
        if column == RECORDING:
            return str(place.id.rpartition("#")[0])
        if column == TIME:
            return "" if place.start != place.start else f"{place.start:.3f}"
        if column == TAGS:
            return ", ".join(said.tags)
        if column == NOTE:
            return said.note
        if column == SCORE:
            return _score(self._columns["score"][row])
        name = {WORD: "word", SPEAKER: "speaker", REASON: "reason"}.get(column)
        return "" if name is None else str(self._columns[name][row])

    def _mark(self, row: int) -> Any:
        words = ["current"] if row == self.current else []
        words += ["unsaved"] if self._place(row).change else []
        return mark(" ".join(words)) if words else None

    def _tip(self, row: int, column: int) -> str:
        place, said = self._place(row), self.marks[row]
        told = [self._text(row, column)] if column not in (MARKS, DONE, STAR) else []
        if column == MARKS and row == self.current:
            told.append(self.tr("in the editor"))
        if column in TICKS:
            is_on = getattr(said, TICKS[column])
            told.append(
                (self.tr("done") if is_on else self.tr("not done"))
                if column == DONE
                else (self.tr("starred") if is_on else self.tr("not starred"))
            )
        if column == LABEL:
            told.append(place.id if place.change != REMOVED else self._columns["id"][row])
        if column == REASON and self._columns["objection"][row]:
            told.append(str(self._columns["objection"][row]))
        if place.change == EDITED:
            told.append(self.tr("edited since the queue was made"))
        if place.change == REMOVED:
            told.append(self.tr("removed since the queue was made"))
        return "\n".join(one for one in told if one)

    def _aloud(self, row: int, column: int) -> str:
        title = self._titles()[column]
        text = self._tip(row, column).replace("\n", ", ")
        return f"{title}: {text}" if title and text else text


def _score(value: float) -> str:
    if value != value:
        return ""
    return f"{value:.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.3f}"
