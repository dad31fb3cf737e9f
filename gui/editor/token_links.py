"""Joins the editor to the one brush of the window: tokens selected, pointed at, marked in the overview.

It emits nothing. The selection of an interval that is a measured token is what is looked at (`state.linked`);
the mouse over one is what is pointed at. The overview marks tokens of the recording that are pointed at,
selected or looked at, wherever that was done; a click on a tick goes there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QEvent, QObject, QPointF, QTimer
from PySide6.QtGui import QMouseEvent

from w2vpraat.corpus.textgrid import IntervalTier

from ..document import Document
from ..measuring.result_places import ResultPlaces
from ..selected_token import item_of, selected_token
from ..state import AppState
from ..views.overview_bar import OverviewBar, Tick
from ..views.tier_view import TierView

NEAR = 4.0
"""The mouse is on a point (an item without length) this near to it, in pixels."""


class TokenLinks(QObject):
    """Two-way links between `state.linked` and the document in the editor.

    Parameters
    ----------
    state : AppState
    tiers : TierView
        Watched for the mouse.
    overview : OverviewBar
        Marked.
    """

    def __init__(
        self, state: AppState, tiers: TierView, overview: OverviewBar, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._linked = state, state.linked
        self._tiers, self._overview = tiers, overview
        self._document: Document | None = None
        self._selects_token = False
        self._is_token: Callable[[str], bool] = lambda _token: False
        # At the end of all that an edit does: ids of tokens and of intervals do not change in one moment.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._mark)
        tiers.installEventFilter(self)
        overview.tick_pressed.connect(self._on_tick)
        overview.tick_pointed.connect(self._linked.hover)
        self._linked.hovered_changed.connect(self._on_hovered)
        self._linked.selection_changed.connect(self._timer.start)
        self._linked.current_changed.connect(self._timer.start)

    def set_places(self, places: ResultPlaces) -> None:
        """Say where the measured tokens are now; before that no interval is one."""
        self._is_token = lambda token: places.then(token) is not None
        places.changed.connect(self._on_places)
        self._on_selection()

    def set_document(self, document: Document | None) -> None:
        """Follow another document."""
        if self._document is not None:
            self._document.view.selection_changed.disconnect(self._on_selection)
            self._document.grid_changed.disconnect(self._on_grid_changed)
        self._document = document
        if document is not None:
            document.view.selection_changed.connect(self._on_selection)
            document.grid_changed.connect(self._on_grid_changed)
        self._on_selection()
        self._mark()

    def token_at(self, place: QPointF) -> str:
        """Return the measured token at a place of the tiers; empty if there is none."""
        tiers, row = self._tiers, self._tiers.row_at(place.y())
        if self._document is None or row is None or row.second or not tiers.axis_rect.contains(place):
            return ""
        tier, time = tiers.tier_of(row), tiers.time_of(place.x())
        if isinstance(tier, IntervalTier):
            number = tier.number_at(time)
        else:
            times = tier.sorted_times or ()
            at = bisect_left(times, time)
            near = [n for n in (at - 1, at) if 0 <= n < len(times)]
            near = [n for n in near if abs(times[n] - time) <= NEAR * tiers.seconds_per_pixel]
            number = min(near, key=lambda n: abs(times[n] - time)) + 1 if near else 0
        token = f"{self._document.name}#{row.tier}.{number}"
        return token if number and self._is_token(token) else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Watch the mouse over the tiers."""
        kind = event.type()
        if kind == QEvent.Type.MouseMove:
            self._linked.hover(self.token_at(cast(QMouseEvent, event).position()))
        elif kind == QEvent.Type.Leave:
            self._linked.hover("")
        return False

    # Slots

    def _on_selection(self) -> None:
        token = selected_token(self._document)
        # What is no token leaves the walk through a selection where it is.
        self._selects_token = bool(token) and self._is_token(token)
        if self._selects_token:
            self._linked.look_at(token)

    def _on_places(self) -> None:
        # After an edit the ids of the recording may have moved on under what was selected here; after a
        # measurement what was selected before may be a token.
        document, selected = self._document, selected_token(self._document)
        is_token = bool(selected) and self._is_token(selected)
        is_looked_at = document is not None and self._linked.current.rpartition("#")[0] == document.name
        if is_looked_at or (is_token and not self._selects_token):
            self._on_selection()
        self._selects_token = is_token
        self._timer.start()

    def _on_grid_changed(self, _change: object) -> None:
        self._timer.start()

    def _on_tick(self, token: str) -> None:
        self._linked.look_at(token)
        self._state.show_token(token)

    def _on_hovered(self, token: str) -> None:
        self._overview.set_hovered(self._tick(token))

    def _mark(self) -> None:
        name = "" if self._document is None else f"{self._document.name}#"
        own = [token for token in self._linked.selection if token.startswith(name)] if name else []
        self._overview.set_selected([tick for token in own if (tick := self._tick(token)) is not None])
        self._overview.set_current(self._tick(self._linked.current))
        self._overview.set_hovered(self._tick(self._linked.hovered))

    def _tick(self, token: str) -> Tick | None:
        found = item_of(self._document, token)
        return None if found is None else Tick(token, found[0], found[-2])
