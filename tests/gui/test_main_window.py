"""The window joins its parts: what is done in one is seen in the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from w2vpraat_gui.arrangement import WORKSPACES
from w2vpraat_gui.document import Document
from w2vpraat_gui.main_window import MainWindow
from w2vpraat_gui.theme import DARK, LIGHT, colours
from w2vpraat_gui.view_commands import SHOWN
from w2vpraat_gui.view_settings import setting
from w2vpraat_gui.views.ceiling_button import CeilingButton

from w2vpraat.corpus.textgrid import edits, write_textgrid
from w2vpraat.errors import InputError
from w2vpraat.params import EditorParams
from w2vpraat.params.editing import WindowParams


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow()
    qtbot.addWidget(made)
    made.show()
    yield made
    assert made.state.jobs.close(20_000)
    # No question about unsaved edits when the window is closed after the test.
    for document in made.state.modified_documents():
        made.state.close_document(document)


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow, corpus_folder: Path) -> MainWindow:
    with qtbot.waitSignal(window.state.corpus_changed):
        assert window.files.open_paths([corpus_folder])
    return window


def _show(qtbot: QtBot, window: MainWindow, name: str = "gb_f_alice") -> Document:
    with qtbot.waitSignal(window.state.current_changed):
        window.state.open_recording(name)
    assert window.state.current is not None
    return window.state.current


def test_the_start_page_stands_alone_and_panels_come_with_a_corpus(
    qtbot: QtBot, window: MainWindow, corpus_folder: Path
) -> None:
    assert window.pages.currentWidget() is window.start
    assert not any(dock.isVisible() for dock in window.arrangement.docks.values())
    with qtbot.waitSignal(window.state.corpus_changed):
        window.files.open_paths([corpus_folder])
    assert window.pages.currentWidget() is window.editor
    shown = {name for name, dock in window.arrangement.docks.items() if not dock.isHidden()}
    assert shown == set(WORKSPACES["annotate"].docks)


def test_the_title_says_what_is_open_and_whether_it_is_saved(qtbot: QtBot, opened: MainWindow) -> None:
    document = _show(qtbot, opened)
    assert "gb_f_alice" in opened.windowTitle()
    assert not opened.isWindowModified()
    opened.state.history.edit(document, "Label", edits.set_label(document.grid, 1, 1, "x"))
    assert opened.isWindowModified()
    opened.actions_["file.save"].trigger()
    assert not opened.isWindowModified()


def test_the_place_comes_back_when_the_folder_is_opened_again(
    qtbot: QtBot, opened: MainWindow, corpus_folder: Path
) -> None:
    document = _show(qtbot, opened, "us_m_liam")
    document.view.show_range(1.0, 2.5)
    document.view.select(1.25, 1.5, tier=2)
    opened.arrangement.show("jobs")
    opened.arrangement.docks["corpus"].hide()
    with qtbot.waitSignal(opened.state.current_changed, check_params_cb=lambda one: one is not None):
        opened.files.open_paths([corpus_folder])
    again = opened.state.current
    assert again is not None
    assert again.name == "us_m_liam"
    assert (again.view.start, again.view.end) == (1.0, 2.5)
    assert (again.view.selection_start, again.view.selection_end, again.view.tier) == (1.25, 1.5, 2)
    assert opened.arrangement.docks["corpus"].isHidden()


def test_switches_of_the_view_menu_are_settings_and_acts(qtbot: QtBot, opened: MainWindow) -> None:
    for name, field in SHOWN.items():
        before = getattr(setting(opened.state.session, EditorParams), field)
        assert opened.actions_[name].isChecked() == before
        opened.actions_[name].trigger()
        assert getattr(setting(opened.state.session, EditorParams), field) != before
        opened.state.history.undo()
        assert getattr(setting(opened.state.session, EditorParams), field) == before
        assert opened.actions_[name].isChecked() == before
        opened.state.history.redo()
        assert opened.actions_[name].isChecked() != before


def test_colours_change_at_once_and_are_remembered(qtbot: QtBot, opened: MainWindow) -> None:
    opened.actions_["view.theme_dark"].trigger()
    assert colours() is DARK
    assert setting(None, WindowParams).theme == "dark"
    opened.actions_["view.theme_light"].trigger()
    assert colours() is LIGHT


def test_ctrl_tab_goes_round_the_panes(qtbot: QtBot, opened: MainWindow) -> None:
    _show(qtbot, opened)
    opened.activateWindow()
    seen: list[str] = []
    for _ in range(8):
        opened.actions_["view.next_pane"].trigger()
        focus = QApplication.focusWidget()
        assert focus is not None
        docks = [name for name, dock in opened.arrangement.docks.items() if dock.isAncestorOf(focus)]
        seen.append(docks[0] if docks else "editor")
    assert {"editor", "corpus", "measure"} <= set(seen)
    assert all(first != other for first, other in pairwise(seen))


def test_the_report_holds_messages_and_versions(qtbot: QtBot, opened: MainWindow) -> None:
    opened.state.notices.warning("something is odd")
    opened.actions_["help.report"].trigger()
    text = QGuiApplication.clipboard().text()
    assert "something is odd" in text
    assert "Praat 6" in text


def test_a_ceiling_chosen_in_the_spectrogram_is_the_speakers_and_an_act(
    qtbot: QtBot, opened: MainWindow
) -> None:
    document = _show(qtbot, opened)
    document.view.select(1.0, tier=2)
    with qtbot.waitSignal(opened.state.session_changed):
        opened.editor.ceiling_wanted.emit(5123.0)
    assert opened.state.session is not None
    assert [(one.who, one.ceiling) for one in opened.state.session.settings.ceilings] == [
        ("gb_f_alice", 5123.0)
    ]
    opened.state.history.undo()
    assert opened.state.session.settings.ceilings == ()


def test_a_token_is_heard_where_it_is_and_the_editor_falls_silent(qtbot: QtBot, opened: MainWindow) -> None:
    document = _show(qtbot, opened)
    opened.player.play_all()
    shown = (document.view.start, document.view.end)
    with qtbot.waitSignal(opened.worlds.audition.started) as started:
        opened.tokens.play_wanted.emit("gb_f_alice#2.12")
    assert started.args == [("gb_f_alice#2.12",)]
    assert not opened.player.is_playing
    assert (document.view.start, document.view.end) == shown
    opened.player.play_all()
    assert not opened.worlds.audition.is_playing
    opened.player.stop()


def test_a_reading_is_shown_with_its_command(qtbot: QtBot, opened: MainWindow) -> None:
    document = _show(qtbot, opened)
    item = document.grid.interval_tier(2).interval(13)
    document.view.select(item.start, item.end, tier=2)
    document.view.show_range(item.start - 0.2, item.end + 0.2)
    opened.actions_["query.formant_1"].trigger()
    qtbot.waitUntil(lambda: "F1" in opened.reading.text(), timeout=15_000)
    assert "Burg" in opened.reading.toolTip() or "burg" in opened.reading.toolTip()


def test_wrong_results_are_a_notice_and_right_ones_are_shown(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path
) -> None:
    assert not opened.open_results(tmp_path)
    assert "tokens.csv" in opened.state.notices.shown[-1].title
    (tmp_path / "tokens.csv").write_text("id,label\na#2.1,iː\n", encoding="utf-8")
    assert opened.open_results(tmp_path)
    assert not opened.arrangement.docks["results"].isHidden()


def test_closing_ends_all_jobs(
    qtbot: QtBot, opened: MainWindow, open_document: Callable[..., Document]
) -> None:
    _show(qtbot, opened)
    opened.player.play_all()
    assert opened.player.is_playing
    opened.close()
    assert not opened.player.is_playing
    assert opened.state.jobs.wait(0)


def test_a_notice_does_not_take_the_keyboard(qtbot: QtBot, opened: MainWindow) -> None:
    _show(qtbot, opened)
    opened.activateWindow()
    qtbot.waitUntil(lambda: opened.editor.label_field.hasFocus())
    shown = {widget for widget in QApplication.topLevelWidgets() if widget.isVisible()}
    opened.state.notices.error(InputError("something is wrong", "mend it"))
    opened.state.notices.news("something was done")
    assert {widget for widget in QApplication.topLevelWidgets() if widget.isVisible()} == shown
    QApplication.processEvents()
    assert QApplication.activeWindow() is opened
    assert opened.editor.label_field.hasFocus()


def test_every_panel_can_be_brought_back_from_the_menu(qtbot: QtBot, opened: MainWindow) -> None:
    for dock in opened.arrangement.docks.values():
        dock.hide()
        dock.toggleViewAction().trigger()
        assert not dock.isHidden()
    assert opened.minimumSizeHint().width() <= 1280
    assert opened.minimumSizeHint().height() <= 800
    assert opened.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_the_ceiling_and_the_icons_take_the_colours_of_another_theme(
    qtbot: QtBot, opened: MainWindow
) -> None:
    _show(qtbot, opened).view.show_range(1.0, 2.0)
    opened.actions_["view.formants"].setChecked(True)
    button = opened.editor.sound.findChild(CeilingButton)
    assert button is not None
    qtbot.waitUntil(lambda: bool(button.text()), timeout=10_000)
    opened.actions_["view.theme_dark"].trigger()
    assert DARK.paper in button.styleSheet()
    dark = opened.corpus.again_button.icon().pixmap(24).toImage()
    opened.actions_["view.theme_light"].trigger()
    assert LIGHT.paper in button.styleSheet()
    assert opened.corpus.again_button.icon().pixmap(24).toImage() != dark


def test_a_disagreement_stays_selected_when_the_keys_are_held(
    qtbot: QtBot, opened: MainWindow, corpus_folder: Path, tmp_path: Path
) -> None:
    document = _show(qtbot, opened)
    other = edits.set_label(document.grid, 2, 12, "q")
    path = tmp_path / "second.TextGrid"
    write_textgrid(other, path)
    with qtbot.waitSignal(opened.second.source.compared_changed, timeout=10_000):
        opened.second.open_second(path)
    qtbot.waitUntil(lambda: opened.annotators.model.rowCount() == 1, timeout=10_000)
    assert not opened.arrangement.docks["annotators"].isHidden()
    opened.editor.setFocus()
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    for _ in range(2):
        qtbot.keyClick(opened.editor, Qt.Key.Key_D, keys)
        rows = opened.annotators.table.selectionModel().selectedRows()
        assert [index.row() for index in rows] == [0]


class Shown(QObject):
    """Writes down every widget that is shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look, and let the event go on."""
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.windows.append(f"{type(watched).__name__} {watched.objectName()}")
        return False


def test_no_part_flashes_as_a_window_of_its_own(
    qtbot: QtBot, qapp: QApplication, corpus_folder: Path, tmp_path: Path
) -> None:
    # A widget that is shown before it has a parent is a window for a moment, and takes the keyboard with it.
    seen = Shown()
    qapp.installEventFilter(seen)
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    with qtbot.waitSignal(window.state.corpus_changed):
        window.files.open_paths([corpus_folder])
    document = _show(qtbot, window)
    write_textgrid(edits.set_label(document.grid, 2, 12, "q"), tmp_path / "second.TextGrid")
    window.second.open_second(tmp_path / "second.TextGrid")
    qtbot.waitUntil(lambda: window.annotators.model.rowCount() == 1, timeout=10_000)
    window.state.notices.error(InputError("something is wrong", "mend it"))
    job = window.state.jobs.start("work", "Work", lambda: iter([1]))
    with qtbot.waitSignal(job.ended):
        pass
    qapp.removeEventFilter(seen)
    assert window.state.jobs.close(20_000)
    assert seen.windows == ["MainWindow "]
