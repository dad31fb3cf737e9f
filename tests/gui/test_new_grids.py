"""A sound without a TextGrid gets one, never over a file that is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from w2vpraat_gui.state import AppState
from w2vpraat_gui.storage.new_grids import NewGrids

from w2vpraat.corpus.audio import audio_info
from w2vpraat.corpus.textgrid import PointTier, read_textgrid
from w2vpraat.session.session import new_session


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def test_the_tiers_that_are_named_are_made_and_the_recording_opens(
    qtbot: QtBot, state: AppState, window: QWidget, corpus_folder: Path
) -> None:
    grid_path = corpus_folder / "us_m_liam.TextGrid"
    grid_path.unlink()
    with qtbot.waitSignal(state.corpus_changed):
        state.open_session(new_session(corpus_folder))
    dialog = NewGrids(state, window).ask(corpus_folder / "us_m_liam.flac")
    dialog.intervals.selectAll()
    qtbot.keyClicks(dialog.intervals, "words, ")
    dialog.intervals.clear()
    assert not dialog.make.isEnabled()
    qtbot.keyClicks(dialog.intervals, "syllables , phones")
    qtbot.keyClicks(dialog.points, "tones")
    with qtbot.waitSignal(state.current_changed):
        qtbot.mouseClick(dialog.make, Qt.MouseButton.LeftButton)
    assert state.current is not None
    assert state.current.name == "us_m_liam"
    grid = read_textgrid(grid_path)
    assert grid.tier_names == ("syllables", "phones", "tones")
    assert isinstance(grid.tiers[2], PointTier)
    assert grid.end == audio_info(corpus_folder / "us_m_liam.flac").duration


def test_a_textgrid_that_is_there_is_not_touched(
    qtbot: QtBot, state: AppState, window: QWidget, corpus_folder: Path
) -> None:
    before = (corpus_folder / "us_m_liam.TextGrid").read_bytes()
    assert not NewGrids(state, window).make(corpus_folder / "us_m_liam.flac", ("words",), ())
    assert (corpus_folder / "us_m_liam.TextGrid").read_bytes() == before
    assert "already" in state.notices.shown[-1].title
