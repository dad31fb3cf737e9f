"""The state opens, shows and closes documents, and says so."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState

from w2vpraat.corpus.textgrid import edits, read_textgrid
from w2vpraat.session.session import new_session


def _open(qtbot: QtBot, state: AppState, folder: Path) -> None:
    with qtbot.waitSignal(state.corpus_changed):
        state.open_session(new_session(folder))


def _show(qtbot: QtBot, state: AppState, name: str) -> Document:
    with qtbot.waitSignal(state.current_changed):
        state.open_recording(name)
    assert state.current is not None
    return state.current


def test_a_folder_becomes_recordings_and_a_recording_a_document(
    qtbot: QtBot, state: AppState, corpus_folder: Path
) -> None:
    _open(qtbot, state, corpus_folder)
    assert state.corpus is not None
    assert [one.name for one in state.corpus.recordings] == ["gb_f_alice", "us_m_liam"]
    liam = _show(qtbot, state, "us_m_liam")
    assert liam.grid == read_textgrid(corpus_folder / "us_m_liam.TextGrid")
    assert liam.view.highest >= liam.info.duration
    state.open_recording("us_m_liam")
    assert state.current is liam


def test_a_folder_without_recordings_is_a_notice(qtbot: QtBot, state: AppState, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with qtbot.waitSignal(state.notices.added):
        state.open_session(new_session(empty))
    assert state.notices.shown[0].level == "error"
    assert "empty" in state.notices.shown[0].report


def test_a_broken_grid_is_a_notice_and_nothing_is_shown(
    qtbot: QtBot, state: AppState, corpus_folder: Path
) -> None:
    (corpus_folder / "us_m_liam.TextGrid").write_text("not a TextGrid", encoding="utf-8")
    _open(qtbot, state, corpus_folder)
    with qtbot.waitSignal(state.notices.added):
        state.open_recording("us_m_liam")
    assert "us_m_liam" in state.notices.shown[0].title
    assert state.current is None


def test_a_token_is_found_by_its_id(qtbot: QtBot, state: AppState, corpus_folder: Path) -> None:
    _open(qtbot, state, corpus_folder)
    with qtbot.waitSignal(state.token_shown):
        state.show_token("gb_f_alice#2.3")
    assert state.current is not None
    item = state.current.grid.interval_tier(2).interval(3)
    view = state.current.view
    assert (view.selection_start, view.selection_end, view.tier) == (item.start, item.end, 2)
    state.show_token("gb_f_alice#2.99999")
    assert "99999" in state.notices.shown[-1].title
    state.show_token("nonsense")
    assert "nonsense" in state.notices.shown[-1].title


def test_what_is_on_screen_is_what_the_corpus_holds(
    qtbot: QtBot, state: AppState, corpus_folder: Path
) -> None:
    _open(qtbot, state, corpus_folder)
    liam = _show(qtbot, state, "us_m_liam")
    state.history.edit(liam, "Label", edits.set_label(liam.grid, 1, 1, "edited"))
    corpus = state.corpus_on_screen
    assert corpus is not None
    assert corpus.grid(corpus.recording("us_m_liam")).tiers[0].items[0].label == "edited"
    assert corpus.grid(corpus.recording("gb_f_alice")) == read_textgrid(corpus_folder / "gb_f_alice.TextGrid")


def test_closing_takes_unsaved_edits_back_and_undo_brings_them_again(
    qtbot: QtBot, state: AppState, corpus_folder: Path
) -> None:
    _open(qtbot, state, corpus_folder)
    liam = _show(qtbot, state, "us_m_liam")
    edited = edits.set_label(liam.grid, 1, 1, "edited")
    state.history.edit(liam, "Label", edited)
    state.close_document(liam)
    assert state.current is None
    assert state.documents == {}
    assert liam.grid == liam.on_disk
    state.history.undo()
    assert state.current is liam
    assert liam.grid == edited
    assert state.documents == {"us_m_liam": liam}


def test_opening_again_goes_on_with_the_same_history_unless_the_file_is_another(
    qtbot: QtBot, state: AppState, corpus_folder: Path
) -> None:
    _open(qtbot, state, corpus_folder)
    liam = _show(qtbot, state, "us_m_liam")
    state.history.edit(liam, "Label", edits.set_label(liam.grid, 1, 1, "edited"))
    assert state.save(liam)
    state.close_document(liam)
    assert _show(qtbot, state, "us_m_liam") is liam
    assert state.history.stack.canUndo()
    state.close_document(liam)
    path = corpus_folder / "us_m_liam.TextGrid"
    path.write_bytes(path.read_bytes().replace(b"edited", b"theirs"))
    again = _show(qtbot, state, "us_m_liam")
    assert again is not liam
    assert again.grid.tiers[0].items[0].label == "theirs"
    assert not state.history.stack.canUndo()


def test_choices_of_the_session_are_acts(qtbot: QtBot, state: AppState, corpus_folder: Path) -> None:
    _open(qtbot, state, corpus_folder)
    assert state.session is not None
    before = state.session
    with qtbot.waitSignal(state.session_changed):
        state.update_session("Filter", filter="name:liam")
    assert state.session.filter == "name:liam"
    state.history.undo()
    assert state.session == before


def test_a_failed_save_is_a_notice(qtbot: QtBot, state: AppState, corpus_folder: Path) -> None:
    _open(qtbot, state, corpus_folder)
    liam = _show(qtbot, state, "us_m_liam")
    state.history.edit(liam, "Label", edits.set_label(liam.grid, 1, 1, "mine"))
    liam.grid_path.write_bytes(liam.grid_path.read_bytes() + b"\n")
    assert not state.save(liam)
    assert "Not saved" in state.notices.shown[-1].title
    assert liam.is_modified
