"""The maps side by side: one to four, with one brush, alive while one annotates.

Signals of `Board`: `play_wanted` (id of a token), `neighbours_wanted` (id, title of the map),
`maps_changed` (other maps are shown, or other things on them). Messages: the panels say them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.compare.maps.picture import MapPicture
from w2vpraat.params import MapParams
from w2vpraat.pipeline.live.live_results import LiveChange, LiveResults
from w2vpraat.pipeline.maps.choices import MapChoices, choices_for
from w2vpraat.pipeline.maps.live_map import LiveMap

from ..actions import Actions
from ..live.feed import LiveFeed
from ..state import AppState
from .board_store import MOST, another_map, first_maps, keep_maps, kept_maps
from .links import Links
from .map_grid import MapGrid
from .map_panel import MapPanel
from .shift_line import ShiftLine


class Board(QWidget):
    """One to four maps.

    Parameters
    ----------
    state : AppState
        Its session keeps which maps are shown; its `linked` is the brush.
    actions : Actions
        The menu Maps.
    feed : LiveFeed
        Values that follow the annotations.
    """

    play_wanted = Signal(str)
    neighbours_wanted = Signal(str, str)
    maps_changed = Signal()

    def __init__(
        self, state: AppState, actions: Actions, feed: LiveFeed, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._actions, self._feed = state, actions, feed
        self.links = Links(state, feed, self)
        self.panels: list[MapPanel] = []
        self.choices: MapChoices | None = None
        self._active: MapPanel | None = None
        self._waiting: list[MapPanel] = []
        self.setAccessibleName(self.tr("Maps"))
        self._make()
        self._bind()
        self._on_session()
        self._on_opened(feed.live)

    # Parts

    def _make(self) -> None:
        self.grid = MapGrid()
        self.shift = ShiftLine(self._actions, self._feed, self.links)
        maps = QWidget()
        column = QVBoxLayout(maps)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.grid, 1)
        column.addWidget(self.shift)
        self.empty = QLabel()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setTextFormat(Qt.TextFormat.PlainText)
        self.measure = QPushButton(self.tr("Measure all tokens"))
        self.measure.clicked.connect(self._actions["measure.run"].trigger)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.measure)
        row.addStretch(1)
        nothing = QWidget()
        column = QVBoxLayout(nothing)
        column.addStretch(1)
        column.addWidget(self.empty)
        column.addLayout(row)
        column.addStretch(1)
        self.pages = QStackedWidget()
        self.pages.addWidget(nothing)
        self.pages.addWidget(maps)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)

    def _bind(self) -> None:
        state, actions, feed = self._state, self._actions, self._feed
        self.links.play_wanted.connect(self.play_wanted)
        self.links.shown_changed.connect(self._on_shown)
        state.session_opened.connect(self._on_session)
        state.results_changed.connect(self._tell)
        state.session_changed.connect(self._tell)
        feed.opened.connect(self._on_opened)
        feed.changed.connect(self._on_changed)
        feed.settled.connect(self.refresh_choices)
        actions.on("maps.add", self.add_map)
        actions.on("maps.remove", self.remove_map)
        actions.on("maps.layer_up", lambda: self._change_layer(1))
        actions.on("maps.layer_down", lambda: self._change_layer(-1))
        actions.on("maps.clear", self.links.clear)
        actions.on("maps.next_token", lambda: self.links.step(1))
        actions.on("maps.previous_token", lambda: self.links.step(-1))

    # What others ask for

    @property
    def active(self) -> MapPanel | None:
        """The map that keys and menus mean: the one that was touched last."""
        return self._active if self._active in self.panels else next(iter(self.panels), None)

    @property
    def maps(self) -> tuple[MapParams, ...]:
        """What the maps show."""
        return tuple(panel.params for panel in self.panels)

    @property
    def pictures(self) -> tuple[MapPicture, ...]:
        """What is drawn, for a figure on paper: maps that are made, in order, with their numbers of now."""
        return tuple(
            replace(panel.picture, numbers=panel.map.numbers)
            for panel in self.panels
            if panel.picture is not None and panel.map is not None
        )

    @property
    def is_busy(self) -> bool:
        """Whether some map is being made, or its numbers are being computed."""
        return bool(self._waiting) or any(
            panel.work.is_busy or panel.work.is_judging or panel.morph.is_moving for panel in self.panels
        )

    def add_map(self) -> MapPanel | None:
        """Show one more map; four is the most."""
        if len(self.panels) >= MOST:
            return None
        panel = self._add(another_map(self.maps))
        panel.asked = False
        self._place()
        self._on_panel_changed()
        if self._feed.live is not None and self.choices is not None:
            panel.set_choices(self.choices)
            panel.start()
        return panel

    def remove_map(self, panel: MapPanel | None = None) -> None:
        """Close a map (default: the one that was touched last); one stays."""
        panel = panel or self._active or self.panels[-1]
        if len(self.panels) < 2 or panel not in self.panels:
            return
        self._drop(panel)
        self._place()
        self._on_panel_changed()

    def show_maps(self, maps: tuple[MapParams, ...]) -> None:
        """Show these maps instead of those that are shown."""
        for panel in tuple(self.panels):
            self._drop(panel)
        for params in maps[:MOST]:
            self._add(params)
        self._place()
        self._on_panel_changed()
        self._start_all()

    def show_model(self, name: str) -> None:
        """Show the vectors of a model in the map of vectors, or in the map that was touched last."""
        panel = self._with_layers() or self.active
        if panel is not None:
            params = replace(panel.params, source="embedding", model=name, layer=-1)
            panel.choose(params if panel is self._with_layers() else replace(params, normalization="none"))

    def refresh_choices(self) -> None:
        """Find out again what can be chosen: columns changed, or a model was added."""
        live = self._feed.live
        if live is None:
            return
        snapshot = live.snapshot()
        self._state.jobs.start(
            "map-choices",
            self.tr("Look at the columns"),
            lambda: _one(lambda: choices_for(snapshot)),
            on_result=partial(self._on_choices, live),
            on_error=self._state.notices.error,
            lane="maps",
            quiet=True,
        )

    def ask_neighbours(self) -> None:
        """Ask for the tokens nearest to the one that is looked at, by what the active map is made of."""
        token, panel = self._state.linked.current, self.active
        if token and panel is not None:
            self.neighbours_wanted.emit(token, panel.offer.title)

    # Session and results

    def _on_session(self) -> None:
        for panel in tuple(self.panels):
            self._drop(panel)
        self.choices = None
        for params in kept_maps(self._state.session):
            self._add(params)
        self._place()
        self._tell()

    def _on_opened(self, live: LiveResults | None) -> None:
        self._waiting = []
        self.links.begin()
        if live is None:
            for panel in self.panels:
                panel.close_results()
        else:
            if not self.panels:
                for params in first_maps(live):
                    self._add(params)
                self._place()
            self.refresh_choices()
        self._tell()

    def _on_choices(self, live: LiveResults, choices: MapChoices) -> None:
        if live is not self._feed.live:
            return
        first, self.choices = self.choices is None, choices
        for panel in self.panels:
            panel.set_choices(choices)
        lacking = [one for one in self.panels if one.map is None and one.error is None]
        if first or any(not one.work.is_busy for one in lacking):
            self._start_all()

    def _start_all(self) -> None:
        """Make all maps: the first one before those that are laid like it."""
        if self._feed.live is None or self.choices is None or not self.panels:
            return
        for panel in self.panels:
            panel.set_choices(self.choices)
        self._waiting = [one for one in self.panels[1:] if one.map is None and not one.work.is_busy]
        first = self.panels[0]
        if first.map is None and not first.work.is_busy:
            first.start()
        if first.map is not None or first.work.is_fetching or not first.work.is_busy:
            self._start_waiting()

    def _start_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for panel in waiting:
            if panel in self.panels:
                panel.start()

    def _on_changed(self, change: LiveChange) -> None:
        live = self._feed.live
        if live is None:
            return
        self.links.begin()
        for panel in self.panels:
            panel.follow(live, change)
        self.shift.show_change(self.panels)

    def _on_shown(self) -> None:
        for panel in self.panels:
            panel.show_filtered()

    def _tell(self) -> None:
        live = self._feed.live
        self.pages.setCurrentIndex(1 if live is not None else 0)
        measured = self._state.results is not None
        self.measure.setVisible(not measured)
        keys = self._actions["measure.run"].shortcut().toString()
        self.empty.setText(
            self.tr("The maps are being prepared…")
            if measured
            else self.tr("Nothing has been measured yet.\n\nMeasure all tokens: {keys}").format(keys=keys)
        )
        self._tell_actions()

    def _tell_actions(self) -> None:
        shown = self._feed.live is not None
        actions, count = self._actions, len(self.panels)
        actions["maps.add"].setEnabled(shown and count < MOST)
        actions["maps.remove"].setEnabled(shown and count > 1)
        for name in ("clear", "next_token", "previous_token"):
            actions[f"maps.{name}"].setEnabled(shown)
        for name in ("layer_up", "layer_down"):
            actions[f"maps.{name}"].setEnabled(shown and self._with_layers() is not None)

    # Panels

    def _add(self, params: MapParams) -> MapPanel:
        panel = MapPanel(self._state, self._actions, self._feed, self.links, params, self)
        panel.reference = partial(self._reference, panel)
        panel.params_changed.connect(self._on_panel_changed)
        panel.entered.connect(partial(self._on_entered, panel))
        panel.outcome.connect(partial(self._on_outcome, panel))
        panel.laid.connect(self.maps_changed)
        panel.vectors_added.connect(self._on_vectors)
        panel.close_wanted.connect(partial(self.remove_map, panel))
        panel.neighbours_wanted.connect(self.neighbours_wanted)
        self.panels.append(panel)
        return panel

    def _place(self) -> None:
        self.grid.set_maps(self.panels)
        for panel in self.panels:
            panel.menu.set_closable(len(self.panels) > 1)

    def _drop(self, panel: MapPanel) -> None:
        panel.end()
        self.panels.remove(panel)
        if self._active is panel:
            self._active = None
        panel.hide()
        panel.setParent(None)
        panel.deleteLater()

    def _reference(self, panel: MapPanel) -> LiveMap | None:
        first = self.panels[0]
        return None if first is panel else first.map

    def _on_panel_changed(self) -> None:
        if self.panels:
            keep_maps(self._state, self.maps)
        self._tell_actions()
        self.maps_changed.emit()

    def _on_entered(self, panel: MapPanel) -> None:
        self._active = panel
        for one in self.panels:
            one.bar.set_active(one is panel and len(self.panels) > 1)
        self._tell_actions()

    def _on_outcome(self, panel: MapPanel) -> None:
        if panel is self.panels[0] and self._waiting:
            self._start_waiting()

    def _on_vectors(self) -> None:
        for panel in self.panels:
            panel.work.look_again()

    def _with_layers(self) -> MapPanel | None:
        active = self.active
        order = [active, *self.panels] if active is not None else self.panels
        return next((one for one in order if one.params.source == "embedding"), None)

    def _change_layer(self, by: int) -> None:
        panel = self._with_layers()
        if panel is not None:
            panel.change_layer(by)

    def sizeHint(self) -> QSize:
        """As much as two maps like to have."""
        return QSize(900, 340)

    def minimumSizeHint(self) -> QSize:
        """Small: what has no room is hidden."""
        return QSize(240, 150)


def _one(make: Callable[[], Any]) -> Iterator[Any]:
    yield make()
