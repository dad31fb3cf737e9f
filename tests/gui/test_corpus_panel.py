"""The table of recordings: rows, filter, order; an edited cell goes into the user's table, alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from answering import choose_file
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot
from w2vpraat_gui.panels.corpus_panel import CorpusPanel
from w2vpraat_gui.state import AppState
from w2vpraat_gui.tables.corpus_model import (
    DURATION,
    FIXED,
    LABELLED,
    NAME,
    PROBLEMS,
    SPEAKER,
    STATUS,
    natural_key,
    told_duration,
)

from w2vpraat.corpus.corpus_row import CorpusRow
from w2vpraat.corpus.textgrid import edits, read_textgrid
from w2vpraat.resources import sample_corpus
from w2vpraat.session.session import new_session

ALICE, LIAM = "gb_f_alice", "us_m_liam"
TABLE = "speaker;sex;accent # by ear\r\ngb_f_alice;f;en-GB\r\nus_m_liam;m;en-US\r\n".encode("utf-8-sig")


@pytest.fixture
def panel(qtbot: QtBot, state: AppState) -> CorpusPanel:
    made = CorpusPanel(state)
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    return made


@pytest.fixture
def folder(corpus_folder: Path) -> Path:
    """Two recordings, a sound without TextGrid, a TextGrid that is none, a table of speakers."""
    shutil.copy(sample_corpus() / "us_f_sky.flac", corpus_folder / "lonely.flac")
    shutil.copy(sample_corpus() / "us_f_sky.flac", corpus_folder / "broken.flac")
    (corpus_folder / "broken.TextGrid").write_text("no grid", encoding="utf-8")
    (corpus_folder / "speakers.csv").write_bytes(TABLE)
    return corpus_folder


@pytest.fixture
def filled(qtbot: QtBot, state: AppState, panel: CorpusPanel, folder: Path) -> CorpusPanel:
    with qtbot.waitSignal(panel.feed.finished, timeout=10_000):
        state.open_session(new_session(folder).with_speakers(folder / "speakers.csv"))
    qtbot.waitUntil(lambda: bool(state.visible_recordings))
    return panel


def _index(panel: CorpusPanel, name: str, column: int) -> QModelIndex:
    return panel.proxy.mapFromSource(panel.model.index(panel.model.line_of(name), column))


def _text(panel: CorpusPanel, name: str, column: int) -> str:
    return str(panel.proxy.data(_index(panel, name, column)))


def _shown(panel: CorpusPanel) -> list[str]:
    return [panel.proxy.data(panel.proxy.index(row, NAME)) for row in range(panel.proxy.rowCount())]


def _click(qtbot: QtBot, panel: CorpusPanel, index: QModelIndex, *, double: bool = False) -> None:
    view = panel.table.viewport()
    place = panel.table.visualRect(index).center()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
    if double:
        qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=place)


def _type_into(qtbot: QtBot, panel: CorpusPanel, index: QModelIndex, text: str) -> None:
    """Edit a cell as a user does: F2, type over what is there, Enter."""
    panel.table.setFocus()
    panel.table.setCurrentIndex(index)
    qtbot.keyClick(panel.table, Qt.Key.Key_F2)
    editor = panel.table.viewport().findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def test_every_recording_has_a_row_with_what_is_wrong_and_what_to_do(filled: CorpusPanel) -> None:
    assert _shown(filled) == ["broken", ALICE, "lonely.flac", LIAM]
    assert _text(filled, ALICE, SPEAKER) == ALICE
    assert _text(filled, ALICE, DURATION) == "0:23.0"
    assert _text(filled, ALICE, PROBLEMS) == ""
    grid = read_textgrid(filled.model.rows[filled.model.place(filled.model.line_of(ALICE))].grid_path)
    chosen = filled.model.rows[filled.model.place(filled.model.line_of(ALICE))].chosen
    labelled = sum(bool(item.label.strip()) for n in chosen for item in grid.tier(n).items)
    assert _text(filled, ALICE, LABELLED) == str(labelled)
    assert _text(filled, "lonely.flac", PROBLEMS) == "no TextGrid"
    assert not filled.proxy.data(_index(filled, "broken", PROBLEMS), Qt.ItemDataRole.DecorationRole).isNull()
    assert filled.detail.isHidden()
    filled.table.setCurrentIndex(_index(filled, "lonely.flac", NAME))
    assert "→" in filled.detail.text()
    assert "TextGrid" in filled.detail.text()
    filled.table.setCurrentIndex(_index(filled, "broken", NAME))
    assert "broken.TextGrid" in filled.detail.text()
    assert filled.model.columns == ("sex", "accent # by ear")
    assert "3 recordings" in filled.summary.text()
    assert "1 without partner" in filled.summary.text()


def test_enter_and_a_double_click_open_a_recording(
    qtbot: QtBot, state: AppState, filled: CorpusPanel
) -> None:
    filled.table.setFocus()
    filled.table.setCurrentIndex(_index(filled, LIAM, NAME))
    with qtbot.waitSignal(state.current_changed):
        qtbot.keyClick(filled.table, Qt.Key.Key_Return)
    assert state.current is not None
    assert state.current.name == LIAM
    with qtbot.waitSignal(state.current_changed):
        _click(qtbot, filled, _index(filled, ALICE, NAME), double=True)
    assert state.current.name == ALICE
    font = filled.proxy.data(_index(filled, ALICE, NAME), Qt.ItemDataRole.FontRole)
    assert font.bold()
    assert filled.proxy.data(_index(filled, LIAM, NAME), Qt.ItemDataRole.FontRole) is None


def test_a_sound_without_textgrid_asks_for_a_new_one(
    qtbot: QtBot, state: AppState, filled: CorpusPanel
) -> None:
    filled.table.setFocus()
    filled.table.setCurrentIndex(_index(filled, "lonely.flac", NAME))
    with qtbot.waitSignal(filled.grid_wanted) as wanted:
        qtbot.keyClick(filled.table, Qt.Key.Key_Return)
    assert wanted.args[0].name == "lonely.flac"
    assert state.current is None
    assert "TextGrid" in filled.detail.text()


def test_unsaved_edits_carry_a_dot_until_they_are_saved(
    qtbot: QtBot, state: AppState, filled: CorpusPanel
) -> None:
    with qtbot.waitSignal(state.current_changed):
        state.open_recording(ALICE)
    document = state.current
    assert document is not None
    aloud = Qt.ItemDataRole.AccessibleTextRole
    assert filled.proxy.data(_index(filled, ALICE, STATUS), aloud) == "in the editor"
    state.history.edit(document, "Label", edits.set_label(document.grid, 2, 1, "ʘ"))
    assert filled.proxy.data(_index(filled, ALICE, STATUS), aloud) == "in the editor, not saved"
    QGuiApplication.clipboard().setText("label:ʘ")  # no key of the test has this letter
    qtbot.keyClick(filled.filter_line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    # What is on the screen is what is filtered.
    qtbot.waitUntil(lambda: _shown(filled) == [ALICE], timeout=5_000)
    state.history.undo()
    qtbot.waitUntil(lambda: _shown(filled) == [], timeout=5_000)
    assert filled.proxy.rowCount() == 0
    assert "Escape" in filled.empty.text()


def test_a_filter_is_typed_corrected_and_kept(qtbot: QtBot, state: AppState, filled: CorpusPanel) -> None:
    qtbot.keyClicks(filled.filter_line, "spaeker:us_m_liam")
    assert filled.error_label.isVisible()
    assert '"speaker"' in filled.error_label.text()
    assert len(_shown(filled)) == 4
    for _ in "spaeker:us_m_liam":
        qtbot.keyClick(filled.filter_line, Qt.Key.Key_Backspace)
    qtbot.keyClicks(filled.filter_line, "speaker:us_m_liam")
    assert not filled.error_label.isVisible()
    assert _shown(filled) == [LIAM]
    assert "us_m_liam" in filled.filter_line.toolTip()
    qtbot.waitUntil(lambda: state.visible_recordings == (LIAM,))
    assert state.session is not None
    qtbot.waitUntil(lambda: state.session.filter == "speaker:us_m_liam", timeout=3_000)
    qtbot.keyClick(filled.filter_line, Qt.Key.Key_Escape)
    assert len(_shown(filled)) == 4
    for text, expected in {
        "problem:partner": ["lonely.flac"],
        "sex:f": [ALICE],
        "duration:<1": [],
        "-problem:yes": [ALICE, LIAM],
    }.items():
        filled.filter_line.clear()
        qtbot.keyClicks(filled.filter_line, text)
        assert _shown(filled) == expected, text
    assert "sex" in filled.filter_help()


def test_next_and_previous_have_the_order_of_the_table_and_only_pairs(
    qtbot: QtBot, state: AppState, filled: CorpusPanel
) -> None:
    assert state.visible_recordings == ("broken", ALICE, LIAM)
    filled.table.sortByColumn(NAME, Qt.SortOrder.DescendingOrder)
    qtbot.waitUntil(lambda: state.visible_recordings == (LIAM, ALICE, "broken"))
    filled.table.sortByColumn(DURATION, Qt.SortOrder.DescendingOrder)
    lengths = [row.duration for row in filled.model.rows]
    assert [_text(filled, name, DURATION) for name in _shown(filled)] == [
        told_duration(seconds) for seconds in sorted((one for one in lengths if one), reverse=True)
    ]


def test_the_selected_row_stays_selected_when_the_order_changes(filled: CorpusPanel) -> None:
    filled.table.setCurrentIndex(_index(filled, LIAM, NAME))
    for order in (Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder):
        filled.table.sortByColumn(NAME, order)
        assert filled.proxy.data(filled.table.currentIndex()) == LIAM


def test_a_cell_is_edited_undone_and_saved_into_the_users_table(
    qtbot: QtBot, state: AppState, filled: CorpusPanel, folder: Path
) -> None:
    accent = FIXED + 1
    _type_into(qtbot, filled, _index(filled, LIAM, accent), "Boston")
    qtbot.waitUntil(lambda: _text(filled, LIAM, accent) == "Boston")
    assert (folder / "speakers.csv").read_bytes() == TABLE
    assert filled.unsaved.isVisible()
    assert "1 change" in filled.unsaved.text()
    assert filled.proxy.data(_index(filled, LIAM, accent), Qt.ItemDataRole.FontRole).bold()
    assert filled.proxy.data(_index(filled, ALICE, accent), Qt.ItemDataRole.FontRole) is None
    state.history.undo()
    qtbot.waitUntil(lambda: _text(filled, LIAM, accent) == "en-US")
    assert not filled.unsaved.isVisible()
    state.history.redo()
    qtbot.waitUntil(lambda: _text(filled, LIAM, accent) == "Boston")
    with qtbot.waitSignal(filled.metadata.saved, timeout=5_000):
        qtbot.mouseClick(filled.unsaved, Qt.MouseButton.LeftButton)
    assert (folder / "speakers.csv").read_bytes() == TABLE.replace(
        b"us_m_liam;m;en-US", b"us_m_liam;m;Boston"
    )
    assert (folder / "speakers.csv.bak").read_bytes() == TABLE
    qtbot.waitUntil(lambda: not filled.unsaved.isVisible())
    assert _text(filled, LIAM, accent) == "Boston"
    qtbot.waitUntil(lambda: filled.metadata._in_file(LIAM, "accent # by ear") == "Boston")
    state.history.undo()  # also after saving: as a change that is not saved
    qtbot.waitUntil(lambda: _text(filled, LIAM, accent) == "en-US")
    assert filled.unsaved.isVisible()


def test_a_double_click_on_metadata_edits_and_does_not_open(
    qtbot: QtBot, state: AppState, filled: CorpusPanel
) -> None:
    _click(qtbot, filled, _index(filled, ALICE, FIXED), double=True)
    assert filled.table.viewport().findChild(QLineEdit) is not None
    assert state.current is None
    assert not filled.proxy.flags(_index(filled, "lonely.flac", FIXED)) & Qt.ItemFlag.ItemIsEditable
    assert not filled.proxy.flags(_index(filled, ALICE, SPEAKER)) & Qt.ItemFlag.ItemIsEditable


def test_recordings_of_one_speaker_share_the_cell_and_undo_takes_both_back(
    qtbot: QtBot, state: AppState, panel: CorpusPanel, corpus_folder: Path
) -> None:
    for number in (1, 2):
        for suffix in (".flac", ".TextGrid"):
            shutil.copy(corpus_folder / f"{ALICE}{suffix}", corpus_folder / f"ann_{number}{suffix}")
    (corpus_folder / "speakers.csv").write_text("speaker,sex\nann,\n", encoding="utf-8")
    with qtbot.waitSignal(panel.feed.finished, timeout=10_000):
        state.open_session(new_session(corpus_folder).with_speakers(corpus_folder / "speakers.csv"))
    seen = lambda: [_text(panel, f"ann_{number}", FIXED) for number in (1, 2)]  # noqa: E731
    _type_into(qtbot, panel, _index(panel, "ann_1", FIXED), "f")
    qtbot.waitUntil(lambda: seen() == ["f", "f"])
    _type_into(qtbot, panel, _index(panel, "ann_2", FIXED), "m")
    qtbot.waitUntil(lambda: seen() == ["m", "m"])
    assert panel.metadata.n_unsaved == 1
    state.history.undo()
    qtbot.waitUntil(lambda: seen() == ["f", "f"])
    state.history.undo()
    qtbot.waitUntil(lambda: seen() == ["", ""])
    assert panel.metadata.n_unsaved == 0


def test_new_files_are_found_when_it_is_looked_again(
    qtbot: QtBot, state: AppState, filled: CorpusPanel, folder: Path
) -> None:
    for suffix in (".flac", ".TextGrid"):
        shutil.copy(folder / f"{ALICE}{suffix}", folder / f"zoe{suffix}")
    with qtbot.waitSignal(filled.feed.finished, timeout=10_000):
        qtbot.mouseClick(filled.again_button, Qt.MouseButton.LeftButton)
    assert "zoe" in _shown(filled)
    assert _text(filled, "zoe", DURATION) == "0:23.0"


def test_without_a_table_a_new_column_is_filled_and_a_new_table_written(
    qtbot: QtBot, state: AppState, panel: CorpusPanel, corpus_folder: Path
) -> None:
    with qtbot.waitSignal(panel.feed.finished, timeout=10_000):
        state.open_session(new_session(corpus_folder))
    panel.feed.add_column("dialect")
    _type_into(qtbot, panel, _index(panel, ALICE, FIXED), "Kent")
    qtbot.waitUntil(lambda: _text(panel, ALICE, FIXED) == "Kent")
    assert _text(panel, LIAM, FIXED) == ""
    answer = choose_file(str(corpus_folder / "people.csv"))
    with qtbot.waitSignal(panel.metadata.saved, timeout=5_000):
        qtbot.mouseClick(panel.unsaved, Qt.MouseButton.LeftButton)
    assert answer.seen
    assert (corpus_folder / "people.csv").read_text(encoding="utf-8") == "speaker,dialect\ngb_f_alice,Kent\n"
    assert state.session is not None
    assert state.session.speakers == corpus_folder / "people.csv"
    assert state.session.settings.metadata == ()


def test_a_table_that_cant_be_read_is_told_and_the_rows_stay(
    qtbot: QtBot, state: AppState, panel: CorpusPanel, corpus_folder: Path
) -> None:
    (corpus_folder / "odd.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with qtbot.waitSignal(panel.feed.finished, timeout=10_000):
        state.open_session(new_session(corpus_folder).with_speakers(corpus_folder / "odd.csv"))
    assert "odd.csv" in state.notices.shown[0].title
    assert len(_shown(panel)) == 2
    assert _text(panel, ALICE, DURATION)


def test_another_tier_is_counted_and_tags_can_be_filtered(
    qtbot: QtBot, state: AppState, filled: CorpusPanel
) -> None:
    before = _text(filled, ALICE, LABELLED)
    assert state.session is not None
    with qtbot.waitSignal(filled.feed.finished, timeout=10_000):
        state.set_session(state.session.with_options("tokens", tier="words"))
    assert _text(filled, ALICE, LABELLED) != before
    assert state.session is not None
    from dataclasses import replace

    from w2vpraat.session.choices import ReviewMark

    marked = replace(state.session, review={f"{LIAM}#1.3": ReviewMark(star=True)})
    state.set_session(marked)
    qtbot.keyClicks(filled.filter_line, "tag:star")
    assert _shown(filled) == [LIAM]


def test_the_menu_of_a_row_copies_its_name(qtbot: QtBot, filled: CorpusPanel) -> None:
    index = _index(filled, LIAM, NAME)
    menu = filled.row_menu(index, filled.model.rows[filled.proxy.place(index)])
    texts = [action.text() for action in menu.actions()]
    assert texts == ["Open", "Show in file manager", "Copy name"]
    menu.actions()[2].trigger()
    assert QGuiApplication.clipboard().text() == LIAM
    menu.close()


def test_before_anything_is_open_the_panel_says_what_to_do(panel: CorpusPanel) -> None:
    assert panel.stack.currentWidget() is panel.empty
    assert "Open a folder" in panel.empty.text()


def test_names_sort_by_their_numbers_and_lengths_read_well() -> None:
    assert sorted(["rec10", "rec2", "Rec1", "rec2b"], key=natural_key) == ["Rec1", "rec2", "rec2b", "rec10"]
    assert [told_duration(one) for one in (0, 59.96, 62.34, 3600, 36061.5)] == [
        "0:00.0",
        "1:00.0",
        "1:02.3",
        "1:00:00",
        "10:01:01",
    ]


def test_rows_of_two_speakers_are_not_edited_in_place(filled: CorpusPanel) -> None:
    place = filled.model.place(filled.model.line_of(ALICE))
    row = filled.model.rows[place]
    filled.model.put_rows([(place, CorpusRow(row.name, row.file_name, speakers=("a", "b")))])
    assert not filled.proxy.flags(_index(filled, ALICE, FIXED)) & Qt.ItemFlag.ItemIsEditable
