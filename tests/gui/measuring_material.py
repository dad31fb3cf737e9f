"""A window without a window: the sample corpus open, and what the Measure menu needs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot
from w2vpraat_gui.actions import Actions
from w2vpraat_gui.document import Document
from w2vpraat_gui.measuring.measuring import Measuring
from w2vpraat_gui.state import AppState

from w2vpraat.resources import sample_corpus
from w2vpraat.session.sample import sample_settings
from w2vpraat.session.session import Session

ALICE, LIAM = "gb_f_alice", "us_m_liam"


@dataclass
class Desk:
    """Everything that the panels get."""

    state: AppState
    actions: Actions
    measuring: Measuring
    qtbot: QtBot

    def open(self, folder: Path, **changes: dict[str, Any]) -> None:
        """Open the small sample corpus with the settings that suit it, and some others."""
        shutil.copy(sample_corpus() / "speakers.csv", folder)
        settings = sample_settings(folder).updated(changes)
        with self.qtbot.waitSignal(self.state.corpus_changed, timeout=10_000):
            self.state.open_session(Session(settings))
        self.counted()

    def counted(self) -> None:
        """Wait until all tokens are counted."""
        count = self.measuring.count
        self.qtbot.waitUntil(
            lambda: not count.is_counting and not count._settle.isActive() and bool(count.parts),
            timeout=10_000,
        )
        self.qtbot.waitUntil(lambda: not self.busy("count-tokens", "guess-labels"), timeout=10_000)

    def busy(self, *keys: str) -> bool:
        """Whether a job of these keys is at work."""
        return any(job.key in keys for job in self.state.jobs.running(quiet=True))

    def show(self, name: str) -> Document:
        """Open a recording."""
        with self.qtbot.waitSignal(self.state.current_changed, timeout=10_000):
            self.state.open_recording(name)
        assert self.state.current is not None
        return self.state.current

    def measure(self) -> Any:
        """Measure, and return the results."""
        with self.qtbot.waitSignal(self.state.results_changed, timeout=60_000):
            self.actions["measure.run"].trigger()
        return self.state.results

    def set_options(self, section: str, **options: Any) -> None:
        """Change settings as a panel does."""
        session = self.state.session
        assert session is not None
        self.state.update_session("Change", settings=session.settings.updated({section: options}))


def make_desk(qtbot: QtBot, state: AppState) -> Desk:
    """Make the parts around a state; measuring is done in this process, which starts faster."""
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = Actions(window)
    return Desk(state, actions, Measuring(state, actions, window, workers=0), qtbot)
