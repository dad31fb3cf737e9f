"""The label field: typing, IPA codes, whose keys are whose, and one act per label."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tier_desk import END, GRID, Desk, tier
from w2vpraat_gui.document import Document
from w2vpraat_gui.editor.label_text import characters, read_text, units
from w2vpraat_gui.state import AppState

from w2vpraat.corpus.textgrid import Interval, Point, TextGrid, to_unicode
from w2vpraat.corpus.textgrid.praat_edits import add_boundary

LABELS = ("\\swn", "ən", "a\nb", "\\shʃ", "r\\bs", "", "\U00010784a", "two words")


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, document: Document) -> Desk:
    return Desk(qtbot, state, document)


@pytest.fixture
def odd(qtbot: QtBot, state: AppState, document: Document) -> Desk:
    """A tier with odd labels, a fifth of a second each."""
    marks = [(0.2 * number, label) for number, label in enumerate(LABELS[:-1], 1)]
    return Desk(qtbot, state, document, TextGrid(0.0, END, (tier("odd", *marks, (END, LABELS[-1])),)))


def _select(desk: Desk, number: int) -> None:
    item = desk.grid.tiers[0].items[number - 1]
    desk.document.view.select(item[0], item[1], tier=1)


def _labels(desk: Desk) -> list[str]:
    return [item.label for item in desk.grid.tiers[0].items]


# Typing


def test_typing_goes_to_the_selected_label_and_is_one_act(qtbot: QtBot, desk: Desk) -> None:
    _select(desk, 2)
    assert desk.field.text() == "b"
    QTest.keyClicks(desk.field, "cd")
    assert desk.tiers.typed == (1, 2, "bcd")  # drawn at once
    assert _labels(desk) == ["a", "b", "c", "d"]
    qtbot.waitUntil(lambda: _labels(desk)[1] == "bcd")  # after a pause
    QTest.keyClicks(desk.field, "e")
    QTest.keyClick(desk.field, Qt.Key.Key_Backspace)
    QTest.keyClicks(desk.field, "f")
    desk.labelling.commit()
    assert _labels(desk)[1] == "bcdf"
    assert desk.state.history.stack.count() == 1
    assert desk.field.cursorPosition() == 4
    desk.state.history.undo()
    assert desk.grid == GRID
    assert desk.field.text() == "b"
    desk.state.history.redo()
    assert _labels(desk)[1] == desk.field.text() == "bcdf"


def test_going_on_makes_an_act_per_label_and_undo_goes_back_there(desk: Desk) -> None:
    for number in (1, 2):
        _select(desk, number)
        QTest.keyClicks(desk.field, "!")
    _select(desk, 4)
    assert _labels(desk) == ["a!", "b!", "c", "d"]
    assert desk.state.history.stack.count() == 2
    assert desk.selection == (1.5, END, 1)  # the act did not call the selection back
    desk.state.history.undo()
    assert _labels(desk) == ["a!", "b", "c", "d"]
    assert desk.selection == (0.4, 1.0, 1)
    desk.state.history.undo()
    assert desk.selection == (0.0, 0.4, 1)
    assert desk.grid == GRID


def test_typing_that_leaves_the_label_as_it_was_is_no_act(desk: Desk) -> None:
    _select(desk, 2)
    QTest.keyClicks(desk.field, "x")
    desk.labelling.commit()
    QTest.keyClick(desk.field, Qt.Key.Key_Backspace)
    desk.labelling.commit()
    assert desk.grid == GRID
    assert desk.state.history.stack.count() == 0
    assert not desk.document.is_modified


def test_typing_after_undo_is_another_act(desk: Desk) -> None:
    _select(desk, 2)
    QTest.keyClicks(desk.field, "x")
    desk.labelling.commit()
    QTest.keyClicks(desk.field, "y")
    desk.labelling.commit()
    desk.state.history.undo()
    QTest.keyClicks(desk.field, "z")
    desk.labelling.commit()
    assert _labels(desk)[1] == "bz"
    desk.state.history.undo()
    assert desk.grid == GRID


def test_points_have_labels_and_empty_places_none(desk: Desk) -> None:
    desk.document.view.select(0.5, tier=3)
    QTest.keyClicks(desk.field, "*")
    desk.document.view.select(0.8, tier=3)
    assert desk.grid.tiers[2].items[0] == Point(0.5, "H*")
    assert desk.field.isReadOnly()
    QTest.keyClicks(desk.field, "lost")
    assert desk.field.text() == ""
    assert desk.field.label_selection is None
    desk.document.view.select(1.2, tier=3)
    assert desk.field.text() == "L"
    assert desk.state.history.stack.count() == 1


def test_an_edit_that_comes_between_keeps_what_is_typed(desk: Desk) -> None:
    _select(desk, 2)
    QTest.keyClicks(desk.field, "x")
    other = add_boundary(desk.grid, 2, 1.3)
    desk.state.history.edit(desk.document, "Add boundary", other)
    assert desk.field.text() == "bx"
    desk.labelling.commit()
    assert _labels(desk)[1] == "bx"
    assert len(desk.grid.tiers[1]) == 3


def test_input_methods_type_too(desk: Desk) -> None:
    _select(desk, 2)
    preedit = QInputMethodEvent("ㅎ", [])
    QApplication.sendEvent(desk.field, preedit)
    assert desk.tiers.typed is None
    done = QInputMethodEvent("", [])
    done.setCommitString("한")
    QApplication.sendEvent(desk.field, done)
    _select(desk, 3)
    assert _labels(desk)[1] == "b한"


# Codes


def test_codes_become_signs_as_they_are_completed(desk: Desk) -> None:
    _select(desk, 2)
    QTest.keyClicks(desk.field, "\\s")
    assert desk.field.text() == "b\\s"
    QTest.keyClicks(desk.field, "w\\sh")
    assert desk.field.text() == "bəʃ"
    QTest.keyClick(desk.field, Qt.Key.Key_Home)
    QTest.keyClicks(desk.field, "\\ng")
    assert desk.field.text() == "ŋbəʃ"
    assert desk.field.cursorPosition() == 1
    desk.labelling.commit()
    assert _labels(desk)[1] == "ŋbəʃ"


def test_codes_can_be_left_alone(desk: Desk) -> None:
    desk.field.codes = False
    _select(desk, 2)
    QTest.keyClicks(desk.field, "\\sw")
    desk.labelling.commit()
    assert _labels(desk)[1] == desk.field.text() == "b\\sw"


@pytest.mark.parametrize(
    ("number", "shown", "typed", "stored"),
    [
        (1, "ən", "\\sh", "\\swn\\sh"),  # written in codes: stays so
        (2, "ən", "\\sh", "ənʃ"),  # written in Unicode
        (3, "a↵b", "\\sh", "a\nbʃ"),  # the line end is kept
        (4, "ʃʃ", "\\ng", "\\shʃ\\ng"),  # both: what was not edited stays as found
        (5, "r\\", "x", "r\\bsx"),  # a backslash of its own
        (7, "\U00010784a", "b", "\U00010784ab"),
    ],
)
def test_edited_labels_keep_their_way_of_writing(
    odd: Desk, number: int, shown: str, typed: str, stored: str
) -> None:
    _select(odd, number)
    assert odd.field.text() == shown
    before = _labels(odd)
    _select(odd, 8)
    assert _labels(odd) == before  # only looking changes nothing
    _select(odd, number)
    QTest.keyClicks(odd.field, typed)
    odd.labelling.commit()
    assert _labels(odd)[number - 1] == stored
    assert odd.field.text() == to_unicode(stored).replace("\n", "↵")


signs = st.text(st.sampled_from("\\swhnabəʃŋ\n↵'\U00010784"), max_size=8)


@given(signs, signs)
def test_what_is_typed_is_what_is_read_again(label: str, typed: str) -> None:
    read = read_text(label)
    stored = read.edited(typed)
    # Codes that were pasted or grew together mean their signs, as in Praat.
    plain = to_unicode(typed.replace(read.newline, "\n"))
    again = to_unicode(stored)
    assert again == plain or again == typed.replace(read.newline, "\n")
    assert read.edited(read.text) == label


@given(signs, st.data())
def test_places_in_text_and_label_belong_together(label: str, data: st.DataObject) -> None:
    read = read_text(label)
    place = data.draw(st.integers(0, len(read.text)))
    found = read.label_place(place)
    before = read_text(label[:found])
    assert before.text.replace(before.newline, "\n") == read.text[:place].replace(read.newline, "\n")
    assert characters(read.text, units(read.text, place)) == place


def test_pasted_line_ends_are_kept(desk: Desk) -> None:
    _select(desk, 2)
    QGuiApplication.clipboard().setText("x\ny\\sw")
    QTest.keySequence(desk.field, QKeySequence(QKeySequence.StandardKey.Paste))
    assert desk.field.text().startswith("bx↵y")
    desk.labelling.commit()
    assert _labels(desk)[1] == "bx\nyə"
    assert desk.field.text() == "bx↵yə"


# Text cursor and selection, for dividing labels


def test_label_selection_counts_in_the_label_as_found(odd: Desk) -> None:
    _select(odd, 1)
    assert odd.field.label_selection == (4, 4)  # after \swn
    odd.field.setCursorPosition(1)
    assert odd.field.label_selection == (3, 3)
    odd.field.setSelection(0, 1)
    assert odd.field.label_selection == (0, 3)
    odd.field.setCursorPosition(2)
    odd.field.cursorBackward(True, 1)
    assert odd.field.label_selection == (4, 3)  # anchor first
    _select(odd, 7)
    odd.field.setCursorPosition(2)  # in Qt's count the first sign is two
    assert odd.field.label_selection == (1, 1)


def test_label_selection_is_in_the_label_as_it_will_be_stored(odd: Desk) -> None:
    _select(odd, 1)
    QTest.keyClicks(odd.field, "\\sh")
    selection = odd.field.label_selection
    assert selection == (7, 7)
    odd.labelling.commit()
    assert odd.field.label_selection == selection
    assert _labels(odd)[0] == "\\swn\\sh"


def test_text_cursor_waits_at_the_end(desk: Desk) -> None:
    _select(desk, 2)
    desk.field.setCursorPosition(0)
    _select(desk, 3)
    assert desk.field.label_selection == (1, 1)
    _select(desk, 2)
    assert desk.field.label_selection == (1, 1)


# Keys


@pytest.mark.parametrize(
    ("key", "modifier", "action"),
    [
        (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier, "play.selection"),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "boundary.add"),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier, "select.earlier"),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier, "select.later"),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier, "select.start_left"),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier, "select.next_interval"),
        (Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier, "view.all"),
        (Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier, "view.zoom_in"),
        (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, "edit.undo"),
        (Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier, "edit.redo"),
        (Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier, "query.formant_1"),
        (Qt.Key.Key_F1, Qt.KeyboardModifier.ControlModifier, "boundary.add_1"),
        (Qt.Key.Key_Backspace, Qt.KeyboardModifier.AltModifier, "boundary.remove"),
        (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier, "view.page_forward"),
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier, "play.stop"),
    ],
)
def test_keys_of_commands_are_left_to_them(
    qtbot: QtBot, desk: Desk, key: Qt.Key, modifier: Qt.KeyboardModifier, action: str
) -> None:
    _select(desk, 2)
    with qtbot.waitSignal(desk.actions_[action].triggered):
        QTest.keyClick(desk.field, key, modifier)
    assert desk.field.text() == "b"
    assert desk.field.hasFocus()


def test_cursor_keys_and_clipboard_belong_to_the_field(qtbot: QtBot, desk: Desk) -> None:
    fired: list[str] = []
    for name in desk.actions_.specs:
        desk.actions_[name].triggered.connect(lambda _=False, name=name: fired.append(name))
    _select(desk, 2)
    QTest.keyClicks(desk.field, "xy")
    for key, place in (
        (Qt.Key.Key_Left, 2),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_End, 3),
    ):
        QTest.keyClick(desk.field, key)
        assert desk.field.cursorPosition() == place
    QTest.keyClick(desk.field, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert desk.field.selectedText() == "y"
    for standard, text in (
        (QKeySequence.StandardKey.Cut, "bx"),
        (QKeySequence.StandardKey.Paste, "bxy"),
    ):
        QTest.keySequence(desk.field, QKeySequence(standard))
        assert desk.field.text() == text
    QTest.keyClick(desk.field, Qt.Key.Key_Backspace)
    QTest.keyClick(desk.field, Qt.Key.Key_Space)
    assert desk.field.text() == "bx "
    assert not fired


def test_keys_that_were_changed_are_left_to_their_command(qtbot: QtBot, desk: Desk) -> None:
    desk.actions_.set_keys("view.zoom_in", ["Ctrl+E"])
    with qtbot.waitSignal(desk.actions_["view.zoom_in"].triggered):
        QTest.keyClick(desk.field, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)


def test_letters_are_text_in_the_field_in_every_keymap(desk: Desk) -> None:
    fired: list[bool] = []
    desk.actions_.set_keymap("emu")
    desk.actions_["view.zoom_in"].triggered.connect(fired.append)
    desk.actions_["boundary.remove"].triggered.connect(fired.append)
    _select(desk, 2)
    QTest.keyClicks(desk.field, "wx")
    QTest.keyClick(desk.field, Qt.Key.Key_Backspace)
    assert desk.field.text() == "bw"
    assert not fired


def test_interval_keeps_its_times(desk: Desk) -> None:
    _select(desk, 2)
    QTest.keyClicks(desk.field, "x")
    desk.labelling.commit()
    assert desk.grid.tiers[0].items[1] == Interval(0.4, 1.0, "bx")


def test_a_journal_that_fails_leaves_no_act_and_no_harm(desk: Desk) -> None:
    def full(*_: object) -> None:
        raise OSError("the disk is full")

    desk.state.history.before_edit = full
    for _ in range(3):
        _select(desk, 2)
        QTest.keyClicks(desk.field, "x")
        with pytest.raises(OSError, match="full"):
            desk.labelling.commit()
        assert desk.grid == GRID
        assert desk.field.text().startswith("bx")  # what was typed is still there
    assert desk.state.history.stack.count() == 0
    desk.state.history.before_edit = None
    desk.labelling.commit()
    assert _labels(desk)[1] == "bxxx"
    desk.state.history.undo()
    assert desk.grid == GRID
