"""Joins the token table to the one brush of the window: hovered, selected and current rows, both ways.

It emits nothing: what is done in the table goes to `state.linked`, what is done elsewhere is shown in the
table. The table selects what is selected, tints the row that is pointed at and the one that is looked at, and
scrolls for the latter only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from PySide6.QtCore import QItemSelection, QModelIndex, QObject, QTimer

from ..measuring.result_places import ResultPlaces
from ..state import AppState
from ..tables.rows_view import RowsView
from ..tables.token_model import TokenModel

NOTHING: Mapping[str, str | None] = MappingProxyType({})


class TableLinks(QObject):
    """Two-way links between `state.linked` and a table of tokens.

    Parameters
    ----------
    state : AppState
    table : RowsView
        Shows `model`.
    model : TokenModel
    places : ResultPlaces
        Which token of the table has which id now.
    """

    def __init__(
        self,
        state: AppState,
        table: RowsView,
        model: TokenModel,
        places: ResultPlaces,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._linked, self._table, self._model, self._places = state.linked, table, model, places
        self._shows = False  # the table is being told: what it says is no news
        self._tells = False  # the table has said it: there is nothing to show
        self._keeps = False  # all is shown again when the rows are what they will be
        self._due: set[str] = set()
        # At the end of all that an edit does: ids in the table and elsewhere do not change in one moment.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._on_due)
        table.pointed.connect(self._on_pointed)
        table.selectionModel().selectionChanged.connect(self._on_rows_selected)
        table.selectionModel().currentChanged.connect(self._on_current_row)
        model.sort_begins.connect(self._on_sort_begins)
        model.layoutChanged.connect(self._on_sorted)
        self._linked.hovered_changed.connect(self._on_hovered)
        self._linked.selection_changed.connect(self._on_selection)
        self._linked.current_changed.connect(self._on_current)

    def show_all(self) -> None:
        """Show again what is linked: rows have come, gone or moved. Nothing scrolls."""
        self._on_hovered(self._linked.hovered)
        self._show_selection(scroll=False)
        self._show_current(self._linked.current, scroll=False)

    @contextmanager
    def keeping_place(self, renamed: Mapping[str, str | None] = NOTHING) -> Iterator[None]:
        """Show what is linked again when rows have changed, and keep a row of those in view where it was.

        That is the current row, if it is seen, else the first one.

        Parameters
        ----------
        renamed : mapping
            Ids in the table that change meanwhile.
        """
        table, model, version = self._table, self._model, self._model.version
        seen, across = table.rows_in_view, table.horizontalScrollBar().value()
        line = table.currentIndex().row()
        line = line if line in seen else seen.start
        token = model.token(line) if line in seen else ""
        self._keeps = True
        try:
            yield
        finally:
            self._keeps = False
        if model.version == version:
            return
        self.show_all()
        token = renamed.get(token, token) or ""
        there = model.line_of(token) if token else -1
        table.show_from(seen.start + (there - line if there >= 0 else 0))
        table.horizontalScrollBar().setValue(across)

    def id_now(self, index: QModelIndex) -> str:
        """Return the id that the token of a row has now."""
        return self._places.names_now([self._model.token(index.row())])[0] if index.isValid() else ""

    # From the table

    def _on_pointed(self, index: QModelIndex) -> None:
        self._linked.hover(self.id_now(index))

    def _on_rows_selected(self, *_: QItemSelection) -> None:
        if self._shows:
            return
        tokens = self._places.names_now(self._model.tokens(self._table.selected_lines()))
        with self._telling():
            # Of several rows, the current one is told next by Qt.
            self._linked.select(tokens, tokens[0] if len(tokens) == 1 else "")

    def _on_current_row(self, index: QModelIndex, _before: QModelIndex) -> None:
        if not self._shows and index.isValid():
            with self._telling():
                self._linked.look_at(self.id_now(index))

    # To the table

    def _on_hovered(self, token: str) -> None:
        self._model.set_hovered(self._in_table(token))

    def _on_selection(self) -> None:
        if not self._tells:
            self._due.add("selection")
            self._timer.start()

    def _on_current(self, token: str) -> None:
        if self._tells:
            self._model.set_looked_at(self._in_table(token))
        else:
            self._due.add("current")
            self._timer.start()

    def _on_due(self) -> None:
        due, self._due = self._due, set()
        if "selection" in due:
            self._show_selection(scroll=True)
        if "current" in due:
            self._show_current(self._linked.current, scroll=True)

    def _show_selection(self, *, scroll: bool) -> None:
        table, model = self._table, self._model
        lines = model.lines_of(self._places.names_in_table(self._linked.selection))
        with self._showing():
            table.select_lines(lines)
        if scroll and lines.size and self._linked.current not in self._linked.selected:
            seen = table.rows_in_view
            if not ((lines >= seen.start) & (lines < seen.stop)).any():
                table.scrollTo(model.index(int(lines[0]), max(table.currentIndex().column(), 0)))

    def _show_current(self, token: str, *, scroll: bool) -> None:
        known = self._in_table(token)
        self._model.set_looked_at(known)
        line = self._model.line_of(known) if known else -1
        current = self._table.currentIndex()
        if line < 0 or (current.isValid() and self._model.token(current.row()) == known):
            return
        with self._showing():
            self._table.go_to_line(line, scroll=scroll)

    # Sorting

    def _on_sort_begins(self) -> None:
        # Qt would hold an index of every selected cell while rows move.
        with self._showing():
            self._table.clearSelection()

    def _on_sorted(self) -> None:
        if not self._keeps:
            self._show_selection(scroll=False)

    # Parts

    def _in_table(self, token: str) -> str:
        found = self._places.names_in_table([token]) if token else []
        return found[0] if found else ""

    @contextmanager
    def _showing(self) -> Iterator[None]:
        before, self._shows = self._shows, True
        try:
            yield
        finally:
            self._shows = before

    @contextmanager
    def _telling(self) -> Iterator[None]:
        before, self._tells = self._tells, True
        try:
            yield
        finally:
            self._tells = before
