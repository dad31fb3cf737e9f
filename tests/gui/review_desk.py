"""A window without a window for review queues: the small sample corpus, the panel, and its commands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from measuring_material import ALICE, Desk, make_desk
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from w2vpraat_gui.panels.review_panel import ReviewPanel
from w2vpraat_gui.reviewing.reviewing import Reviewing
from w2vpraat_gui.state import AppState

from w2vpraat.session.review_queue import ReviewQueue

LONG = {"queue": {"kind": "short", "short_duration": 0.16}}
"""A queue of some tokens of both recordings."""


@dataclass
class ReviewDesk:
    """Everything that the panel gets, and the panel."""

    desk: Desk
    reviewing: Reviewing
    panel: ReviewPanel
    window: QWidget

    @property
    def state(self) -> AppState:
        return self.desk.state

    @property
    def qtbot(self) -> QtBot:
        return self.desk.qtbot

    def make(self, **changes: dict[str, object]) -> ReviewQueue:
        """Make a queue, as by the button, and return it."""
        session = self.state.session
        assert session is not None
        if changes:
            self.state.set_session(session.with_settings(session.settings.updated(changes)))
        with self.qtbot.waitSignal(self.reviewing.queue_changed, timeout=60_000):
            self.qtbot.mouseClick(self.panel.make_button, Qt.MouseButton.LeftButton)
        self.qtbot.waitUntil(lambda: self.reviewing.job is None, timeout=10_000)
        assert self.reviewing.queue is not None
        return self.reviewing.queue

    def act(self, name: str) -> None:
        """Trigger a command of the menu Review, and wait for the recording that it opens."""
        self.desk.actions[f"review.{name}"].trigger()
        self.qtbot.waitUntil(lambda: not self.desk.busy("open"), timeout=10_000)

    def shown(self) -> str:
        """Return the id of the token that the editor shows."""
        self.qtbot.waitUntil(lambda: not self.desk.busy("open"), timeout=10_000)
        return self.reviewing.current

    def cells(self, column: int) -> list[str]:
        """Return the texts of a column, from above."""
        model = self.reviewing.model
        return [model.index(line, column).data() for line in range(model.rowCount())]

    def ids(self) -> list[str]:
        """Return the ids of now, in the order shown."""
        places = self.reviewing.places
        assert places is not None
        return [places.ids[row] for row in self.reviewing.model.shown_rows()]


def make_review_desk(qtbot: QtBot, state: AppState, folder: Path | None = None) -> ReviewDesk:
    """Make the parts; with a folder, its corpus is open."""
    desk = make_desk(qtbot, state)
    window = desk.actions.parent()
    assert isinstance(window, QWidget)
    reviewing = Reviewing(state, desk.actions, window)
    if folder is not None:
        desk.open(folder)
    holder = QWidget()
    qtbot.addWidget(holder)
    panel = ReviewPanel(state, desk.actions, reviewing)
    QVBoxLayout(holder).addWidget(panel)
    holder.resize(1000, 300)
    return ReviewDesk(desk, reviewing, panel, holder)


__all__ = ["ALICE", "LONG", "ReviewDesk", "make_review_desk"]
