"""A board over the small sample corpus, measured and embedded once for all tests of a module."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot
from w2vpraat_gui.actions import Actions
from w2vpraat_gui.document import Document
from w2vpraat_gui.live.feed import LiveFeed
from w2vpraat_gui.maps.board import Board
from w2vpraat_gui.maps.map_panel import MapPanel
from w2vpraat_gui.state import AppState

from w2vpraat.compare.maps.picture import MapPicture
from w2vpraat.corpus.textgrid.edits import move_boundary
from w2vpraat.pipeline.running import Results, running
from w2vpraat.resources import sample_corpus
from w2vpraat.session.sample import sample_settings
from w2vpraat.session.session import Session

ALICE, LIAM = "gb_f_alice", "us_m_liam"
WAIT = 30_000


def measured(folder: Path, *steps: str) -> Results:
    """Measure and embed two recordings of the sample corpus, in this process."""
    folder.mkdir(exist_ok=True)
    for name in (ALICE, LIAM):
        for suffix in (".flac", ".TextGrid"):
            shutil.copy(sample_corpus() / f"{name}{suffix}", folder)
    shutil.copy(sample_corpus() / "speakers.csv", folder)
    # Made once for a module, before the fixture that gives each test folders of its own.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("W2VPRAAT_CACHE_DIR", str(folder.with_name("cache")))
        patch.setenv("W2VPRAAT_CONFIG_DIR", str(folder.with_name("config")))
        found = list(running(sample_settings(folder), steps=steps or ("measure", "embed"), workers=0))[-1]
    assert isinstance(found, Results)
    return found


_made: list[Results] = []


def sample_results(factory: pytest.TempPathFactory) -> Results:
    """Return results of the small corpus, made once for all tests: nothing changes them."""
    if not _made:
        _made.append(measured(factory.mktemp("board") / "corpus"))
    return _made[0]


@dataclass
class BoardDesk:
    """A board with all that it needs, without the rest of the window."""

    qtbot: QtBot
    state: AppState
    actions: Actions
    feed: LiveFeed
    board: Board
    window: QMainWindow
    played: list[str] = field(default_factory=list)
    lives: list[Any] = field(default_factory=list)

    def open(self, results: Results, **layout: Any) -> None:
        """Open the corpus of these results, with them."""
        session = Session(results.opened.settings, layout=layout)
        with self.qtbot.waitSignal(self.state.corpus_changed, timeout=WAIT):
            self.state.open_session(session)
        self.show_results(results)

    def show_results(self, results: Results | None) -> None:
        """Give the state these results, as measuring does, and wait for the maps."""
        self.state.results = results
        self.state.results_changed.emit()
        self.settle()

    def settle(self) -> None:
        """Wait until maps and numbers are made, and tokens are where they belong."""
        self.qtbot.waitUntil(lambda: not self.is_busy, timeout=WAIT)

    def block(self, lane: str, threads: int = 1) -> None:
        """Let what is started on a lane wait, until `release`."""
        for number in range(threads):
            self.state.jobs.start(f"block-{number}", "Block", _until_stopped, lane=lane)

    def release(self) -> None:
        """Let waiting work begin, and wait for it."""
        for job in self.state.jobs.running():
            if job.key.startswith("block-"):
                job.cancel()
        self.settle()

    def end(self) -> None:
        """Stop all work, and the processes that measure edits."""
        for panel in self.board.panels:
            panel.end()
        self.state.jobs.close()
        for live in filter(None, self.lives):
            live.close()

    @property
    def is_busy(self) -> bool:
        """Whether something is still being made."""
        return (
            self.board.is_busy
            or self.feed.is_busy
            or bool(self.state.jobs.running(quiet=True))
            or any(panel.glide.is_preparing for panel in self.board.panels)
        )

    @property
    def left(self) -> MapPanel:
        """The first map."""
        return self.board.panels[0]

    @property
    def right(self) -> MapPanel:
        """The second map."""
        return self.board.panels[1]

    def document(self, name: str) -> Document:
        """Open a recording."""
        known = self.state.documents.get(name)
        if known is not None:
            return known
        with self.qtbot.waitSignal(self.state.current_changed, timeout=WAIT):
            self.state.open_recording(name)
        return self.state.documents[name]

    def picture(self, panel: MapPanel) -> MapPicture:
        """What is drawn on a map."""
        assert panel.picture is not None
        return panel.picture

    def points(self, panel: MapPanel) -> NDArray[np.float64]:
        """Where tokens lie on a map."""
        return self.picture(panel).points

    def place(self, panel: MapPanel, token: str) -> QPoint:
        """Pixel of a token on a map."""
        row = self.board.links.row_of(token)
        x, y = panel.points.points[row].tolist()
        return panel.points.frame().pixel(x, y).toPoint()

    def lonely(self, panel: MapPanel) -> str:
        """A token that is the only one at its pixel, so that a click means it."""
        points = panel.points
        for row, token in enumerate(self.picture(panel).ids):
            place = self.place(panel, token)
            if points.row_at(place.toPointF()) == row:
                return str(token)
        raise AssertionError("all tokens are covered")

    def click(self, panel: MapPanel, token: str, modifiers: Any = Qt.KeyboardModifier.NoModifier) -> None:
        """Click a token."""
        place = self.place(panel, token)
        self.qtbot.mouseClick(panel.points, Qt.MouseButton.LeftButton, modifiers, place)

    def key(self, widget: Any, key: Any, modifiers: Any = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key."""
        self.qtbot.keyClick(widget, key, modifiers)

    def shorten(self, token: str, seconds: float = -0.03) -> None:
        """Move the end of a token's interval, as one act that can be undone."""
        name, _, place = token.rpartition("#")
        tier, number = (int(part) for part in place.split("."))
        document = self.document(name)
        end = document.grid.tier(tier).items[number - 1][1]
        grid = move_boundary(document.grid, tier, number, end + seconds)
        assert self.state.history.edit(document, "Move boundary", grid) is not None


def _until_stopped() -> Iterator[int]:
    moment = threading.Event()
    for step in count():
        moment.wait(0.002)
        yield step


def make_board(qtbot: QtBot, state: AppState, size: tuple[int, int] = (1250, 340)) -> BoardDesk:
    """Make a board in a window of its own."""
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = Actions(window)
    feed = LiveFeed(state, window)
    board = Board(state, actions, feed)
    window.setCentralWidget(board)
    window.resize(*size)
    window.show()
    desk = BoardDesk(qtbot, state, actions, feed, board, window)
    board.play_wanted.connect(desk.played.append)
    feed.opened.connect(desk.lives.append)
    return desk
