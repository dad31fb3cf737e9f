"""Tiers are added, copied, renamed, moved, removed and repaired; each is one act that undo takes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_desk import END, GRID, CommandDesk, tier
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from w2vpraat_gui.dialogs.repair_dialog import RepairDialog
from w2vpraat_gui.dialogs.tier_dialog import TierDialog
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState

from w2vpraat.corpus.problems import find_problems
from w2vpraat.corpus.textgrid import (
    Interval,
    IntervalTier,
    PointTier,
    TextGrid,
    read_textgrid,
    write_textgrid,
)


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, document: Document) -> CommandDesk:
    return CommandDesk(qtbot, state, document)


def _dialog(desk: CommandDesk, action: str) -> TierDialog:
    desk.actions_[action].trigger()
    return desk.editor.findChildren(TierDialog)[-1]


@pytest.mark.parametrize(
    ("action", "kind"), [("tier.add_interval", IntervalTier), ("tier.add_point", PointTier)]
)
def test_add_tier(desk: CommandDesk, action: str, kind: type) -> None:
    desk.view.select(0.7, tier=2)
    dialog = _dialog(desk, action)
    assert dialog.position is not None
    assert dialog.position.currentData() == 3
    dialog.name.setText("ˈstress")
    dialog.position.setCurrentIndex(0)
    dialog._on_accepted()
    assert desk.grid.tier_names == ("ˈstress", "phones", "words", "tones")
    assert isinstance(desk.grid.tiers[0], kind)
    assert desk.view.tier == 1
    assert desk.acts == ["Add tier"]
    desk.press("Ctrl+Z")
    assert desk.grid == GRID
    assert desk.view.tier == 2


def test_duplicate_tier_offers_a_free_name(desk: CommandDesk) -> None:
    desk.view.select(0.7, tier=1)
    dialog = _dialog(desk, "tier.duplicate")
    assert dialog.name.text() == "phones 2"
    dialog._on_accepted()
    assert desk.grid.tier_names == ("phones", "phones 2", "words", "tones")
    assert desk.grid.tiers[1].items == GRID.tiers[0].items
    assert desk.acts == ["Duplicate tier"]


def test_rename_tier_hints_at_names_that_are_taken(desk: CommandDesk) -> None:
    desk.view.select(0.7, tier=2)
    dialog = _dialog(desk, "tier.rename")
    assert dialog.position is None
    assert dialog.hint.text() == ""
    dialog.name.setText("phones")
    assert '"phones 2" is free' in dialog.hint.text()
    dialog.name.setText("Phones")
    assert "capitals" in dialog.hint.text()
    dialog.name.setText("")
    assert "without a name" in dialog.hint.text()
    dialog.name.setText("phones")  # allowed all the same
    dialog._on_accepted()
    assert desk.grid.tier_names == ("phones", "phones", "tones")
    assert desk.acts == ["Rename tier"]


def test_move_and_remove(desk: CommandDesk) -> None:
    desk.view.select(0.7, tier=1)
    desk.press("Ctrl+Shift+Down")
    assert desk.grid.tier_names == ("words", "phones", "tones")
    assert desk.view.tier == 2
    desk.press("Ctrl+Shift+Up")
    assert desk.grid.tier_names == ("phones", "words", "tones")
    desk.view.tier = 3
    desk.actions_["tier.remove"].trigger()
    assert desk.grid.tier_names == ("phones", "words")
    assert desk.view.tier == 2
    assert "Undo brings it back" in desk.notices[0]
    for _ in range(3):
        desk.press("Ctrl+Z")
    assert desk.grid == GRID


def test_the_last_tier_can_be_removed_and_a_first_one_added(desk: CommandDesk) -> None:
    for _ in range(3):
        desk.actions_["tier.remove"].trigger()
    assert len(desk.grid) == 0
    dialog = _dialog(desk, "tier.add_point")
    dialog._on_accepted()
    assert desk.grid.tier_names == ("points",)
    desk.press("Return")
    assert len(desk.grid.tiers[0]) == 1


# Repair


BROKEN = TextGrid(
    0.0,
    END,
    (
        IntervalTier(
            "phones",
            0.0,
            END,
            (
                Interval(0.0, 1.0, "a"),
                Interval(1.2, 2.0, "b"),  # a gap before
                Interval(1.9, 3.0, "c"),  # overlaps
                Interval(4.0, 3.0, "d"),  # reversed
                Interval(4.000001, END, "e"),  # nearly meets
            ),
        ),
        tier("words", (1.0, "x"), (END, "")),
    ),
)


def _repairs(qtbot: QtBot, desk: CommandDesk) -> RepairDialog:
    desk.actions_["tier.repair"].trigger()
    dialog = desk.editor.findChild(RepairDialog)
    if not dialog.tree.topLevelItemCount():
        qtbot.waitSignal(dialog.ready, timeout=5000).wait()
    return dialog


def test_repair_shows_what_it_would_do_and_does_what_is_ticked(
    qtbot: QtBot, state: AppState, document: Document
) -> None:
    desk = CommandDesk(qtbot, state, document, BROKEN)
    dialog = _repairs(qtbot, desk)
    kinds = [kind for _, kind in dialog.wanted]
    assert {"gap", "overlap", "reversed"} <= set(kinds)
    texts = [dialog.tree.topLevelItem(row).child(0).text(2) for row in range(dialog.tree.topLevelItemCount())]
    assert "filled with an empty interval" in texts
    assert any("became" in text for text in texts)
    assert desk.grid == BROKEN  # nothing until asked
    dialog._on_accepted()
    assert desk.acts == ["Repair tiers"]
    problems = find_problems(desk.grid, audio_end=document.info.duration)
    assert [one.kind for one in problems] == []
    assert desk.grid.tiers[1] == BROKEN.tiers[1]
    labels = [item.label for item in desk.grid.tiers[0].items if item.label]
    assert labels == ["a", "b", "c", "d", "e"]
    desk.actions_["edit.undo"].trigger()
    assert desk.grid == BROKEN


def test_repairs_that_are_not_ticked_are_not_made(qtbot: QtBot, state: AppState, document: Document) -> None:
    desk = CommandDesk(qtbot, state, document, BROKEN)
    dialog = _repairs(qtbot, desk)
    for row in range(dialog.tree.topLevelItemCount()):
        top = dialog.tree.topLevelItem(row)
        if top.data(0, Qt.ItemDataRole.UserRole)[1] != "reversed":
            top.setCheckState(0, Qt.CheckState.Unchecked)
    dialog._on_accepted()
    kinds = [one.kind for one in find_problems(desk.grid)]
    assert "reversed" not in kinds
    assert "gap" in kinds
    assert "overlap" in kinds


def test_a_line_of_the_list_shows_its_place(qtbot: QtBot, state: AppState, document: Document) -> None:
    desk = CommandDesk(qtbot, state, document, BROKEN)
    dialog = _repairs(qtbot, desk)
    for row in range(dialog.tree.topLevelItemCount()):
        top = dialog.tree.topLevelItem(row)
        if top.data(0, Qt.ItemDataRole.UserRole)[1] == "gap":
            dialog.tree.itemActivated.emit(top.child(0), 0)
    assert desk.selection == (1.0, 1.2, 1)
    dialog.reject()


def test_a_tidy_file_has_nothing_to_repair(qtbot: QtBot, desk: CommandDesk) -> None:
    desk.actions_["tier.repair"].trigger()
    dialog = desk.editor.findChild(RepairDialog)
    desk.ended()
    assert "Nothing is wrong" in dialog.headline.text()
    assert not dialog.repair.isEnabled()
    dialog.reject()


def test_a_repaired_file_is_saved_and_read_back(
    qtbot: QtBot, state: AppState, document: Document, tmp_path: Path
) -> None:
    path = write_textgrid(BROKEN, tmp_path / "x.TextGrid")
    desk = CommandDesk(qtbot, state, document, path)
    dialog = _repairs(qtbot, desk)
    dialog._on_accepted()
    saved = write_textgrid(desk.grid, tmp_path / "x.TextGrid")
    assert read_textgrid(tmp_path / "x.TextGrid") == saved == desk.grid
