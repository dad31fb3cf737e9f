"""The sheet of keys: search, keymaps, changing keys with conflicts shown before, saving, the docs page."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest
from command_desk import CommandDesk
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from w2vpraat_gui.action_table import ACTIONS, KEYMAPS
from w2vpraat_gui.actions import Actions, keys_file
from w2vpraat_gui.dialogs.shortcut_sheet import ShortcutSheet
from w2vpraat_gui.document import Document
from w2vpraat_gui.key_names import sheet_html, sheet_text, shown_keys
from w2vpraat_gui.state import AppState

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def sheet(qtbot: QtBot) -> ShortcutSheet:
    window = QWidget()
    qtbot.addWidget(window)
    made = ShortcutSheet(Actions(window), window)
    made.show()
    return made


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_keys_page", ROOT / "tools" / "write_keys_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_the_docs_is_up_to_date() -> None:
    """`python tools/write_keys_page.py` writes it."""
    assert (ROOT / "docs" / "keys.md").read_text(encoding="utf-8") == _tool().keys_page()


def test_the_sheet_lists_every_command(sheet: ShortcutSheet) -> None:
    assert sheet.visible_commands() == [spec.id for spec in ACTIONS]


@pytest.mark.parametrize(
    ("text", "found", "not_found"),
    [
        ("zoom", "view.zoom_in", "boundary.add"),
        ("ctrl+i", "view.zoom_in", "view.zoom_out"),
        ("Ctrl I", "view.zoom_in", "view.zoom_out"),
        ("select interval", "select.next_interval", "view.all"),
        ("tier rename", "tier.rename", "tier.up"),
        ("f12", "query.log_1", "query.f0"),
    ],
)
def test_search_by_command_menu_and_keys(sheet: ShortcutSheet, text: str, found: str, not_found: str) -> None:
    QTest.keyClicks(sheet.search, text)
    assert found in sheet.visible_commands()
    assert not_found not in sheet.visible_commands()


@pytest.mark.parametrize(
    ("key", "held", "keys"),
    [
        (Qt.Key.Key_B, Qt.KeyboardModifier.AltModifier, "Alt+B"),
        (Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier, "Ctrl+Tab"),
        (Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier, "Shift+Tab"),
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier, "Esc"),
        (Qt.Key.Key_F1, Qt.KeyboardModifier.ControlModifier, "Ctrl+F1"),
    ],
)
def test_the_field_takes_any_keys(
    sheet: ShortcutSheet, key: Qt.Key, held: Qt.KeyboardModifier, keys: str
) -> None:
    sheet.choose("view.all")
    QTest.keyClick(sheet.field, Qt.Key.Key_Control)  # alone it is none yet
    assert not sheet.take.isEnabled()
    QTest.keyClick(sheet.field, key, held)
    assert sheet.field.keys == keys
    assert sheet.take.isEnabled()
    assert sheet.isVisible()


def test_a_conflict_is_shown_before_keys_are_taken(sheet: ShortcutSheet) -> None:
    actions = sheet.actions_
    sheet.choose("view.all")
    QTest.keyClick(sheet.field, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert 'These keys belong to "Zoom in"' in sheet.conflict.text()
    assert actions.keys("view.zoom_in") == ("Ctrl+I",)
    sheet.take.click()
    assert actions.keys("view.all") == ("Ctrl+I",)
    assert actions.keys("view.zoom_in") == ()
    QTest.keyClick(sheet.field, Qt.Key.Key_J, Qt.KeyboardModifier.AltModifier)
    assert "free" in sheet.conflict.text()
    sheet.add.click()
    assert actions.keys("view.all") == ("Ctrl+I", "Alt+J")


def test_changed_keys_are_kept_and_can_be_reset(qtbot: QtBot, sheet: ShortcutSheet) -> None:
    sheet.choose("view.all")
    QTest.keyClick(sheet.field, Qt.Key.Key_9, Qt.KeyboardModifier.AltModifier)
    sheet.take.click()
    sheet.choose("view.zoom_in")
    sheet.none.click()
    assert json.loads(keys_file().read_text(encoding="utf-8"))["changed"] == {
        "view.all": ["Alt+9"],
        "view.zoom_in": [],
    }
    window = QWidget()
    qtbot.addWidget(window)
    again = Actions(window)
    assert again.keys("view.all") == ("Alt+9",)
    assert again["view.zoom_in"].shortcuts() == []
    sheet.choose("view.all")
    assert sheet.reset.isEnabled()
    sheet.reset.click()
    assert sheet.actions_.keys("view.all") == ("Ctrl+A",)
    sheet.reset_all.click()
    assert sheet.actions_.keys("view.zoom_in") == ("Ctrl+I",)
    assert not sheet.reset_all.isEnabled()


def test_changed_keys_work_in_the_editor(qtbot: QtBot, state: AppState, document: Document) -> None:
    desk = CommandDesk(qtbot, state, document)
    desk.press("Ctrl+K")
    sheet = desk.editor.findChild(ShortcutSheet)
    sheet.choose("boundary.add")
    QTest.keyClick(sheet.field, Qt.Key.Key_F9, Qt.KeyboardModifier.NoModifier)
    sheet.take.click()
    sheet.close()
    desk.activateWindow()
    desk.editor.setFocus()
    desk.view.select(0.7, tier=1)
    desk.press("Return")
    assert desk.acts == []
    desk.press("F9")
    assert desk.acts == ["Add boundary"]


def test_keymaps_of_other_editors(sheet: ShortcutSheet) -> None:
    for name, keymap in KEYMAPS.items():
        sheet.keymap.setCurrentIndex(sheet.keymap.findData(name))
        assert sheet.actions_.keymap == name
        for command, keys in keymap.items():
            assert sheet.actions_.keys(command) == keys
            item = sheet._items[command]
            assert item.text(1) == shown_keys(keys)
    assert json.loads(keys_file().read_text(encoding="utf-8"))["keymap"] == list(KEYMAPS)[-1]


def test_sheet_as_page_and_text(sheet: ShortcutSheet, tmp_path: Path) -> None:
    keys = sheet.actions_.keys
    page, text = sheet_html(keys), sheet_text(keys)
    for spec in ACTIONS:
        if spec.keys:
            assert spec.text in text
            assert spec.text.replace("'", "&#x27;") in page
    assert "Ctrl+Alt+L" in text
    sheet.write(tmp_path / "keys.html", sheet_html)
    assert (tmp_path / "keys.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert "Saved" in sheet.conflict.text()
    (tmp_path / "file").write_text("x")
    sheet.write(tmp_path / "file" / "keys.html", sheet_html)
    assert "can't" in sheet.conflict.text()


def test_docs_name_every_key() -> None:
    page = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
    for spec in ACTIONS:
        for key in spec.keys:
            assert f"`{key}`" in page
