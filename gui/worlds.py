"""The comparing half of the window: maps, nearest tokens, yardsticks, review, fine-tuning, export.

Signals of `Worlds`: `front_wanted` (name of a panel that should be seen).
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from .actions import Actions
from .arrangement import Arrangement
from .exporting.exporting import Exporting
from .judging.judging import Judging
from .judging.neighbours import Neighbours
from .live.feed import LiveFeed
from .maps.board import Board
from .measuring.result_places import ResultPlaces
from .panels.neighbours_panel import NeighboursPanel
from .panels.review_panel import ReviewPanel
from .panels.training_panel import TrainingPanel
from .panels.yardsticks_panel import YardsticksPanel
from .playback.audition import Audition
from .reviewing.reviewing import Reviewing
from .state import AppState
from .training.training import ModelTraining

TOP = Qt.DockWidgetArea.TopDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea


class Worlds(QObject):
    """Both worlds, side by side: controllers and panels, joined through the state.

    Parameters
    ----------
    state : AppState
    actions : Actions
    places : ResultPlaces
        Where measured tokens are now; it follows the feed from here on.
    window : QWidget
        Parent of dialogs.
    """

    front_wanted = Signal(str)

    def __init__(self, state: AppState, actions: Actions, places: ResultPlaces, window: QWidget) -> None:
        super().__init__(window)
        self._state, self._actions = state, actions
        self.feed = LiveFeed(state, self)
        places.follow(self.feed)
        self.audition = Audition(state, self.feed, self)
        self.neighbours = Neighbours(state, actions, places, self.feed, self)
        self.judging = Judging(state, actions, window)
        self.reviewing = Reviewing(state, actions, window, self.feed)
        self.training = ModelTraining(state, self)
        self.board = Board(state, actions, self.feed)
        self.exporting = Exporting(
            state,
            actions,
            lambda: self.board.pictures,
            window,
            feed=self.feed,
            report=self.judging.report,
        )
        self.neighbours_panel = NeighboursPanel(state, actions, self.neighbours)
        self.yardsticks = YardsticksPanel(state, actions, self.judging)
        self.review = ReviewPanel(state, actions, self.reviewing)
        self.training_panel = TrainingPanel(state, actions, self.training)
        self._connect()

    def add_docks(self, arrangement: Arrangement) -> None:
        """Put the panels into docks."""
        add = arrangement.add
        add("maps", self.tr("Maps"), self.board, TOP)
        add("neighbours", self.tr("Nearest tokens"), self.neighbours_panel, BOTTOM)
        add("yardsticks", self.tr("Yardsticks"), self.yardsticks, BOTTOM)
        add("review", self.tr("Review"), self.review, BOTTOM)
        add("training", self.tr("Fine-tuning"), self.training_panel, BOTTOM, scrolls=True)

    def _connect(self) -> None:
        play = self.audition.play
        for panel in (self.board, self.neighbours_panel, self.yardsticks, self.reviewing):
            panel.play_wanted.connect(play)
        self.neighbours_panel.compare_wanted.connect(self.audition.play_in_turn)
        self.board.neighbours_wanted.connect(self.neighbours.ask)
        self.training_panel.model_wanted.connect(self._on_model_wanted)
        self._state.models_changed.connect(self.board.refresh_choices)
        self.neighbours.shown_wanted.connect(self._in_front("neighbours"))
        self.yardsticks.shown_wanted.connect(self._in_front("yardsticks"))
        self.review.front_wanted.connect(self._in_front("review"))
        self._actions.on("measure.finetune", self._in_front("training"))
        self._actions.on("maps.show", self._in_front("maps"))

    def _in_front(self, name: str) -> Callable[[], None]:
        return lambda: self.front_wanted.emit(name)

    def _on_model_wanted(self, name: str) -> None:
        self.board.show_model(name)
        self.front_wanted.emit("maps")
