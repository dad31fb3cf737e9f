"""The editor as a whole: what it joins, who has the keyboard, and that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from w2vpraat_gui.actions import Actions
from w2vpraat_gui.document import Document
from w2vpraat_gui.editor.editor import Editor
from w2vpraat_gui.state import AppState

from w2vpraat.corpus.textgrid import edits
from w2vpraat.session.session import Session

LEFT_BUTTON = Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def editor(qtbot: QtBot, state: AppState) -> Editor:
    window = QWidget()
    qtbot.addWidget(window)
    actions = Actions(window)
    made = Editor(state, actions, window)
    actions.on("edit.undo", state.history.undo)  # bound after the editor, as in the window
    window.resize(1280, 800)
    made.resize(1280, 800)
    window.show()
    window.activateWindow()
    return made


@pytest.fixture
def filled(qtbot: QtBot, state: AppState, editor: Editor, document: Document) -> Editor:
    state.show_document(document)
    editor.setFocus()
    qtbot.waitUntil(editor.label_field.hasFocus)
    return editor


def _select(editor: Editor, number: int) -> None:
    assert editor.document is not None
    item = editor.document.grid.tiers[1].items[number - 1]
    editor.document.view.select(item[0], item[1], tier=2)


def _label(editor: Editor, number: int) -> str:
    assert editor.document is not None
    return editor.document.grid.tiers[1].items[number - 1].label


def _on_tiers(editor: Editor, number: int) -> QPoint:
    assert editor.document is not None
    item = editor.document.grid.tiers[1].items[number - 1]
    editor.document.view.show_range(item.start - 0.5, item.end + 0.5)
    row = editor.tiers.rows[1]
    return QPoint(round(editor.tiers.x_of(item.midpoint)), round(row.top + 0.7 * row.height))


def test_without_a_recording_it_says_what_to_do(editor: Editor, state: AppState) -> None:
    assert editor._empty.isVisible()
    assert "Open a recording" in editor._empty.text()
    assert not editor.tiers.isVisible()
    QTest.keyClicks(editor, "abc")
    assert not editor.label_field.text()


def test_all_parts_show_the_current_recording(filled: Editor, state: AppState, document: Document) -> None:
    parts = (filled.sound, filled.tiers, filled.bars, filled.overview)
    assert all(part.document is document for part in parts)
    assert all(part.isVisible() for part in parts)
    state.close_document(document)
    assert all(part.document is None for part in parts)
    assert filled._empty.isVisible()


def test_one_time_is_at_one_place_in_all_parts(filled: Editor) -> None:
    places = {
        strip.mapTo(filled, QPoint(round(strip.x_of(1.0)), 0)).x()
        for strip in (filled.sound.waveform, filled.sound.spectrogram, filled.tiers, filled.bars)
    }
    assert len(places) == 1


def test_nothing_is_cut_at_the_smallest_window(filled: Editor) -> None:
    bottom = filled.overview.mapTo(filled, QPoint(0, filled.overview.height())).y()
    assert bottom <= 800
    assert filled.minimumSizeHint().height() <= 700
    assert all(row.bottom <= filled.tiers.height() for row in filled.tiers.rows)


def test_typing_anywhere_in_the_editor_goes_to_the_label(qtbot: QtBot, filled: Editor) -> None:
    other = QWidget(filled.parentWidget())
    other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    other.show()
    other.setFocus()
    QTest.mouseClick(filled.tiers, LEFT_BUTTON, NO_KEY, _on_tiers(filled, 5))
    assert filled.label_field.hasFocus()  # the click gave the keyboard to the editor
    QTest.keyClicks(filled.label_field, "xy")
    _select(filled, 9)
    assert _label(filled, 5).endswith("xy")


def test_double_click_selects_the_whole_label(filled: Editor) -> None:
    place = _on_tiers(filled, 5)
    QTest.mouseClick(filled.tiers, LEFT_BUTTON, NO_KEY, place)
    QTest.mouseDClick(filled.tiers, LEFT_BUTTON, NO_KEY, place)
    assert filled.label_field.hasFocus()
    assert filled.label_field.selectedText() == filled.label_field.text() != ""
    QTest.keyClicks(filled.label_field, "new")
    filled.commit_label()
    assert _label(filled, 5) == "new"


def test_undo_while_typing_takes_back_the_typing_first(qtbot: QtBot, filled: Editor) -> None:
    _select(filled, 5)
    old = _label(filled, 5)
    QTest.keyClicks(filled.label_field, "x")
    filled.commit_label()
    _select(filled, 6)
    QTest.keyClicks(filled.label_field, "yz")
    QTest.keyClick(filled.label_field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert _label(filled, 5) == old + "x"
    assert filled.label_field.text() == _label(filled, 6)
    assert "yz" not in filled.label_field.text()
    QTest.keyClick(filled.label_field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert _label(filled, 5) == old


@pytest.mark.parametrize("action", ["file.save", "boundary.add", "play.selection", "select.next_interval"])
def test_every_command_finds_the_label_stored(filled: Editor, action: str) -> None:
    _select(filled, 5)
    seen: list[str] = []
    filled._actions.on(action, lambda: seen.append(_label(filled, 5)))
    QTest.keyClicks(filled.label_field, "x")
    filled._actions[action].trigger()
    assert seen[0].endswith("x")


def test_typed_label_is_not_lost_when_another_recording_is_shown(
    filled: Editor, state: AppState, document: Document, open_document: Callable[..., Document]
) -> None:
    _select(filled, 5)
    QTest.keyClicks(filled.label_field, "x")
    other = open_document("us_m_liam")
    state.show_document(other)
    assert state.current is filled.document is other  # the act did not call the first one back
    assert document.grid.tiers[1].items[4].label.endswith("x")
    assert document.is_modified
    state.history.undo()
    assert state.current is document
    assert not document.is_modified


def test_closed_recordings_are_not_edited(filled: Editor, state: AppState, document: Document) -> None:
    _select(filled, 5)
    QTest.keyClicks(filled.label_field, "x")
    state.close_document(document)
    assert state.history.stack.count() == 0
    assert not document.is_modified


def test_quiet_line_tells_what_is_selected_and_why_not(filled: Editor) -> None:
    _select(filled, 5)
    assert '2 "phones", interval 5/131' in filled.quiet_line.text()
    assert filled.tiers.accessibleDescription() == filled.description
    filled.mouse.said.emit("Not moved: because")
    assert filled.quiet_line.text() == "Not moved: because"
    _select(filled, 6)
    assert "interval 6/131" in filled.quiet_line.text()


def test_clicked_bars_and_ceilings_are_passed_on(qtbot: QtBot, filled: Editor) -> None:
    with qtbot.waitSignal(filled.play_wanted) as played:
        place = filled.bars.bars[-1].rect.center().toPoint()
        QTest.mouseClick(filled.bars, LEFT_BUTTON, NO_KEY, place)
    assert tuple(played.args) == (0.0, 22.95)
    with qtbot.waitSignal(filled.ceiling_wanted) as wanted:
        filled.sound.ceiling_wanted.emit(5250.0)
    assert wanted.args == [5250.0]


def test_settings_of_the_session_reach_the_tiers(filled: Editor, state: AppState) -> None:
    state.session = Session()
    before = filled.label_field.minimumHeight()
    layout = {"editor": {"editor": {"label_size": 20.0, "hit_zone": 4.0}}}
    state.set_session(state.session.with_layout(layout))
    assert filled.tiers.params.label_size == 20.0
    assert filled.tiers.params.hit_zone == 4.0
    assert filled.label_field.minimumHeight() > before


def test_letters_are_commands_until_the_label_has_the_keyboard(qtbot: QtBot, filled: Editor) -> None:
    filled._actions.set_keymap("emu")
    _select(filled, 5)
    filled.setFocus()
    assert QApplication.focusWidget() is filled
    with qtbot.waitSignal(filled._actions["view.zoom_in"].triggered):
        QTest.keyClick(filled, Qt.Key.Key_W)
    old = filled.label_field.text()
    QTest.keyClick(filled, Qt.Key.Key_M)  # no command: begins to type
    assert filled.label_field.text() == old + "m"
    QTest.keyClick(filled.label_field, Qt.Key.Key_W)
    assert filled.label_field.text() == old + "mw"
    QTest.keyClick(filled.label_field, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is filled
    assert _label(filled, 5) == old + "mw"
    filled._actions.set_keymap("praat")
    filled.setFocus()
    assert filled.label_field.hasFocus()


def test_edits_from_elsewhere_are_shown(filled: Editor, state: AppState, document: Document) -> None:
    _select(filled, 5)
    state.history.edit(document, "Set label", edits.set_label(document.grid, 2, 5, "from elsewhere"))
    assert filled.label_field.text() == "from elsewhere"
    state.history.undo()
    assert filled.label_field.text() == _label(filled, 5) != "from elsewhere"


def test_everything_has_a_name_for_screen_readers(filled: Editor) -> None:
    for part in (filled, filled.label_field, filled.quiet_line, filled.tiers, filled.bars, filled.sound):
        assert part.accessibleName()
