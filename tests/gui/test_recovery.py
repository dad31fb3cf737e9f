"""After a crash the next start offers what was unsaved: the file is as it was, the edits are all there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from answering import bare_window
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot
from w2vpraat_gui.actions import Actions
from w2vpraat_gui.dialogs.recovery_dialog import RecoveryDialog
from w2vpraat_gui.state import AppState
from w2vpraat_gui.storage.files import Files
from w2vpraat_gui.storage.keeping import Keeping

from w2vpraat.corpus.textgrid import TextGrid, edits, read_textgrid, write_textgrid
from w2vpraat.session.grid_changes import grid_change
from w2vpraat.session.journal import journal_folder, open_journal
from w2vpraat.session.leftovers import unfinished_journals
from w2vpraat.session.recent import remember_session
from w2vpraat.session.session import new_session
from w2vpraat.session.session_file import write_session

ALICE, LIAM = "gb_f_alice", "us_m_liam"


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    return bare_window(qtbot)


@pytest.fixture
def keeping(window: QMainWindow, state: AppState) -> Keeping:
    return Keeping(state, Files(state, Actions(window), window), window)


def _crashed(path: Path, *labels: str) -> TextGrid:
    """Leave a journal as a killed process does, and return the grid that is in it."""
    grid = read_textgrid(path)
    journal = open_journal(grid)
    for number, label in enumerate(labels, 1):
        edited = edits.set_label(grid, 2, number, label)
        journal.record(grid_change(grid, edited), f"Label {label}")
        grid = edited
    journal._file.close()
    return grid


def _offered(qtbot: QtBot, keeping: Keeping, window: QMainWindow) -> RecoveryDialog:
    with qtbot.waitSignal(keeping.offered, timeout=10_000):
        keeping.offer()
    (dialog,) = window.findChildren(RecoveryDialog)
    assert dialog.isVisible()
    return dialog


def test_edits_of_a_killed_window_are_recovered_and_can_be_undone(
    qtbot: QtBot, state: AppState, window: QMainWindow, keeping: Keeping, corpus_folder: Path
) -> None:
    path = corpus_folder / f"{ALICE}.TextGrid"
    before = path.read_bytes()
    script = Path(__file__).with_name("editing_session.py")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen(
        [sys.executable, str(script), str(corpus_folder), ALICE, "7"],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert process.stdout is not None
    with process, process.stdout:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGKILL)
    assert path.read_bytes() == before
    assert list(corpus_folder.glob("*.bak")) == []
    dialog = _offered(qtbot, keeping, window)
    cells = [dialog.table.item(0, column).text() for column in range(5)]
    assert cells[0] == path.name
    assert cells[2] == "8"
    assert cells[4] == "as before the edits"
    with qtbot.waitSignal(state.current_changed, timeout=10_000):
        QTest.mouseClick(dialog.recover_button, Qt.MouseButton.LeftButton)
    document = state.current
    assert document is not None
    qtbot.waitUntil(lambda: document.is_modified)
    expected = read_textgrid(path)
    for number in range(1, 7):  # the seventh was undone before the crash
        expected = edits.set_label(expected, 2, number, f"new {number}")
    assert document.grid == expected
    assert path.read_bytes() == before
    assert state.history.stack.undoText() == "Recovered edits"
    assert state.corpus is not None
    assert len(state.corpus.recordings) == 2  # the folder that was open
    assert len(list(journal_folder().iterdir())) == 1  # a new one: it is still unsaved
    state.history.undo()
    assert document.grid == read_textgrid(path)
    state.history.redo()
    assert state.save(document)
    assert read_textgrid(path) == expected
    assert list(journal_folder().iterdir()) == []


def test_two_files_are_recovered_together(
    qtbot: QtBot, state: AppState, window: QMainWindow, keeping: Keeping, corpus_folder: Path
) -> None:
    expected = {name: _crashed(corpus_folder / f"{name}.TextGrid", "a", "b") for name in (ALICE, LIAM)}
    dialog = _offered(qtbot, keeping, window)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(state.modified_documents()) == 2, timeout=10_000)
    assert {name: document.grid for name, document in state.documents.items()} == expected


def test_the_session_file_that_was_open_is_opened_for_its_files(
    qtbot: QtBot, state: AppState, window: QMainWindow, keeping: Keeping, corpus_folder: Path, tmp_path: Path
) -> None:
    session = write_session(new_session(corpus_folder), tmp_path / "study.w2vpraat")
    remember_session(session)
    expected = _crashed(corpus_folder / f"{ALICE}.TextGrid", "a")
    dialog = _offered(qtbot, keeping, window)
    dialog.recover_button.click()
    qtbot.waitUntil(lambda: bool(state.modified_documents()), timeout=10_000)
    assert state.session_path == session
    assert state.documents[ALICE].grid == expected


def test_discarding_is_asked_once_more(
    qtbot: QtBot, state: AppState, window: QMainWindow, keeping: Keeping, corpus_folder: Path
) -> None:
    for name in (ALICE, LIAM):
        _crashed(corpus_folder / f"{name}.TextGrid", "a")
    dialog = _offered(qtbot, keeping, window)
    dialog.table.selectRow(0)
    kept = dialog.found[1][0].file
    dialog.discard_button.click()
    assert dialog.warning.isVisible()
    assert len(unfinished_journals()) == 2
    dialog.table.selectRow(1)  # another choice has to be confirmed anew
    assert not dialog.warning.isVisible()
    dialog.table.selectRow(0)
    dialog.discard_button.click()
    dialog.discard_button.click()
    assert [left.file for left in unfinished_journals()] == [kept]
    assert dialog.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)  # later
    assert [left.file for left in unfinished_journals()] == [kept]
    assert state.session is None


def test_nothing_is_offered_if_the_edits_are_in_the_file(
    qtbot: QtBot, window: QMainWindow, keeping: Keeping, corpus_folder: Path
) -> None:
    grid = _crashed(corpus_folder / f"{ALICE}.TextGrid", "a")
    write_textgrid(grid)
    with qtbot.waitSignal(keeping.offered, timeout=10_000) as found:
        keeping.offer()
    assert found.args == [[]]
    assert not window.findChildren(RecoveryDialog)
    assert list(journal_folder().iterdir()) == []


def test_a_file_that_was_changed_since_is_offered_with_a_word_and_undo_returns_to_it(
    qtbot: QtBot, state: AppState, window: QMainWindow, keeping: Keeping, corpus_folder: Path
) -> None:
    path = corpus_folder / f"{ALICE}.TextGrid"
    expected = _crashed(path, "a")
    write_textgrid(edits.set_label(read_textgrid(path), 2, 5, "theirs"))
    theirs = path.read_bytes()
    dialog = _offered(qtbot, keeping, window)
    assert dialog.table.item(0, 4).text() == "changed by another program"
    with qtbot.waitSignal(state.current_changed, timeout=10_000):
        dialog.recover_button.click()
    document = state.current
    assert document is not None
    qtbot.waitUntil(lambda: document.is_modified)
    assert document.grid == expected
    assert path.read_bytes() == theirs
    state.history.undo()
    assert document.grid == read_textgrid(path)
    assert not document.is_modified


def test_a_file_that_is_gone_is_written_anew(
    qtbot: QtBot, state: AppState, window: QMainWindow, keeping: Keeping, corpus_folder: Path
) -> None:
    path = corpus_folder / f"{ALICE}.TextGrid"
    expected = _crashed(path, "a")
    path.unlink()
    dialog = _offered(qtbot, keeping, window)
    with qtbot.waitSignal(state.current_changed, timeout=10_000):
        dialog.recover_button.click()
    assert read_textgrid(path) == expected


def test_edits_whose_folder_is_gone_are_kept_for_later(
    qtbot: QtBot, state: AppState, window: QMainWindow, keeping: Keeping, tmp_path: Path, corpus_folder: Path
) -> None:
    _crashed(corpus_folder / f"{ALICE}.TextGrid", "a")
    corpus_folder.rename(tmp_path / "unplugged")
    dialog = _offered(qtbot, keeping, window)
    dialog.recover_button.click()
    assert "folder is gone" in state.notices.shown[-1].title
    assert len(unfinished_journals()) == 1
