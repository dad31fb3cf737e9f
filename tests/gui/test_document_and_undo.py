"""Edits are acts: each can be undone, none touches the file before it is saved, saving keeps the bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from w2vpraat_gui.document import Document
from w2vpraat_gui.undo import History

from w2vpraat.corpus.textgrid import edits, read_textgrid
from w2vpraat.errors import TextGridError


@pytest.fixture
def history(qtbot: QtBot) -> History:
    return History()


def test_one_act_one_step_and_back_again(history: History, document: Document) -> None:
    first = document.grid
    moved = edits.move_boundary(first, 1, 1, first.interval_tier(1).interval(1).end + 0.001)
    named = edits.rename_tier(moved, 1, "words, checked")
    history.edit(document, "Move boundary", moved)
    history.edit(document, "Rename tier", named)
    assert document.grid == named
    assert document.is_modified
    assert history.stack.undoText() == "Rename tier"
    history.undo()
    assert document.grid == moved
    history.undo()
    assert document.grid == first
    assert not document.is_modified
    history.redo()
    history.redo()
    assert document.grid == named


def test_an_edit_that_changes_nothing_is_no_act(history: History, document: Document) -> None:
    assert (
        history.edit(document, "Nothing", edits.rename_tier(document.grid, 1, document.grid.tiers[0].name))
        is None
    )
    assert not history.stack.canUndo()


def test_undo_shows_what_was_selected_when_the_act_was_done(history: History, document: Document) -> None:
    view = document.view
    time = document.grid.interval_tier(1).interval(2).midpoint
    view.select(time, tier=1)
    history.edit(
        document, "Add boundary", edits.insert_boundary(document.grid, 1, time), place=(time, time, 1)
    )
    view.select(0.0, 0.2, tier=2)
    view.show_range(0.0, 0.1)
    history.undo()
    assert (view.selection_start, view.selection_end, view.tier) == (time, time, 1)
    assert view.start <= time <= view.end


def test_signals_name_document_and_change(qtbot: QtBot, history: History, document: Document) -> None:
    new = edits.set_label(document.grid, 1, 1, "ə")
    with qtbot.waitSignals([history.edited, history.shown, document.grid_changed, document.modified_changed]):
        change = history.edit(document, "Label", new)
    assert change is not None
    with qtbot.waitSignal(history.edited) as undone:
        history.undo()
    assert undone.args[0] is document
    assert undone.args[1].apply(new) == document.grid


def test_the_journal_is_written_before_the_act_counts(history: History, document: Document) -> None:
    seen: list[tuple[str, bool]] = []
    old = document.grid
    history.before_edit = lambda one, change, text: seen.append((text, one.grid is old))
    history.edit(document, "Label", edits.set_label(old, 1, 1, "x"))
    assert seen == [("Label", True)]

    def full(one: Document, change: object, text: str) -> None:
        raise OSError("the disk is full")

    history.before_edit = full
    kept = document.grid
    with pytest.raises(OSError, match="full"):
        history.edit(document, "Label", edits.set_label(kept, 1, 1, "y"))
    assert document.grid is kept


def test_saving_writes_only_what_was_edited_and_keeps_a_backup(history: History, document: Document) -> None:
    path = document.grid_path
    before = path.read_bytes()
    label = next(number for number, item in document.grid.tiers[0].numbered() if item.label)
    old = document.grid.tiers[0].items[label - 1].label
    history.edit(document, "Label", edits.set_label(document.grid, 1, label, old + "qq"))
    assert path.read_bytes() == before
    document.save()
    after = path.read_bytes()
    assert len(after) == len(before) + 2
    assert after.replace(b"qq", b"", 1) == before
    assert Path(f"{path}.bak").read_bytes() == before
    assert not document.is_modified
    history.undo()
    assert document.is_modified
    document.save()
    assert path.read_bytes() == before


def test_acts_before_a_save_can_be_undone_and_saved_again(history: History, document: Document) -> None:
    before = document.grid_path.read_bytes()
    history.edit(document, "Remove tier", edits.remove_tier(document.grid, 1))
    document.save()
    history.undo()
    document.save()
    assert document.grid_path.read_bytes() == before


def test_a_file_changed_by_another_program_is_not_overwritten(history: History, document: Document) -> None:
    path = document.grid_path
    history.edit(document, "Label", edits.set_label(document.grid, 1, 1, "mine"))
    theirs = path.read_bytes() + b"\n! theirs\n"
    path.write_bytes(theirs)
    with pytest.raises(TextGridError, match="another program"):
        document.save()
    assert path.read_bytes() == theirs
    assert document.is_modified
    document.save(overwrite_changed=True)
    assert read_textgrid(path).tiers[0].items[0].label == "mine"


def test_saving_as_makes_the_document_belong_to_the_new_file(
    history: History, document: Document, tmp_path: Path
) -> None:
    old, new = document.grid_path, tmp_path / "second.TextGrid"
    before = old.read_bytes()
    history.edit(document, "Label", edits.set_label(document.grid, 1, 1, "ŋ"))
    document.save(new)
    assert old.read_bytes() == before
    assert document.grid_path == new
    assert read_textgrid(new) == document.grid


def test_any_value_can_be_an_act(history: History) -> None:
    box = {"value": 1}
    history.set_value("Choose", lambda value: box.update(value=value), 1, 2)
    history.set_value("Choose", lambda value: box.update(value=value), 2, 2)
    assert box == {"value": 2}
    assert history.stack.count() == 1
    history.undo()
    assert box == {"value": 1}
