"""The yardsticks without a window: four recordings of the sample corpus, and settings that are quick."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot
from tone_speech import write_base
from w2vpraat_gui.actions import Actions
from w2vpraat_gui.document import Document
from w2vpraat_gui.judging.judging import Judging
from w2vpraat_gui.panels.yardstick_page import YardstickPage
from w2vpraat_gui.panels.yardsticks_panel import YardsticksPanel
from w2vpraat_gui.state import AppState
from w2vpraat_gui.work.yardsticks import Found

from w2vpraat.resources import sample_corpus
from w2vpraat.session.sample import sample_settings
from w2vpraat.session.session import Session
from w2vpraat.session.settings import Settings

NAMES = ("gb_f_alice", "gb_m_george", "us_f_heart", "us_m_liam")
QUICK: dict[str, dict[str, Any]] = {
    "compare": {"bootstrap": 20, "probes": ["lda"], "across": [], "dimensions": -1},
    "normalize": {"methods": ["lobanov"], "embedding_methods": ["z"]},
    "pairs": {"pairs": ["iː:ɪ", "æ:ʌ"], "shuffles": 19, "min_pair_tokens": 2},
    "sensitivity": {"shifts": [0.01], "sensitivity": False},
    "layers": {"probes": ["lda"], "collapse": False, "rivals": False, "maps": ["none"]},
}


@dataclass
class JudgingDesk:
    """Everything that the panel gets."""

    state: AppState
    actions: Actions
    judging: Judging
    panel: YardsticksPanel
    qtbot: QtBot

    def open(self, settings: Settings) -> None:
        """Open a corpus."""
        with self.qtbot.waitSignal(self.state.corpus_changed, timeout=10_000):
            self.state.open_session(Session(settings))

    def page(self, kind: str) -> YardstickPage:
        """Bring a page to the front, and return it."""
        self.panel.show_page(kind)
        return self.panel.pages[kind]

    def ask(self, kind: str) -> Found | None:
        """Press the button of a page, and wait; None: it failed."""
        self.page(kind).run_button.click()
        self.wait(kind)
        return None if self.judging.error(kind) is not None else self.judging.found(kind)

    def wait(self, kind: str) -> None:
        """Wait until nothing is computed any more."""
        self.qtbot.waitUntil(lambda: self.judging.job(kind) is None, timeout=60_000)

    def show(self, name: str) -> Document:
        """Open a recording."""
        with self.qtbot.waitSignal(self.state.current_changed, timeout=10_000):
            self.state.open_recording(name)
        assert self.state.current is not None
        return self.state.current

    def set_options(self, section: str, **options: Any) -> None:
        """Change settings as a panel does."""
        session = self.state.session
        assert session is not None
        self.state.update_session("Change", settings=session.settings.updated({section: options}))


def copy_four(folder: Path) -> Path:
    """Copy four recordings and the speaker table."""
    folder.mkdir()
    for name in NAMES:
        for suffix in (".flac", ".TextGrid"):
            shutil.copy(sample_corpus() / f"{name}{suffix}", folder)
    shutil.copy(sample_corpus() / "speakers.csv", folder)
    return folder


def write_models(folder: Path) -> tuple[Path, Path]:
    """Write two tiny random models, the second as if it were fine-tuned for phones."""
    base, tuned = write_base(folder / "base"), write_base(folder / "tuned", seed=1)
    facts = {"format": 1, "tasks": {"phone": ["a", "i", "u"]}}
    (tuned / "w2vpraat.json").write_text(json.dumps(facts), encoding="utf-8")
    return base, tuned


def quick_settings(folder: Path, models: tuple[Path, Path]) -> Settings:
    """Return settings of the sample corpus that take seconds."""
    return (
        sample_settings(folder)
        .updated(QUICK)
        .updated({"embed": {"model": str(models[1])}, "layers": {"models": [str(one) for one in models]}})
    )


def make_judging_desk(qtbot: QtBot, state: AppState) -> JudgingDesk:
    """Make the parts around a state; measuring is done in this process, which starts faster."""
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = Actions(window)
    judging = Judging(state, actions, window, workers=0)
    panel = YardsticksPanel(state, actions, judging, window)
    window.setCentralWidget(panel)
    window.resize(1250, 420)
    window.show()
    return JudgingDesk(state, actions, judging, panel, qtbot)
