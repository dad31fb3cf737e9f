"""Show in Praat, without one: what the window says and offers. With one: tests/gui/e2e/test_real_praat.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMainWindow
from pytestqt.qtbot import QtBot
from w2vpraat_gui.action_table import ACTIONS, KEYMAPS
from w2vpraat_gui.actions import Actions
from w2vpraat_gui.document import Document
from w2vpraat_gui.panels.notice_bar import NoticeBar
from w2vpraat_gui.praat.show_in_praat import Place, ShowInPraat, changed_items
from w2vpraat_gui.state import AppState
from w2vpraat_gui.view_settings import setting

from w2vpraat.bridge.desktop import running_praat
from w2vpraat.bridge.desktop.show_in_praat import ShownInPraat
from w2vpraat.corpus.textgrid.edits import move_boundary, set_label
from w2vpraat.params.editing import PraatParams
from w2vpraat.session.grid_changes import grid_change
from w2vpraat.session.session import new_session

LIAM = "us_m_liam"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Praat is found by other means")


class Desk:
    """A window with the one command."""

    def __init__(self, qtbot: QtBot, state: AppState, folder: Path) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.state, self._qtbot = state, qtbot
        self.actions = Actions(self.window)
        self.saved: list[str] = []
        self.bar = NoticeBar(state)
        self.window.setCentralWidget(self.bar)
        self.praat = ShowInPraat(state, self.actions, self.save, self.window)
        self.window.show()
        state.open_session(new_session(folder))
        qtbot.waitUntil(lambda: state.corpus is not None, timeout=10_000)

    def save(self) -> bool:
        assert self.state.current is not None
        self.saved.append(self.state.current.name)
        return self.state.save(self.state.current)

    def open(self, name: str = LIAM) -> Document:
        self.state.open_recording(name)
        self._qtbot.waitUntil(lambda: self.state.current is not None, timeout=10_000)
        assert self.state.current is not None
        return self.state.current

    def press(self) -> None:
        self._qtbot.keyClick(
            self.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        )

    def error(self) -> tuple[str, str]:
        """Wait for the one message."""
        self._qtbot.waitUntil(lambda: len(self.state.notices.shown) == 1, timeout=10_000)
        (notice,) = self.state.notices.shown
        return notice.title, notice.remedy


@pytest.fixture
def desk(
    qtbot: QtBot, state: AppState, corpus_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    """A desk in an empty home, where no Praat is installed."""
    (tmp_path / "home").mkdir()
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(running_praat, "usual_places", lambda: (tmp_path / "bin" / "praat",))
    return Desk(qtbot, state, corpus_folder)


def test_its_key_is_free_in_every_keymap() -> None:
    (spec,) = [one for one in ACTIONS if one.id == "file.show_in_praat"]
    assert (spec.menu, spec.keys, spec.scope) == ("File", ("Ctrl+Alt+S",), "window")
    for keymap in KEYMAPS.values():
        others = {key for one in ACTIONS if one is not spec for key in keymap.get(one.id, one.keys)}
        assert not set(spec.keys) & others


def test_it_needs_a_recording(desk: Desk) -> None:
    assert not desk.actions["file.show_in_praat"].isEnabled()
    desk.open()
    assert desk.actions["file.show_in_praat"].isEnabled()
    assert desk.state.current is not None
    desk.state.close_document(desk.state.current)
    assert not desk.actions["file.show_in_praat"].isEnabled()


def test_without_praat_the_program_can_be_chosen(
    qtbot: QtBot, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.open()
    desk.press()
    title, remedy = desk.error()
    assert title.startswith("Not shown in Praat: no Praat was found")
    assert "Preferences, page Praat" in remedy
    program = tmp_path / "praat 6"
    program.write_text("#!/bin/sh\necho 'cannot open display: :99' >&2\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(program), ""))
    (row,) = desk.bar.rows
    assert row.choice.text() == "Choose the program…"
    qtbot.mouseClick(row.choice, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: any("cannot open" in one.title for one in desk.state.notices.shown), timeout=10_000
    )
    title, remedy = desk.error()  # the first one went with its button
    assert str(program) in remedy
    assert desk.bar.rows[0].choice.isHidden()
    assert setting(desk.state.session, PraatParams).program == str(program)


def test_a_textgrid_that_is_not_on_the_disk_is_named(desk: Desk) -> None:
    document = desk.open()
    document.grid_path.unlink()
    desk.press()
    title, remedy = desk.error()
    assert str(document.grid_path) in title
    assert "is not on the disk" in title
    assert "save it first" in remedy


def test_a_token_that_is_gone_is_said(desk: Desk) -> None:
    for token in ("", "x", f"{LIAM}#a.b"):
        desk.praat.show_token(token)
        assert desk.error()[0] == "This token is not there any more"
        desk.state.notices.dismiss(desk.state.notices.shown[0])
    desk.praat.show_token(f"{LIAM}#2.9999")
    assert "this token is not there any more" in desk.error()[0]
    assert desk.state.current is None  # the editor is left alone


def test_unsaved_edits_are_counted_and_can_be_saved(qtbot: QtBot, desk: Desk) -> None:
    document = desk.open()
    before = document.grid
    desk.state.history.edit(document, "Label", set_label(document.grid, 2, 3, "x"))
    place = document.recording
    assert changed_items(grid_change(before, document.grid)) == 1
    desk.praat._on_shown(Place(place, "phones", 0.0, 0.0), ShownInPraat(answered=True, differing=1))
    title, remedy = desk.error()
    assert title == f"Praat shows {LIAM} as it was saved"
    assert remedy == "1 edit here is not saved."
    (row,) = desk.bar.rows
    assert row.choice.text() == "Save, and show again"
    qtbot.mouseClick(row.choice, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.saved == [LIAM], timeout=10_000)
    assert not document.is_modified
    # It is shown again: there is no Praat here, and that is said.
    qtbot.waitUntil(
        lambda: ["no Praat was found" in one.title for one in desk.state.notices.shown] == [True],
        timeout=10_000,
    )


def test_edits_are_counted_by_what_differs(document: Document) -> None:
    grid = document.grid
    moved = move_boundary(grid, 2, 5, grid.tier(2).items[4][0] + 0.001)
    assert changed_items(grid_change(grid, moved)) == 2
    assert changed_items(grid_change(grid, grid.with_tiers(grid.tiers[:1]))) == 1


def test_a_second_textgrid_in_praat_is_said(desk: Desk) -> None:
    document = desk.open()
    place = Place(document.recording, "phones", 0.0, 0.0)
    desk.praat._on_shown(place, ShownInPraat(answered=True))
    assert not desk.state.notices.shown
    desk.praat._on_shown(place, ShownInPraat(answered=True, opened=True, differing=1))
    title, remedy = desk.error()
    assert title == f"Praat holds another version of {LIAM}"
    assert "left alone" in remedy
