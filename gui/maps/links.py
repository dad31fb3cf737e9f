"""Joins all maps to the one brush of the window: pointing, choosing, walking, hearing, opening.

Signals of `Links`: `play_wanted` and `praat_wanted` (id of a token), `shown_changed` (the filter shows other
tokens: all maps must be drawn anew). It writes to `state.linked` and calls `state.show_token`; what is
pointed at and chosen elsewhere arrives from there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal

from w2vpraat.pipeline.live.live_results import LiveResults

from ..live.feed import LiveFeed
from ..state import AppState
from ..views.points.point_map import PointMap

Bools = NDArray[np.bool_]
Rows = NDArray[np.intp]


class Links(QObject):
    """Rows of the maps to tokens of the window, and back.

    Parameters
    ----------
    state : AppState
    feed : LiveFeed
        Whose results say which row is which token.
    """

    play_wanted = Signal(str)
    praat_wanted = Signal(str)
    shown_changed = Signal()

    def __init__(self, state: AppState, feed: LiveFeed, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._feed, self._linked = state, feed, state.linked
        self._maps: list[PointMap] = []
        self._version: tuple[object, int] = (None, -1)
        self._shown: tuple[object, Bools] | None = None
        self._selected: tuple[object, Bools] | None = None
        self._linked.hovered_changed.connect(self._on_hovered)
        self._linked.selection_changed.connect(self._on_selection)
        self._linked.current_changed.connect(self._on_current)
        self._linked.shown_changed.connect(self._on_shown)

    # Masks, made once for all maps

    @property
    def live(self) -> LiveResults | None:
        """The results that rows belong to."""
        return self._feed.live

    @property
    def shown(self) -> Bools:
        """Which rows the filter shows, shape (n_tokens,)."""
        live = self.live
        if live is None:
            return np.zeros(0, dtype=np.bool_)
        key = (live, live.version, self._linked.shown)
        if self._shown is None or self._shown[0] != key:
            self._shown = (key, _mask(live, self._linked.shown))
        return self._shown[1]

    @property
    def selected(self) -> Bools:
        """Which rows are selected, shape (n_tokens,)."""
        live = self.live
        if live is None:
            return np.zeros(0, dtype=np.bool_)
        key = (live, live.version, self._linked.selection)
        if self._selected is None or self._selected[0] != key:
            self._selected = (key, _mask(live, self._linked.selection))
        return self._selected[1]

    def row_of(self, token: str) -> int:
        """Return the row of a token; -1 if it has none."""
        row = None if self.live is None or not token else self.live.row_of(token)
        return -1 if row is None else row

    def id_of(self, row: int) -> str:
        """Return the token of a row; empty if there is none."""
        live = self.live
        return str(live.ids[row]) if live is not None and 0 <= row < len(live.ids) else ""

    # Maps

    def add(self, points: PointMap) -> None:
        """Join a map."""
        self._maps.append(points)
        points.hovered.connect(self._on_map_hovered)
        points.clicked.connect(self._on_map_clicked)
        points.activated.connect(self._on_map_activated)
        points.lassoed.connect(self._on_map_lassoed)
        points.stepped.connect(self.step)
        self.mark(points)

    def remove(self, points: PointMap) -> None:
        """Forget a map."""
        self._maps.remove(points)

    def mark(self, points: PointMap) -> None:
        """Show on a map what is pointed at and chosen; after its picture was set."""
        if not self._fits(points):
            return
        points.set_selected(self.selected)
        points.set_current(self.row_of(self._linked.current))
        points.set_hovered(self.row_of(self._linked.hovered))

    # What the user does

    def step(self, by: int) -> None:
        """Go to the next token of the selection (all that are shown if there is none), and play it."""
        if not self._linked.selection:
            self._step_through_shown(by)
        elif not self._linked.step(by):
            return
        self.play()

    def play(self) -> None:
        """Play the token that is looked at."""
        if self._linked.current:
            self.play_wanted.emit(self._linked.current)

    def play_token(self, token: str) -> None:
        """Look at a token and play it."""
        if token:
            self._linked.look_at(token)
            self.play_wanted.emit(token)

    @property
    def has_selection(self) -> bool:
        """Whether tokens are selected."""
        return bool(self._linked.selection)

    @property
    def is_filtered(self) -> bool:
        """Whether not all tokens are shown."""
        return self._linked.shown is not None

    def show_selection(self) -> None:
        """Show only what is selected."""
        if self._linked.selection:
            self._linked.show_only(self._linked.selected)

    def show_all(self) -> None:
        """Show all tokens."""
        self._linked.show_only(None)

    def open(self, token: str) -> None:
        """Open a token in the editor."""
        if token:
            self._linked.look_at(token)
            self._state.show_token(token)

    def clear(self) -> None:
        """Select nothing."""
        self._linked.select(())
        self._linked.look_at("")

    def select_rows(self, rows: Iterable[int], modifiers: Any = Qt.KeyboardModifier.NoModifier) -> None:
        """Select the tokens of these rows; with Shift they are added, with Alt taken away."""
        tokens = [self.id_of(int(row)) for row in rows]
        add = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        less = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        self._select(tokens, "remove" if less else "add" if add else "replace")

    def select_value(self, column: str, value: str, modifiers: Any = Qt.KeyboardModifier.NoModifier) -> None:
        """Select the shown tokens that have a value."""
        self.select_rows(self.rows_with(column, value), modifiers)

    def show_only(self, column: str, value: str) -> None:
        """Show only the tokens that have a value; asked for again, all."""
        live = self.live
        if live is None:
            return
        rows = np.flatnonzero(live.texts(column) == value)
        wanted = frozenset(map(str, live.ids[rows]))
        self._linked.show_only(None if self._linked.shown == wanted else wanted)

    def rows_with(self, column: str, value: str) -> Rows:
        """Return the shown rows that have a value."""
        live = self.live
        if live is None or column not in live.text_columns:
            return np.zeros(0, dtype=np.intp)
        found: Rows = np.flatnonzero((live.texts(column) == value) & self.shown)
        return found

    def begin(self) -> None:
        """Rows are those of the results of now; the maps are told of all tokens after this."""
        live = self.live
        self._version = (live, -1 if live is None else live.version)

    # From the maps

    def _on_map_hovered(self, row: int) -> None:
        self._linked.hover(self.id_of(row))

    def _on_map_clicked(self, row: int, modifiers: Any) -> None:
        token = self.id_of(row)
        if not token:
            return
        if modifiers & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier):
            self.select_rows([row], modifiers)
            if token in self._linked.selected:
                self._linked.look_at(token)
            return
        # Who walks through a selection and clicks into it keeps it.
        if token not in self._linked.selected or len(self._linked.selection) == 1:
            self._linked.select((token,), token)
        else:
            self._linked.look_at(token)
        self.play()

    def _on_map_activated(self, row: int) -> None:
        self.open(self.id_of(row))

    def _on_map_lassoed(self, rows: Rows, mode: str) -> None:
        self._select([self.id_of(int(row)) for row in rows], mode)

    def _select(self, tokens: list[str], mode: str) -> None:
        chosen = self._linked.selection
        if mode == "add":
            self._linked.select((*chosen, *tokens), self._linked.current)
        elif mode == "remove":
            gone = set(tokens)
            self._linked.select(one for one in chosen if one not in gone)
        else:
            self._linked.select(tokens)

    def _step_through_shown(self, by: int) -> None:
        rows = np.flatnonzero(self.shown)
        if not len(rows):
            return
        here = self.row_of(self._linked.current)
        place = int(np.searchsorted(rows, here)) if here >= 0 else (-1 if by > 0 else len(rows))
        self._linked.look_at(self.id_of(int(rows[(place + by) % len(rows)])))

    # From elsewhere

    def _fits(self, points: PointMap) -> bool:
        # A map that is not made yet, or could not be, has no rows.
        live = self.live
        return live is not None and points.picture is not None and len(points.points) == len(live.ids)

    @property
    def _is_behind(self) -> bool:
        # Ids are renamed before the maps have the rows of an edit: they are told when they do.
        live = self.live
        return live is None or self._version != (live, live.version)

    def _on_hovered(self, token: str) -> None:
        if self._is_behind:
            return
        row = self.row_of(token)
        for points in filter(self._fits, self._maps):
            points.set_hovered(row)

    def _on_shown(self) -> None:
        if not self._is_behind:
            self.shown_changed.emit()

    def _on_selection(self) -> None:
        if self._is_behind:
            return
        selected = self.selected
        for points in filter(self._fits, self._maps):
            points.set_selected(selected)

    def _on_current(self, token: str) -> None:
        if self._is_behind:
            return
        row = self.row_of(token)
        for points in filter(self._fits, self._maps):
            points.set_current(row)


def _mask(live: LiveResults, tokens: Iterable[str] | None) -> Bools:
    mask = np.full(len(live.ids), tokens is None, dtype=np.bool_)
    if tokens is not None:
        mask[live.rows_of(tokens)] = True
    mask.setflags(write=False)
    return mask
