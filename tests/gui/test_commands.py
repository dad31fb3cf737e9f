"""All commands are bound; undo and redo name their acts; cut, copy and paste are those of the label."""

from __future__ import annotations

import pytest
from command_desk import GRID, CommandDesk
from pytestqt.qtbot import QtBot
from w2vpraat_gui.action_table import ACTIONS
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState

OTHERS = ("play.", "measure.", "file.", "second.", "help.", "view.spectrogram", "view.formants", "view.f0")
OTHERS += ("view.intensity", "view.frames", "view.settings", "view.next", "view.previous", "view.theme")
OTHERS += ("view.annotate", "view.both", "view.compare", "maps.", "compare.", "review.")
"""Bound elsewhere in the window."""


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, document: Document) -> CommandDesk:
    return CommandDesk(qtbot, state, document)


def _labels(desk: CommandDesk, number: int) -> list[str]:
    return [item.label for item in desk.grid.tiers[number - 1].items]


def test_every_command_of_the_editor_is_bound(desk: CommandDesk) -> None:
    """A command in the menus without a handler would do nothing and say nothing."""
    bound = {
        name
        for part in (
            desk.commands,
            desk.commands.boundaries,
            desk.commands.selection,
            desk.commands.tiers,
            desk.commands.queries,
            desk.commands.search,
        )
        for name in part.slots()
    }
    wanted = {spec.id for spec in ACTIONS if not spec.id.startswith(OTHERS)}
    assert bound == wanted


# Undo and redo


def test_undo_names_the_act(desk: CommandDesk) -> None:
    undo, redo = desk.actions_["edit.undo"], desk.actions_["edit.redo"]
    assert undo.text() == "Undo"
    desk.view.select(0.7, tier=1)
    desk.press("Return")
    assert undo.text() == "Undo Add boundary"
    desk.press("Ctrl+Z")
    assert (undo.text(), redo.text()) == ("Undo", "Redo Add boundary")
    desk.press("Ctrl+Y")
    assert undo.text() == "Undo Add boundary"


def test_undo_takes_typing_back_as_one_act(desk: CommandDesk) -> None:
    desk.view.select(0.5, 1.0, tier=1)
    desk.editor.edit_label()
    desk.qtbot.keyClicks(desk.editor.label_field, "xyz")
    desk.press("Ctrl+Z")
    assert desk.grid == GRID
    desk.press("Ctrl+Y")
    assert _labels(desk, 1)[1] == "xyz"


def test_cut_copy_and_paste_are_those_of_the_label(desk: CommandDesk) -> None:
    desk.view.select(1.0, 1.5, tier=1)
    field = desk.editor.label_field
    field.setSelection(0, 2)
    desk.press("Ctrl+X")
    assert field.text() == "d"
    field.setCursorPosition(1)
    desk.press("Ctrl+V")
    assert field.text() == "dhi"
    desk.editor.commit_label()
    assert _labels(desk, 1)[2] == "dhi"
    # From the menu, when something else has the keyboard.
    field.setSelection(0, 1)
    desk.actions_["edit.copy"].trigger()
    desk.actions_["edit.paste"].trigger()
    desk.editor.commit_label()
    assert _labels(desk, 1)[2] == "dhi"
