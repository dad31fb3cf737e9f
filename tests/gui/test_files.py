"""Opening, saving and closing touch the files that they should, and ask before anything is lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from answering import bare_window, choose_file, press
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot
from w2vpraat_gui.actions import Actions
from w2vpraat_gui.dialogs.disk_change_dialog import DiskChangeDialog
from w2vpraat_gui.dialogs.unsaved_dialog import UnsavedDialog
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState
from w2vpraat_gui.storage.files import SAMPLE_NAME, Files
from w2vpraat_gui.storage.session_files import kept_path

from w2vpraat.corpus.textgrid import edits, read_textgrid
from w2vpraat.resources import sample_corpus
from w2vpraat.session.recent import recent_sessions
from w2vpraat.session.session import new_session
from w2vpraat.session.session_file import read_session

ALICE, LIAM = "gb_f_alice", "us_m_liam"


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    return bare_window(qtbot)


@pytest.fixture
def files(window: QMainWindow, state: AppState, tmp_path: Path) -> Files:
    return Files(state, Actions(window), window, tmp_path / "documents")


@pytest.fixture
def show(qtbot: QtBot, state: AppState) -> Callable[[str], Document]:
    def make(name: str) -> Document:
        with qtbot.waitSignal(state.current_changed):
            state.open_recording(name)
        assert state.current is not None
        return state.current

    return make


def _open(qtbot: QtBot, state: AppState, files: Files, *paths: Path) -> None:
    with qtbot.waitSignal(state.corpus_changed):
        assert files.open_paths(paths)


def _label(state: AppState, document: Document, text: str = "ə") -> None:
    state.history.edit(document, "Change label", edits.set_label(document.grid, 1, 1, text))
    assert document.is_modified


def _action(window: QMainWindow, name: str) -> None:
    window.findChild(Actions)[name].trigger()


def _drop(window: QMainWindow, *paths: Path) -> bool:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place, keys = QPointF(20, 20), Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place.toPoint(), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, keys)
    QApplication.sendEvent(window, enter)
    if not enter.isAccepted():
        return False
    drop = QDropEvent(place, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, keys)
    QApplication.sendEvent(window, drop)
    return drop.isAccepted()


def test_a_folder_that_is_dropped_on_the_window_is_opened(
    qtbot: QtBot, state: AppState, files: Files, window: QMainWindow, corpus_folder: Path
) -> None:
    with qtbot.waitSignal(state.corpus_changed):
        assert _drop(window, corpus_folder)
    assert state.corpus is not None
    assert [one.name for one in state.corpus.recordings] == [ALICE, LIAM]
    assert recent_sessions() == (corpus_folder,)


def test_a_sound_and_its_textgrid_are_dropped_together(
    qtbot: QtBot, state: AppState, files: Files, window: QMainWindow, corpus_folder: Path
) -> None:
    with qtbot.waitSignal(state.corpus_changed):
        assert _drop(window, corpus_folder / f"{ALICE}.TextGrid", corpus_folder / f"{ALICE}.flac")
    assert state.corpus is not None
    assert [one.name for one in state.corpus.recordings] == [ALICE]


def test_what_is_no_speech_is_refused_with_a_remedy(
    qtbot: QtBot, state: AppState, files: Files, window: QMainWindow, tmp_path: Path
) -> None:
    odd = tmp_path / "notes.docx"
    odd.write_text("x", encoding="utf-8")
    with qtbot.waitSignal(state.notices.added):
        assert _drop(window, odd)
    assert "notes.docx" in state.notices.shown[0].title
    assert "WAV" in state.notices.shown[0].remedy
    assert state.session is None
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.wav")])
    place = QPointF(20, 20).toPoint()
    far = QDragEnterEvent(
        place, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window, far)
    assert not far.isAccepted()


def test_a_folder_of_results_is_handed_on(
    qtbot: QtBot, state: AppState, files: Files, tmp_path: Path
) -> None:
    (tmp_path / "tokens.csv").write_text("id\n", encoding="utf-8")
    with qtbot.waitSignal(files.results_wanted) as found:
        files.open_paths([tmp_path])
    assert found.args == [tmp_path]
    assert state.session is None


def test_saving_changes_the_label_in_the_file_and_nothing_else(
    qtbot: QtBot,
    state: AppState,
    files: Files,
    window: QMainWindow,
    corpus_folder: Path,
    show: Callable[[str], Document],
) -> None:
    path = corpus_folder / f"{ALICE}.TextGrid"
    before = path.read_bytes()
    _open(qtbot, state, files, corpus_folder)
    document = show(ALICE)
    _label(state, document, "qqq")
    assert path.read_bytes() == before
    _action(window, "file.save")
    first = document.grid.tier(1).items[0].label
    assert first == "qqq"
    old, new = before.split(b"\n"), path.read_bytes().split(b"\n")
    assert len(old) == len(new)
    assert [line.strip() for line, was in zip(new, old, strict=True) if line != was] == [b'text = "qqq"']
    assert (corpus_folder / f"{ALICE}.TextGrid.bak").read_bytes() == before
    assert not document.is_modified


def test_saving_all_writes_every_file_that_has_edits(
    qtbot: QtBot,
    state: AppState,
    files: Files,
    window: QMainWindow,
    corpus_folder: Path,
    show: Callable[[str], Document],
) -> None:
    _open(qtbot, state, files, corpus_folder)
    for name in (ALICE, LIAM):
        _label(state, show(name), f"x {name}")
    _action(window, "file.save_all")
    for name in (ALICE, LIAM):
        assert read_textgrid(corpus_folder / f"{name}.TextGrid").tier(1).items[0].label == f"x {name}"
    assert not state.modified_documents()


def test_save_as_leaves_the_old_file_alone(
    qtbot: QtBot,
    state: AppState,
    files: Files,
    window: QMainWindow,
    corpus_folder: Path,
    show: Callable[[str], Document],
) -> None:
    path = corpus_folder / f"{ALICE}.TextGrid"
    before = path.read_bytes()
    _open(qtbot, state, files, corpus_folder)
    document = show(ALICE)
    _label(state, document)
    answer = choose_file(str(corpus_folder / "mine"))
    _action(window, "file.save_as")
    assert answer.seen
    assert path.read_bytes() == before
    assert document.grid_path == corpus_folder / "mine.TextGrid"
    assert read_textgrid(document.grid_path) == document.grid


def test_save_as_refuses_the_file_of_another_open_recording(
    qtbot: QtBot,
    state: AppState,
    files: Files,
    window: QMainWindow,
    corpus_folder: Path,
    show: Callable[[str], Document],
) -> None:
    _open(qtbot, state, files, corpus_folder)
    other = show(LIAM).grid_path
    before = other.read_bytes()
    show(ALICE)
    link = corpus_folder / "link"
    link.symlink_to(corpus_folder)
    assert state.current is not None
    assert not files.save_to(state.current, link / other.name)  # by another way to the same file
    assert other.read_bytes() == before
    assert LIAM in state.notices.shown[-1].title


def test_a_file_that_cant_be_written_stays_and_the_remedy_is_told(
    qtbot: QtBot,
    state: AppState,
    files: Files,
    window: QMainWindow,
    corpus_folder: Path,
    show: Callable,
) -> None:
    _open(qtbot, state, files, corpus_folder)
    document = show(ALICE)
    _label(state, document)
    # A folder in place of the backup stops the write for every user, root too.
    path = document.grid_path
    before = path.read_bytes()
    (corpus_folder / f"{path.name}.bak").mkdir()
    _action(window, "file.save")
    assert document.is_modified
    assert path.read_bytes() == before
    notice = state.notices.shown[-1]
    assert notice.level == "error"
    assert path.name in notice.title
    assert notice.remedy


def test_closing_a_recording_asks_and_does_what_is_answered(
    qtbot: QtBot,
    state: AppState,
    files: Files,
    window: QMainWindow,
    corpus_folder: Path,
    show: Callable[[str], Document],
) -> None:
    path = corpus_folder / f"{ALICE}.TextGrid"
    before = path.read_bytes()
    _open(qtbot, state, files, corpus_folder)
    document = show(ALICE)
    _label(state, document)
    answer = press("", UnsavedDialog)
    _action(window, "file.close")
    assert ALICE in answer.seen[0]
    assert state.current is document
    assert document.is_modified
    press_drop = press("drop", UnsavedDialog)
    _action(window, "file.close")
    assert press_drop.seen
    assert state.current is None
    assert path.read_bytes() == before
    state.history.undo()  # "Don't save" was an act
    assert state.current is document
    assert document.is_modified
    press_save = press("save", UnsavedDialog)
    _action(window, "file.close")
    assert press_save.seen
    assert state.current is None
    assert read_textgrid(path).tier(1).items[0].label == "ə"


def test_closing_the_window_asks_and_stays_on_cancel(
    qtbot: QtBot,
    state: AppState,
    files: Files,
    window: QMainWindow,
    corpus_folder: Path,
    show: Callable[[str], Document],
) -> None:
    _open(qtbot, state, files, corpus_folder)
    _label(state, show(ALICE))
    cancel = press("cancel", UnsavedDialog)
    _action(window, "file.quit")
    assert cancel.seen
    assert window.isVisible()
    assert state.modified_documents()
    drop = press("drop", UnsavedDialog)
    with qtbot.waitSignal(files.closing):
        window.close()
    assert drop.seen
    assert not window.isVisible()
    assert not state.modified_documents()
    assert not state.documents  # what was not wanted is closed, so nothing is written of it any more


def test_another_folder_is_not_opened_over_unsaved_edits(
    qtbot: QtBot,
    state: AppState,
    files: Files,
    corpus_folder: Path,
    tmp_path: Path,
    show: Callable[[str], Document],
) -> None:
    _open(qtbot, state, files, corpus_folder)
    _label(state, show(ALICE))
    session = state.session
    answer = press("cancel", UnsavedDialog)
    assert not files.open_paths([tmp_path])
    assert answer.seen
    assert state.session is session
    assert state.modified_documents()


def test_saving_over_what_another_program_wrote_is_asked_and_can_be_declined(
    qtbot: QtBot,
    state: AppState,
    files: Files,
    window: QMainWindow,
    corpus_folder: Path,
    show: Callable[[str], Document],
) -> None:
    _open(qtbot, state, files, corpus_folder)
    document = show(ALICE)
    _label(state, document, "mine")
    theirs = read_textgrid(document.grid_path)
    raw = document.grid_path.read_bytes().replace(b'"words"', b'"Words"')
    document.grid_path.write_bytes(raw)
    later = press("", DiskChangeDialog)
    _action(window, "file.save")
    assert later.seen
    assert document.grid_path.read_bytes() == raw
    assert document.is_modified
    keep = press("mine", DiskChangeDialog)
    _action(window, "file.save")
    assert keep.seen
    saved = read_textgrid(document.grid_path)
    assert saved.tier(1).items[0].label == "mine"
    assert [tier.name for tier in saved.tiers] == [tier.name for tier in theirs.tiers]
    assert (corpus_folder / f"{ALICE}.TextGrid.bak").read_bytes() == raw


def test_the_sample_is_copied_once_and_edits_of_it_stay(
    qtbot: QtBot, state: AppState, files: Files, window: QMainWindow, tmp_path: Path
) -> None:
    copy = tmp_path / "documents" / SAMPLE_NAME
    with qtbot.waitSignal(state.corpus_changed, timeout=10_000):
        _action(window, "file.open_sample")
    assert state.corpus is not None
    assert len(state.corpus.recordings) == 20
    assert str(copy) in state.notices.shown[0].title
    assert {path.name for path in copy.iterdir()} == {path.name for path in sample_corpus().iterdir()}
    edited, gone = copy / f"{ALICE}.TextGrid", copy / f"{LIAM}.TextGrid"
    edited.write_bytes(edited.read_bytes() + b"\n")
    mine = edited.read_bytes()
    gone.unlink()
    with qtbot.waitSignal(state.corpus_changed, timeout=10_000):
        _action(window, "file.open_sample")
    assert edited.read_bytes() == mine
    assert gone.read_bytes() == (sample_corpus() / gone.name).read_bytes()
    assert state.session is not None
    assert state.session.settings.tokens.tier == "phones"
    assert state.session.speakers == copy / "speakers.csv"


def test_choices_about_a_folder_are_back_when_it_is_opened_again(
    qtbot: QtBot, state: AppState, files: Files, corpus_folder: Path
) -> None:
    _open(qtbot, state, files, corpus_folder)
    assert state.session is not None
    kept = kept_path(state.session)
    assert not kept.exists()
    state.set_session(state.session.with_filter("liam").with_options("tokens", tier="phones"))
    qtbot.waitUntil(kept.exists, timeout=5_000)
    _open(qtbot, state, files, corpus_folder / f"{ALICE}.TextGrid")
    assert state.session.filter == ""
    _open(qtbot, state, files, corpus_folder)
    assert state.session.filter == "liam"
    assert state.session.settings.tokens.tier == "phones"
    assert not list(corpus_folder.glob("*.w2vpraat"))


def test_damaged_choices_keep_nobody_from_the_folder(
    qtbot: QtBot, state: AppState, files: Files, corpus_folder: Path
) -> None:
    kept = kept_path(new_session(corpus_folder))
    kept.parent.mkdir(parents=True)
    kept.write_text("{", encoding="utf-8")
    _open(qtbot, state, files, corpus_folder)
    assert state.session is not None
    assert any("choices" in notice.title for notice in state.notices.shown)


def test_a_session_file_is_written_asked_for_and_opened(
    qtbot: QtBot, state: AppState, files: Files, window: QMainWindow, corpus_folder: Path
) -> None:
    _open(qtbot, state, files, corpus_folder)
    assert state.session is not None
    files.sessions.collect = lambda: state.set_session(state.session.with_layout({"width": 7}))
    name = choose_file(str(corpus_folder / "study"))
    _action(window, "file.save_session_as")
    assert name.seen
    path = corpus_folder / "study.w2vpraat"
    assert state.session_path == path
    assert json.loads(path.read_bytes())["corpus"] == ["."]
    assert read_session(path).layout == {"width": 7}
    assert recent_sessions()[0] == path
    state.set_session(state.session.with_filter("liam"))
    answer = press("save", UnsavedDialog)
    _open(qtbot, state, files, corpus_folder)
    assert "study.w2vpraat" in answer.seen[0]
    assert read_session(path).filter == "liam"
    _open(qtbot, state, files, path)
    assert state.session.filter == "liam"
    assert not files.sessions.has_changes()


def test_a_session_that_another_program_has_changed_is_not_written_over_unasked(
    qtbot: QtBot, state: AppState, files: Files, window: QMainWindow, corpus_folder: Path
) -> None:
    _open(qtbot, state, files, corpus_folder)
    name = choose_file(str(corpus_folder / "study.w2vpraat"))
    _action(window, "file.save_session_as")
    assert name.seen
    path = corpus_folder / "study.w2vpraat"
    theirs = path.read_bytes() + b"\n"
    path.write_bytes(theirs)
    assert state.session is not None
    state.set_session(state.session.with_filter("liam"))
    no = press("")
    _action(window, "file.save_session")
    assert no.seen
    assert path.read_bytes() == theirs
    yes = press("save")
    _action(window, "file.save_session")
    assert yes.seen
    assert read_session(path).filter == "liam"


def test_a_table_of_speakers_in_the_folder_is_taken_and_told(
    qtbot: QtBot, state: AppState, files: Files, corpus_folder: Path
) -> None:
    shutil.copy(sample_corpus() / "speakers.csv", corpus_folder)
    _open(qtbot, state, files, corpus_folder)
    assert state.session is not None
    assert state.session.speakers == corpus_folder / "speakers.csv"
    assert "speakers.csv" in state.notices.shown[0].title


def test_next_and_previous_follow_what_is_visible(
    qtbot: QtBot, state: AppState, files: Files, window: QMainWindow, corpus_folder: Path
) -> None:
    _open(qtbot, state, files, corpus_folder)
    state.visible_recordings = (LIAM, ALICE)
    for name in ("view.next_recording", "view.next_recording"):
        with qtbot.waitSignal(state.current_changed):
            _action(window, name)
    assert state.current is not None
    assert state.current.name == ALICE
    _action(window, "view.next_recording")  # the last one: stays
    with qtbot.waitSignal(state.current_changed):
        qtbot.keyClick(
            window.centralWidget(),
            Qt.Key.Key_P,
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier,
        )
    assert state.current.name == LIAM


def test_what_needs_a_recording_is_off_without_one(
    qtbot: QtBot,
    state: AppState,
    files: Files,
    window: QMainWindow,
    corpus_folder: Path,
    show: Callable[[str], Document],
) -> None:
    actions = window.findChild(Actions)
    assert not actions["file.save"].isEnabled()
    assert not actions["file.save_session"].isEnabled()
    assert actions["file.open_folder"].isEnabled()
    _open(qtbot, state, files, corpus_folder)
    assert actions["file.save_session"].isEnabled()
    assert not actions["file.save"].isEnabled()
    show(ALICE)
    assert actions["file.save"].isEnabled()
