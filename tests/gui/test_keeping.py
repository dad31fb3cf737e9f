"""The journal holds what is unsaved and nothing else; changes by other programs are noticed, not lost."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from answering import bare_window, press
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot
from w2vpraat_gui.actions import Actions
from w2vpraat_gui.dialogs.disk_change_dialog import DiskChangeDialog
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState
from w2vpraat_gui.storage.files import Files
from w2vpraat_gui.storage.keeping import Keeping

from w2vpraat.corpus.textgrid import edits, read_textgrid, write_textgrid
from w2vpraat.session.journal import journal_folder
from w2vpraat.session.leftovers import unfinished_journals

ALICE = "gb_f_alice"


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    return bare_window(qtbot)


@pytest.fixture
def files(window: QMainWindow, state: AppState) -> Files:
    return Files(state, Actions(window), window)


@pytest.fixture
def keeping(window: QMainWindow, state: AppState, files: Files) -> Keeping:
    return Keeping(state, files, window)


@pytest.fixture
def alice(qtbot: QtBot, state: AppState, files: Files, keeping: Keeping, corpus_folder: Path) -> Document:
    """An open recording, with a journal and a watch on its file."""
    with qtbot.waitSignal(state.corpus_changed):
        files.open_paths([corpus_folder])
    with qtbot.waitSignal(state.current_changed):
        state.open_recording(ALICE)
    assert state.current is not None
    return state.current


@pytest.fixture
def label(state: AppState, alice: Document) -> Callable[..., None]:
    def make(text: str, number: int = 1) -> None:
        state.history.edit(alice, f"Label {text}", edits.set_label(alice.grid, 2, number, text))

    return make


def _journals() -> list[Path]:
    return sorted(journal_folder().glob("*.journal"))


def _other_program(document: Document, text: str, number: int = 5) -> bytes:
    """Write the file as Praat would: the whole of it anew."""
    theirs = edits.set_label(read_textgrid(document.grid_path), 2, number, text)
    write_textgrid(theirs, form="short", overwrite_changed=True)
    return document.grid_path.read_bytes()


# Journal


def test_a_journal_begins_with_the_first_act_and_ends_with_saving(
    state: AppState, alice: Document, label: Callable[..., None]
) -> None:
    assert _journals() == []
    label("a")
    (first,) = _journals()
    assert b'"text":"Label a"' in first.read_bytes()
    label("b")
    assert first.read_bytes().count(b"\n") == 3
    assert state.save(alice)
    assert _journals() == []
    label("c")
    assert len(_journals()) == 1


def test_undo_is_written_too_and_closing_takes_the_journal_away(
    state: AppState, alice: Document, label: Callable[..., None]
) -> None:
    label("a")
    state.history.undo()
    assert _journals()[0].read_bytes().count(b"\n") == 3
    state.close_document(alice)
    assert _journals() == []


def test_agreeing_to_close_leaves_no_journal(
    state: AppState, files: Files, alice: Document, label: Callable[..., None]
) -> None:
    label("a")
    state.history.undo()
    assert not alice.is_modified
    assert files.may_close()
    assert _journals() == []


def test_a_journal_that_cant_be_written_is_told_and_work_goes_on(
    state: AppState, alice: Document, label: Callable[..., None]
) -> None:
    folder = journal_folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in the way", encoding="utf-8")
    label("a")
    assert alice.grid.tier(2).items[0].label == "a"
    assert "crash" in state.notices.shown[-1].title
    folder.unlink()
    label("b")
    (journal,) = _journals()
    assert b'"label":"a"' in journal.read_bytes() or b'"a"' in journal.read_bytes()
    assert b'"text":"Label b"' in journal.read_bytes()


def test_a_full_disk_costs_no_act_once_there_is_room_again(
    state: AppState, keeping: Keeping, alice: Document, label: Callable[..., None]
) -> None:
    label("a")
    (journal,) = _journals()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (journal.stat().st_size + 40, hard))
    try:
        label("b", 2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "crash" in state.notices.shown[-1].title
    assert alice.grid.tier(2).items[1].label == "b"
    label("c", 3)
    keeping._journals[ALICE]._file.close()  # the process ends
    (left,) = unfinished_journals()
    assert left.recover() == alice.grid


# Disk


def test_a_file_without_edits_is_read_again_at_once_and_undo_goes_back(
    qtbot: QtBot, state: AppState, alice: Document
) -> None:
    before = alice.grid
    raw = _other_program(alice, "theirs")
    qtbot.waitUntil(lambda: alice.grid.tier(2).items[4].label == "theirs", timeout=5_000)
    assert not alice.is_modified
    assert "read again" in state.notices.shown[-1].title
    state.history.undo()
    assert alice.grid == before
    assert alice.is_modified
    assert state.save(alice)  # on top of what the other program wrote, in its form
    assert read_textgrid(alice.grid_path) == before
    assert alice.grid_path.read_bytes().count(b"\n") == raw.count(b"\n")


def test_a_file_that_was_only_written_anew_makes_no_act(
    qtbot: QtBot, state: AppState, files: Files, alice: Document
) -> None:
    count = state.history.stack.count()
    with qtbot.waitSignal(files.disk.read_again, timeout=5_000):
        write_textgrid(read_textgrid(alice.grid_path), form="short", overwrite_changed=True)
    assert state.history.stack.count() == count
    assert alice.grid.source is not None
    assert alice.grid.source.raw == alice.grid_path.read_bytes()
    assert not state.notices.shown


@pytest.mark.parametrize("choice", ["mine", "theirs", "compare", ""])
def test_edits_are_kept_until_the_user_decides(
    qtbot: QtBot,
    state: AppState,
    files: Files,
    alice: Document,
    label: Callable[..., None],
    choice: str,
) -> None:
    label("mine")
    mine = alice.grid
    compared: list[object] = []
    files.disk.compare_wanted.connect(lambda document, grid: compared.append(grid))
    answer = press(choice, DiskChangeDialog)
    raw = _other_program(alice, "theirs")
    qtbot.waitUntil(lambda: bool(answer.seen), timeout=5_000)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    assert alice.grid_path.read_bytes() == raw
    if choice == "theirs":
        assert alice.grid == read_textgrid(alice.grid_path)
        assert not alice.is_modified
        assert _journals() == []
        state.history.undo()
    assert alice.grid == mine
    assert alice.is_modified
    if choice == "mine":
        assert state.save(alice)
        saved = read_textgrid(alice.grid_path)
        assert saved == mine
        assert saved.tier(2).items[4].label != "theirs"
        assert alice.grid_path.with_name(alice.grid_path.name + ".bak").read_bytes() == raw
    if choice in ("compare", ""):
        assert not state.save(alice)  # not decided: refused
        assert alice.grid_path.read_bytes() == raw
    assert compared == ([read_textgrid(alice.grid_path)] if choice == "compare" else [])


def test_a_file_that_is_deleted_is_told_and_saving_makes_it_again(
    qtbot: QtBot, state: AppState, alice: Document, label: Callable[..., None]
) -> None:
    _touch_and_wait(qtbot, state, alice)
    with qtbot.waitSignal(state.notices.added, timeout=5_000):
        alice.grid_path.unlink()
    assert "gone" in state.notices.shown[-1].title
    label("again")
    assert state.save(alice)
    assert read_textgrid(alice.grid_path).tier(2).items[0].label == "again"


def test_a_file_that_comes_back_later_is_read_again(qtbot: QtBot, state: AppState, alice: Document) -> None:
    raw = alice.grid_path.read_bytes()
    _touch_and_wait(qtbot, state, alice)
    with qtbot.waitSignal(state.notices.added, timeout=5_000):
        alice.grid_path.unlink()
    alice.grid_path.write_bytes(raw.replace(b'"words"', b'"Words"'))
    qtbot.waitUntil(lambda: alice.grid.tier(1).name == "Words", timeout=5_000)


def test_a_file_that_another_program_broke_is_told_and_nothing_is_lost(
    qtbot: QtBot, state: AppState, alice: Document
) -> None:
    before = alice.grid
    with qtbot.waitSignal(state.notices.added, timeout=5_000):
        alice.grid_path.write_text("half a fi", encoding="utf-8")
    assert state.notices.shown[-1].level == "error"
    assert alice.grid == before


def test_entering_the_window_looks_where_the_system_does_not_tell(
    qtbot: QtBot, state: AppState, files: Files, window: QMainWindow, alice: Document
) -> None:
    files.disk._watcher.removePaths([*files.disk._watcher.files(), *files.disk._watcher.directories()])
    _other_program(alice, "theirs")
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowActivate))
    qtbot.waitUntil(lambda: alice.grid.tier(2).items[4].label == "theirs", timeout=5_000)


def test_saving_here_is_not_taken_for_another_program(
    qtbot: QtBot, state: AppState, alice: Document, label: Callable[..., None]
) -> None:
    label("mine")
    assert state.save(alice)
    count = state.history.stack.count()
    _touch_and_wait(qtbot, state, alice)
    assert state.history.stack.count() == count
    assert not state.notices.shown


def test_reading_again_drops_edits_as_an_act(
    qtbot: QtBot, state: AppState, files: Files, alice: Document, label: Callable[..., None]
) -> None:
    label("mine")
    mine = alice.grid
    with qtbot.waitSignal(state.notices.added, timeout=5_000):
        files.disk.look(alice, asked=True)
    assert alice.grid == read_textgrid(alice.grid_path)
    assert not alice.is_modified
    state.history.undo()
    assert alice.grid == mine
    assert alice.is_modified


def _touch_and_wait(qtbot: QtBot, state: AppState, document: Document) -> None:
    """Change the time of the file only, and wait until it was looked at."""
    with qtbot.waitSignal(
        state.jobs.removed, timeout=5_000, check_params_cb=lambda job: job.key == f"disk:{document.name}"
    ):
        os.utime(document.grid_path)
