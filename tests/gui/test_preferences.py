"""Preferences: forms of the parameter groups, kept in the session as an act and as defaults for new ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from command_desk import CommandDesk
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QDialogButtonBox, QDoubleSpinBox, QLineEdit
from pytestqt.qtbot import QtBot
from w2vpraat_gui.dialogs.log_settings import LogSettings
from w2vpraat_gui.dialogs.preferences import Preferences
from w2vpraat_gui.document import Document
from w2vpraat_gui.languages import install_language, known_languages
from w2vpraat_gui.state import AppState
from w2vpraat_gui.theme import DARK, apply_theme, colours
from w2vpraat_gui.view_settings import SECTIONS, change_settings, defaults_file, setting

from w2vpraat.params import EditorParams, SpectrogramParams
from w2vpraat.params.editing import AlignParams, LogParams, SelectParams, WindowParams
from w2vpraat.session.session import new_session


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, document: Document, corpus_folder: Path) -> Iterator[CommandDesk]:
    yield CommandDesk(qtbot, state, document, document.grid, folder=corpus_folder)
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, "light")


@pytest.fixture
def dialog(desk: CommandDesk) -> Preferences:
    desk.press("Ctrl+Shift+P")
    found = desk.editor.findChild(Preferences)
    assert found is not None
    return found


def _field(dialog: Preferences, section: str, name: str, kind: type) -> object:
    form = dialog.forms[section]
    found = (form.form if isinstance(form, LogSettings) else form).fields[name]
    assert isinstance(found, kind)
    return found


def test_there_is_a_page_for_every_group(dialog: Preferences) -> None:
    assert set(dialog.forms) == set(SECTIONS)
    assert dialog.list.count() == dialog.stack.count() == len(SECTIONS)
    titles = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert len(set(titles)) == len(titles)
    assert not set(titles) & set(SECTIONS)  # every section has a title for people
    assert dialog.changed_groups() == ()
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Apply).isEnabled()


def test_changes_are_one_act_and_work_at_once(desk: CommandDesk, dialog: Preferences) -> None:
    _field(dialog, "editor", "keep_equal_once", QCheckBox).setChecked(True)
    _field(dialog, "select", "arrow_step", QDoubleSpinBox).setValue(0.2)
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    session = desk.state.session
    assert setting(session, EditorParams).keep_equal_once
    assert session.layout["editor"]["select"] == {"arrow_step": 0.2}
    assert desk.acts == ["Change preferences"]
    desk.view.select(1.0)
    desk.commands.selection.move(lambda *a: (a[0][0] + a[1], a[0][1] + a[1]), 1)
    assert desk.selection[:2] == (1.2, 1.2)
    desk.actions_["edit.undo"].trigger()
    assert setting(desk.state.session, SelectParams) == SelectParams()


def test_equal_labels_are_kept_once_if_the_settings_say_so(desk: CommandDesk) -> None:
    number = desk.grid.tier_number("words")
    tier = desk.grid.tiers[number - 1]
    from w2vpraat.corpus.textgrid import edits

    grid = edits.set_label(edits.set_label(desk.grid, number, 1, "x"), number, 2, "x")
    desk.state.history.edit(desk.document, "Edit label", grid)
    for once, label in ((False, "xx"), (True, "x")):
        params = replace(EditorParams(), keep_equal_once=once)
        change_settings(desk.state, "settings", params)
        desk.view.select(tier.items[1][0], tier=number)
        desk.press("Alt+Backspace")
        assert desk.grid.tiers[number - 1].items[0].label == label
        desk.press("Ctrl+Z")


def test_settings_are_defaults_of_new_sessions(
    desk: CommandDesk, dialog: Preferences, corpus_folder: Path
) -> None:
    _field(dialog, "spectrogram", "view_to", QDoubleSpinBox).setValue(8000.0)
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    assert defaults_file().is_file()
    with desk.qtbot.waitSignal(desk.state.corpus_changed):
        desk.state.open_session(new_session(corpus_folder))
    assert setting(desk.state.session, SpectrogramParams).view_to == 8000.0
    assert desk.state.session == desk.state.session_saved  # nothing to be saved has come of it
    assert desk.editor.sound.settings.spectrogram.view_to == 8000.0  # and the views know
    # A session with settings of its own keeps them.
    own = new_session(corpus_folder).with_layout({"editor": {"spectrogram": {"view_to": 3000.0}}})
    with desk.qtbot.waitSignal(desk.state.corpus_changed):
        desk.state.open_session(own)
    assert setting(desk.state.session, SpectrogramParams).view_to == 3000.0


def test_theme_changes_at_once(desk: CommandDesk, dialog: Preferences) -> None:
    choice = _field(dialog, "window", "theme", QComboBox)
    choice.setCurrentIndex(choice.findData("dark"))
    dialog.buttons.button(QDialogButtonBox.StandardButton.Apply).click()
    assert colours() == DARK
    assert setting(None, WindowParams).theme == "dark"
    assert dialog.isVisible()


def test_defaults_of_a_page(dialog: Preferences) -> None:
    dialog.show_page("editor")
    assert not dialog.defaults.isEnabled()
    box = _field(dialog, "editor", "show_formants", QCheckBox)
    box.setChecked(True)
    assert dialog.defaults.isEnabled()
    dialog.defaults.click()
    assert not box.isChecked()
    assert dialog.changed_groups() == ()


def test_a_line_of_the_log_that_is_not_valid_is_not_taken(desk: CommandDesk, dialog: Preferences) -> None:
    line = _field(dialog, "log", "log_1", QLineEdit)
    line.setText("'speed:2'")
    line.editingFinished.emit()
    form = dialog.forms["log"]
    assert "'speed:2'" in form.problem_text
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    assert dialog.isVisible()
    assert dialog.section == "log"
    line.setText("'time:2'")
    line.editingFinished.emit()
    assert form.problem_text == ""
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    assert setting(desk.state.session, LogParams).log_1 == "'time:2'"


def test_the_page_of_the_log_shows_what_was_written(desk: CommandDesk) -> None:
    desk.commands.queries.lines += ["one", "two"]
    desk.press("Ctrl+Shift+P")
    page = desk.editor.findChild(Preferences).forms["log"]
    assert page.lines.toPlainText() == "one\ntwo"


def test_languages_of_alignment_are_offered_while_typing(dialog: Preferences) -> None:
    field = _field(dialog, "align", "language", QLineEdit)
    field.completer().setCompletionPrefix("mandarin")
    assert field.completer().currentCompletion() == "Chinese (Mandarin)"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"editor": 3}', '{"editor": {"hit_zone": "wide"}}'])
def test_a_damaged_file_of_defaults_keeps_nobody_from_working(text: str) -> None:
    defaults_file().parent.mkdir(parents=True, exist_ok=True)
    defaults_file().write_text(text, encoding="utf-8")
    assert setting(None, EditorParams) == EditorParams()
    assert setting(None, AlignParams) == AlignParams()


def test_languages_of_the_window(qtbot: QtBot) -> None:
    application = QApplication.instance()
    assert known_languages()[0] == "en"
    assert install_language(application, "en") is None
    assert install_language(application, "xx") is None
