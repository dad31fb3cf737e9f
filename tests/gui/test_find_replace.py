"""Find and replace: in the tier, the file, and all files, with a look before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_desk import END, CommandDesk, tier
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from w2vpraat_gui.dialogs.find_replace import ALL_TIERS, FILES, FILES_TIER, THIS_TIER, FindReplaceDialog
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState

from w2vpraat.corpus.textgrid import Point, PointTier, TextGrid, edits, read_textgrid, write_textgrid

GRID = TextGrid(
    0.0,
    END,
    (
        tier("phones", (0.5, "ab"), (1.0, "\\ae"), (1.5, "aba"), (2.0, "AB"), (END, "")),
        tier("words", (1.0, "abba"), (END, "")),
        PointTier("tones", 0.0, END, (Point(0.5, "H"), Point(1.2, "ab"))),
    ),
)


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, document: Document) -> CommandDesk:
    return CommandDesk(qtbot, state, document, GRID)


def _find(desk: CommandDesk, text: str, scope: str = THIS_TIER) -> FindReplaceDialog:
    desk.actions_["edit.find"].trigger()
    dialog = desk.commands.search.dialog
    desk.qtbot.waitUntil(dialog.find.hasFocus)
    dialog.set_scope(scope)
    dialog.find.setText(text)
    return dialog


def _label(desk: CommandDesk, number: int, item: int) -> str:
    return desk.grid.tiers[number - 1].items[item - 1].label


# Find


def test_find_and_find_again_go_through_the_selected_tier_and_round(desk: CommandDesk) -> None:
    desk.view.select(0.0, tier=1)
    desk.editor.label_field.setCursorPosition(0)
    dialog = _find(desk, "a")
    found = []
    QTest.keyClick(dialog.find, Qt.Key.Key_Return)
    for _ in range(4):
        field = desk.editor.label_field
        found.append((desk.selection[0], field.selectionStart(), field.selectedText()))
        desk.actions_["edit.find_again"].trigger()
    # "\ae" is æ: no a in it; "aba" has two.
    assert found == [(0.0, 0, "a"), (1.0, 0, "a"), (1.0, 2, "a"), (0.0, 0, "a")]
    assert "Went on at the start." in [text for text, _ in desk.readings]
    assert desk.acts == []


def test_find_backwards_in_all_tiers(desk: CommandDesk) -> None:
    desk.view.select(0.0, tier=2)
    desk.editor.label_field.setCursorPosition(0)
    dialog = _find(desk, "ab", ALL_TIERS)
    desk.qtbot.mouseClick(dialog.previous, Qt.MouseButton.LeftButton)
    assert desk.selection == (1.0, 1.5, 1)
    desk.qtbot.mouseClick(dialog.previous, Qt.MouseButton.LeftButton)
    assert desk.selection == (0.0, 0.5, 1)
    desk.qtbot.mouseClick(dialog.previous, Qt.MouseButton.LeftButton)
    assert desk.selection == (1.2, 1.2, 3)


def test_the_count_follows_what_is_typed(desk: CommandDesk) -> None:
    dialog = _find(desk, "ab")
    desk.qtbot.waitUntil(lambda: dialog.count.text() == "2 places")
    dialog.case.setChecked(False)
    desk.qtbot.waitUntil(lambda: dialog.count.text() == "3 places")
    dialog.whole.setChecked(True)
    desk.qtbot.waitUntil(lambda: dialog.count.text() == "2 places")
    dialog.set_scope(ALL_TIERS)
    desk.qtbot.waitUntil(lambda: dialog.count.text() == "3 places")
    dialog.find.setText("nowhere")
    desk.qtbot.waitUntil(lambda: dialog.count.text() == "not found")
    dialog.find.setText("")
    desk.qtbot.waitUntil(lambda: dialog.count.text() == "2 places")  # empty labels


def test_signs_find_codes_and_the_field_marks_the_sign(desk: CommandDesk) -> None:
    desk.view.select(0.0, tier=1)
    dialog = _find(desk, "æ")
    dialog.next.click()
    assert desk.selection == (0.5, 1.0, 1)
    assert desk.editor.label_field.selectedText() == "æ"


def test_what_is_wrong_is_said_in_the_dialog(desk: CommandDesk) -> None:
    dialog = _find(desk, "(")
    dialog.regex.setChecked(True)
    assert "not valid at character 1" in dialog.count.text()
    dialog.next.click()
    assert desk.notices == []
    dialog.find.setText("x")
    dialog.next.click()
    assert '"x" was not found' in dialog.count.text()
    dialog.find.setText("(a)b")
    dialog.replacement.setText(r"\2")
    dialog.all.click()
    desk.qtbot.waitUntil(lambda: "no group 2" in dialog.count.text())
    assert desk.acts == []


def test_selected_text_is_looked_for(desk: CommandDesk) -> None:
    desk.view.select(1.0, 1.5, tier=1)
    desk.editor.label_field.setSelection(1, 2)
    desk.press("Ctrl+F")
    assert desk.commands.search.dialog.find.text() == "ba"


def test_find_again_before_find_asks(desk: CommandDesk) -> None:
    desk.press("Ctrl+G")
    assert desk.commands.search.dialog.isVisible()


# Replace


def test_replace_one_after_the_other(desk: CommandDesk) -> None:
    desk.view.select(0.0, tier=1)
    desk.editor.label_field.setCursorPosition(0)
    dialog = _find(desk, "a")
    dialog.replacement.setText("aa")
    dialog.one.click()  # finds
    assert desk.grid == GRID
    dialog.one.click()
    assert _label(desk, 1, 1) == "aab"
    assert desk.selection[0] == 1.0
    dialog.one.click()
    assert _label(desk, 1, 3) == "aaba"
    assert desk.editor.label_field.selectionStart() == 3
    dialog.one.click()
    assert _label(desk, 1, 3) == "aabaa"
    assert desk.acts == ["Replace"] * 3


def test_replace_all_is_one_act(desk: CommandDesk) -> None:
    dialog = _find(desk, "(a)(b)", ALL_TIERS)
    dialog.regex.setChecked(True)
    dialog.replacement.setText(r"\2\1")
    dialog.all.click()
    desk.qtbot.waitUntil(lambda: bool(desk.acts))
    assert desk.acts == ["Replace all"]
    assert [_label(desk, 1, 1), _label(desk, 1, 3)] == ["ba", "baa"]
    assert _label(desk, 2, 1) == "baba"
    assert _label(desk, 3, 2) == "ba"
    assert _label(desk, 1, 2) == "\\ae"
    assert "4 places" in dialog.count.text()
    desk.actions_["edit.undo"].trigger()
    assert desk.grid == GRID


# Over files


@pytest.fixture
def files(qtbot: QtBot, state: AppState, document: Document, corpus_folder: Path) -> CommandDesk:
    grid = read_textgrid(document.grid_path)
    return CommandDesk(qtbot, state, document, grid, folder=corpus_folder)


def _look(desk: CommandDesk, text: str, replacement: str, scope: str = FILES) -> FindReplaceDialog:
    desk.press("Ctrl+H")
    dialog = desk.commands.search.dialog
    dialog.set_scope(scope)
    dialog.find.setText(text)
    dialog.replacement.setText(replacement)
    dialog.whole.setChecked(True)
    dialog.look.click()
    desk.ended()
    return dialog


def test_over_files_nothing_is_written_before_one_says_so(files: CommandDesk, corpus_folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in corpus_folder.iterdir()}
    dialog = _look(files, "heed", "HEED")
    rows = dialog.model.rowCount()
    assert rows >= 2
    shown = {dialog.model.data(dialog.model.index(row, 0)) for row in range(rows)}
    assert shown == {"gb_f_alice", "us_m_liam"}
    assert dialog.table.isVisible()
    assert f"{rows} labels in 2 files" in dialog.count.text()
    assert {path.name: path.read_bytes() for path in corpus_folder.iterdir()} == before
    assert files.acts == []


def test_closed_files_are_written_with_a_backup_and_open_ones_are_edited(
    files: CommandDesk, corpus_folder: Path
) -> None:
    alice, liam = (corpus_folder / f"{name}.TextGrid" for name in ("gb_f_alice", "us_m_liam"))
    raw_alice, raw_liam = alice.read_bytes(), liam.read_bytes()
    dialog = _look(files, "heed", "HEED")
    dialog.write.click()
    files.ended()
    # The closed file: only these labels differ, byte for byte; the old file is kept.
    assert liam.read_bytes() == raw_liam.replace(b'"heed"', b'"HEED"')
    assert liam.with_name("us_m_liam.TextGrid.bak").read_bytes() == raw_liam
    # The open one: an act, not saved yet.
    assert alice.read_bytes() == raw_alice
    assert files.acts == ["Replace in all files"]
    assert files.document.is_modified
    assert "HEED" in [item.label for item in files.grid.tier("words").items]
    assert "labels changed in 2 files" in files.notices[-1]
    assert ".bak" in files.notices[-1]
    files.actions_["edit.undo"].trigger()
    assert files.grid == read_textgrid(alice)


def test_lines_that_are_not_ticked_stay(files: CommandDesk, corpus_folder: Path) -> None:
    liam = corpus_folder / "us_m_liam.TextGrid"
    raw = liam.read_bytes()
    dialog = _look(files, "again", "AGAIN")
    names = [dialog.model.data(dialog.model.index(row, 0)) for row in range(dialog.model.rowCount())]
    rows = [row for row, name in enumerate(names) if name == "us_m_liam"]
    assert len(rows) > 2
    dialog.tick_none.click()
    assert not dialog.write.isEnabled()
    dialog.table.clearSelection()
    dialog.table.selectRow(rows[1])
    QTest.keyClick(dialog.table, Qt.Key.Key_Space)
    assert dialog.write.text() == "&Make 1 changes"
    dialog.write.click()
    files.ended()
    now = read_textgrid(liam)
    labels = [item.label for item in now.tier("words").items]
    assert labels.count("AGAIN") == 1
    assert labels.count("again") == len(rows) - 1
    assert len(liam.read_bytes()) == len(raw)
    assert files.acts == []


def test_a_label_that_was_changed_meanwhile_is_left_alone(files: CommandDesk, corpus_folder: Path) -> None:
    liam = corpus_folder / "us_m_liam.TextGrid"
    dialog = _look(files, "heed", "HEED")
    grid = read_textgrid(liam)
    number = next(n for n, item in enumerate(grid.tier("words").items, 1) if item.label == "heed")
    write_textgrid(edits.set_label(grid, "words", number, "other"))
    theirs = liam.read_bytes()
    dialog.write.click()
    files.ended()
    assert liam.read_bytes() == theirs
    assert "1 files were left as they are" in files.notices[-1]
    assert "us_m_liam" in files.notices[-1]


def test_tiers_by_name_and_files_without_them(files: CommandDesk, corpus_folder: Path) -> None:
    liam = corpus_folder / "us_m_liam.TextGrid"
    grid = read_textgrid(liam)
    write_textgrid(edits.rename_tier(grid, "words", "wrds"))
    files.view.tier = files.grid.tier_number("words")
    dialog = _look(files, "heed", "HEED", FILES_TIER)
    assert dialog.model.rowCount() >= 1
    names = {dialog.model.data(dialog.model.index(row, 0)) for row in range(dialog.model.rowCount())}
    assert names == {"gb_f_alice"}
    assert "us_m_liam" in dialog.skipped.text()


def test_without_a_corpus_files_can_not_be_searched(desk: CommandDesk) -> None:
    dialog = _look(desk, "ab", "x")
    assert "no corpus is open" in dialog.count.text()


# Check labels


def test_check_labels_goes_to_the_next_one_that_is_not_known(files: CommandDesk) -> None:
    session = files.state.session
    assert session is not None
    number = files.grid.tier_number("phones")
    files.view.select(0.0, tier=number)
    files.press("Ctrl+Alt+L")  # nobody said which labels are known: the tier's own tell
    assert "All labels" in files.readings[-1][0]
    assert "ipa" in files.readings[-1][0]
    files.state.set_session(session.with_options("tokens", label_map="ipa"))
    grid = edits.set_label(files.grid, number, 5, "%%")
    files.state.history.edit(files.document, "Edit label", edits.set_label(grid, number, 9, "%%"))
    for item in (5, 9, 5):  # and round
        files.press("Ctrl+Alt+L")
        assert files.view.selection_start == files.grid.tiers[number - 1].items[item - 1][0]
    assert '"%%" is not known to ipa; 2 labels' in files.readings[-1][0]


def test_check_labels_of_a_tier_that_nobody_knows(desk: CommandDesk) -> None:
    desk.document.grid = TextGrid(0.0, END, (tier("notes", (1.0, "a whole sentence."), (END, "Why?")),))
    desk.press("Ctrl+Alt+L")
    assert "choose a label map" in desk.notices[0]
