"""The window is ready for translation: every text that is seen goes through the translator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import w2vpraat_gui
from bracketing import Brackets, literals_shown, texts_of, unmarked
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot
from w2vpraat_gui.app import make_window
from w2vpraat_gui.dialogs.blind_dialog import BlindDialog
from w2vpraat_gui.dialogs.disk_change_dialog import DiskChangeDialog
from w2vpraat_gui.dialogs.unsaved_dialog import UnsavedDialog
from w2vpraat_gui.main_window import MainWindow
from w2vpraat_gui.panels.model_card import ModelCard

from w2vpraat.corpus.labels import BUNDLED_MAPS
from w2vpraat.models.catalogue import catalogue
from w2vpraat.normalize import EMBEDDING_METHODS, F0_METHODS, METHODS
from w2vpraat.normalize.scales import SCALES
from w2vpraat.params import LayersParams

NAME = "us_m_liam"
SOURCES = Path(w2vpraat_gui.__file__).parent
OPENING = (
    "edit.find",
    "edit.replace",
    "edit.palette",
    "edit.shortcuts",
    "edit.preferences",
    "select.time",
    "interval.split",
    "tier.add_interval",
    "tier.add_point",
    "tier.duplicate",
    "tier.rename",
    "tier.repair",
    "query.slice",
    "measure.candidates",
    "help.about",
)
"""Actions that open a dialog of ours."""
LIBRARY = r"The labels look like [^.]*\."  # a sentence of the library, as errors are: they are in English
NATIVE = r"\n\S+ \(.*\)"  # languages in their own words, in the tool tip of a field
SIGNS = r"(U\+[0-9A-F]{4,5} ?)+[^\n]*"  # and their names in Unicode
COMMANDS = r"(?s)(Extract part|To Formant|To Pitch|To Intensity|To Spectrogram)\b.*"  # as Praat writes them


@pytest.fixture
def brackets(qtbot: QtBot) -> Iterator[Brackets]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    made = Brackets(application)
    application.installTranslator(made)
    yield made
    application.removeTranslator(made)
    made.deleteLater()


@pytest.fixture
def window(qtbot: QtBot, brackets: Brackets, corpus_folder: Path) -> Iterator[MainWindow]:
    made = make_window([corpus_folder])
    made.show()
    state = made.state
    qtbot.waitUntil(lambda: state.corpus is not None)
    state.open_recording(NAME)
    qtbot.waitUntil(lambda: state.current is not None and not state.jobs.running(quiet=True), timeout=20_000)
    yield made
    made.removeEventFilter(made.files)
    made.close()
    made.deleteLater()


def test_all_texts_go_through_the_translator(qtbot: QtBot, window: MainWindow) -> None:
    state = window.state
    assert state.current is not None
    data = {NAME, *state.visible_recordings, state.session.sources[0].name, "words", "phones"}  # type: ignore[union-attr]
    data |= {str(one) for one in state.session.sources}  # type: ignore[union-attr]
    data |= {str(one.parent) for one in state.session.sources}  # type: ignore[union-attr]
    data |= {item[-1] for tier in state.current.grid.tiers for item in tier.items if item[-1]}
    missed = _missed("window", window, data)
    state.current.view.show_range(0.5, 1.5)
    state.current.view.select(0.743, 0.922, tier=2)
    for name in OPENING:
        missed |= _missed_in_dialogs(qtbot, window, name, data)
    for dialog in (
        UnsavedDialog([NAME], window),
        DiskChangeDialog(NAME, window),
        BlindDialog(["words", "phones"], 2, lambda *_: (3, 9), window),
    ):
        missed |= _missed(type(dialog).__name__, dialog, data)
        dialog.deleteLater()
    qtbot.waitUntil(lambda: not state.jobs.running(quiet=True), timeout=20_000)
    missed |= _missed("window at the end", window, data)
    assert not missed, "not translated:\n" + "\n".join(sorted(missed))


def test_no_literal_is_shown() -> None:
    missed = [found for path in sorted(SOURCES.rglob("*.py")) for found in literals_shown(path)]
    assert not missed, "\n".join(missed)


def test_the_walk_sees_what_went_past_the_translator() -> None:
    assert unmarked("⟦Zoom ⟦in⟧⟧ 3 s") == ""
    assert unmarked("⟦Undo⟧ Move boundary") == "Move boundary"


def _missed_in_dialogs(qtbot: QtBot, window: MainWindow, name: str, data: set[str]) -> set[str]:
    """Trigger an action, look at the dialogs that it opens, modal ones in passing, and close them."""
    missed: set[str] = set()
    seen = 0

    def look() -> None:
        nonlocal seen, missed
        modal = QApplication.activeModalWidget()
        for dialog in [modal] if modal is not None else _dialogs() - before:
            seen += 1
            missed |= _missed(name, dialog, data)
            dialog.close()

    before = _dialogs()
    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(5)
    window.actions_[name].trigger()
    qtbot.waitUntil(lambda: seen > 0 and QApplication.activeModalWidget() is None, timeout=10_000)
    timer.stop()
    return missed


def _dialogs() -> set[QWidget]:
    return {one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()}


def _library_words() -> set[str]:
    """Names of the library that are the same in every language: scales, methods, label maps, models."""
    scales = {f"{one.title}, {one.author} {one.year or ''}".strip(" ,") for one in SCALES.values()}
    models = {one.name for one in catalogue()}
    kinds = {*LayersParams().probes, *LayersParams().maps, "logistic", "none"}
    return scales | models | kinds | {*METHODS, *F0_METHODS, *EMBEDDING_METHODS} | set(BUNDLED_MAPS)


def _missed(place: str, root: QWidget, data: set[str]) -> set[str]:
    data = data | _library_words()
    known = "|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in sorted(data, key=len, reverse=True))
    missed = set()
    for whose, kind, text in texts_of(root):
        if isinstance(whose.parent(), ModelCard):
            continue  # what its maker says of a model
        rest = text
        for pattern in (COMMANDS, LIBRARY, NATIVE, SIGNS, known):
            rest = re.sub(pattern, "", rest)
        if unmarked(rest):
            missed.add(f"{place}: {type(whose).__name__} {whose.objectName()}: {kind}: {unmarked(rest)!r}")
    return missed
