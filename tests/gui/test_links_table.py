"""The token table and the one brush of the window: every link in both directions, with real events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from linked_material import measure_formants, open_measured, token_ids
from measuring_material import ALICE, Desk, make_desk
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from w2vpraat_gui.panels.tokens_panel import TokensPanel
from w2vpraat_gui.state import AppState
from w2vpraat_gui.tables.token_model import TokenModel

from w2vpraat.corpus.textgrid.praat_edits import add_boundary

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NO_KEY = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def desk(qtbot: QtBot, state: AppState) -> Desk:
    return make_desk(qtbot, state)


@pytest.fixture
def panel(desk: Desk, corpus_folder: Path) -> TokensPanel:
    """The tokens of two recordings, of which about six are in view."""
    made = TokensPanel(desk.state, desk.actions, desk.measuring.places)
    desk.qtbot.addWidget(made)
    made.resize(900, 250)
    made.show()
    open_measured(desk, corpus_folder)
    return made


@pytest.fixture
def ids(panel: TokensPanel, desk: Desk) -> list[str]:
    found = token_ids(desk)
    assert len(found) > 2 * len(panel.table.rows_in_view) > 8
    return found


def place(panel: TokensPanel, line: int) -> QPoint:
    """Return the middle of the first cell of a row that is seen."""
    column = panel.table.columnAt(5)
    return panel.table.visualRect(panel.model.index(line, column)).center()


def click(panel: TokensPanel, line: int, keys: Qt.KeyboardModifier = NO_KEY) -> None:
    QTest.mouseClick(panel.table.viewport(), LEFT, keys, place(panel, line))


def tinted(panel: TokensPanel) -> list[int]:
    ground = Qt.ItemDataRole.BackgroundRole
    return [n for n in range(panel.model.rowCount()) if panel.model.index(n, 2).data(ground) is not None]


def settled(panel: TokensPanel) -> None:
    QApplication.processEvents()
    assert not panel.links._timer.isActive()


# From the table


def test_the_row_under_the_mouse_is_pointed_at_everywhere(panel: TokensPanel, desk: Desk, ids: list[str]):
    linked, ground = desk.state.linked, panel.table.viewport()
    QTest.mouseMove(ground, place(panel, 2))
    desk.qtbot.waitUntil(lambda: linked.hovered == ids[2])
    assert tinted(panel) == [2]
    QTest.mouseMove(ground, place(panel, 3))
    desk.qtbot.waitUntil(lambda: linked.hovered == ids[3])
    QApplication.sendEvent(ground, QEvent(QEvent.Type.Leave))
    assert linked.hovered == ""
    assert tinted(panel) == []
    assert panel.table.selected_lines() == []


def test_clicks_select_and_look_at(panel: TokensPanel, desk: Desk, ids: list[str]):
    linked = desk.state.linked
    click(panel, 1)
    assert (linked.selection, linked.current) == ((ids[1],), ids[1])
    click(panel, 3, CTRL)
    assert (linked.selection, linked.current) == ((ids[1], ids[3]), ids[3])
    click(panel, 4, SHIFT)
    assert linked.current == ids[4]
    assert set(ids[3:5]) <= linked.selected
    click(panel, 2)
    click(panel, 4, SHIFT)
    assert (linked.selection, linked.current) == (tuple(ids[2:5]), ids[4])
    desk.qtbot.keyClick(panel.table, Qt.Key.Key_Down)
    assert (linked.selection, linked.current) == ((ids[5],), ids[5])
    desk.qtbot.keyClick(panel.table, Qt.Key.Key_A, CTRL)
    assert linked.selection == tuple(ids)
    assert linked.current == ids[5]


def test_one_click_is_told_once(panel: TokensPanel, desk: Desk, ids: list[str]):
    told: list[object] = []
    linked = desk.state.linked
    click(panel, 1)
    linked.selection_changed.connect(lambda: told.append(linked.selection))
    linked.current_changed.connect(told.append)
    click(panel, 2)
    settled(panel)
    assert sorted(told, key=str) == [(ids[2],), ids[2]]


def test_a_double_click_opens_and_space_plays(panel: TokensPanel, desk: Desk, ids: list[str]):
    click(panel, 3)
    with desk.qtbot.waitSignal(desk.state.token_shown, timeout=10_000) as shown:
        QTest.mouseDClick(panel.table.viewport(), LEFT, NO_KEY, place(panel, 3))
    assert shown.args == [ids[3]]
    with desk.qtbot.waitSignal(panel.play_wanted, timeout=1000) as played:
        desk.qtbot.keyClick(panel.table, Qt.Key.Key_Space)
    assert played.args == [ids[3]]


# To the table


def test_what_is_pointed_at_elsewhere_is_tinted_and_nothing_scrolls(
    panel: TokensPanel, desk: Desk, ids: list[str]
):
    click(panel, 1)
    desk.state.linked.hover(ids[-1])
    assert tinted(panel) == [1, len(ids) - 1]  # the other one is looked at
    assert panel.table.rows_in_view.start == 0
    desk.state.linked.hover("")
    desk.state.linked.hover("another#1.1")
    assert tinted(panel) == [1]


def test_a_lasso_selects_rows_and_shows_one_of_them(panel: TokensPanel, desk: Desk, ids: list[str]):
    linked, told = desk.state.linked, []
    linked.selection_changed.connect(lambda: told.append(linked.selection))
    chosen = [*ids[-9:-6], *ids[-3:]]
    linked.select(["another#1.1", *reversed(chosen)])
    settled(panel)
    lines = panel.table.selected_lines()
    assert [panel.model.token(line) for line in lines] == chosen
    assert set(lines) & set(panel.table.rows_in_view)
    # What the table can't show is still selected, in the order in which it was.
    assert told == [("another#1.1", *reversed(chosen))]
    linked.select(())
    settled(panel)
    assert panel.table.selected_lines() == []
    assert len(told) == 2


def test_the_token_looked_at_is_the_current_row(panel: TokensPanel, desk: Desk, ids: list[str]):
    linked = desk.state.linked
    linked.select([ids[0], ids[-1], ids[-2]], ids[-1])
    settled(panel)
    assert panel.table.currentIndex().row() == len(ids) - 1
    assert panel.table.selected_lines() == [0, len(ids) - 2, len(ids) - 1]
    assert linked.step(1) == ids[-2]
    settled(panel)
    assert panel.table.currentIndex().row() == len(ids) - 2
    linked.step(-1)
    linked.step(-1)
    settled(panel)
    assert panel.table.currentIndex().row() == 0
    assert 0 in panel.table.rows_in_view
    assert linked.selection == (ids[0], ids[-1], ids[-2])


def test_sorting_keeps_what_is_selected(panel: TokensPanel, desk: Desk, ids: list[str]):
    told = []
    desk.state.linked.select(ids[2:6], ids[3])
    desk.state.linked.selection_changed.connect(lambda: told.append(1))
    settled(panel)
    f1 = panel.model.columns.index("F1") + 1
    panel.table.sortByColumn(f1, Qt.SortOrder.DescendingOrder)
    settled(panel)
    lines = panel.table.selected_lines()
    assert {panel.model.token(line) for line in lines} == set(ids[2:6])
    assert lines != [2, 3, 4, 5]
    assert panel.model.token(panel.table.currentIndex().row()) == ids[3]
    assert told == []


# The filter


def test_the_filter_decides_what_is_shown_everywhere(panel: TokensPanel, desk: Desk, ids: list[str]):
    linked = desk.state.linked
    linked.select(ids[:3], ids[1])
    panel.filter_line.setFocus()
    desk.qtbot.keyClicks(panel.filter_line, "F1:>400")
    desk.qtbot.waitUntil(lambda: linked.shown is not None, timeout=5000)
    table = desk.state.results.table
    assert linked.shown == set(table["id"][table["F1"] > 400])
    assert 0 < len(linked.shown) < len(ids)
    assert linked.selection == tuple(ids[:3])
    shown = [token for token in ids[:3] if token in linked.shown]
    assert [panel.model.token(line) for line in panel.table.selected_lines()] == shown
    desk.qtbot.keyClick(panel.filter_line, Qt.Key.Key_Escape)
    assert linked.shown is None
    assert panel.table.selected_lines() == [0, 1, 2]
    assert panel.table.currentIndex().row() == 1


def test_what_others_show_stays_while_there_is_no_filter(panel: TokensPanel, desk: Desk, ids: list[str]):
    desk.state.linked.show_only(frozenset(ids[:2]))
    measure_formants(desk)
    assert desk.state.linked.shown == frozenset(ids[:2])


# Edits that are not followed


def test_selected_tokens_keep_their_rows_when_intervals_are_added(
    panel: TokensPanel, desk: Desk, ids: list[str]
):
    linked, document = desk.state.linked, desk.show(ALICE)
    linked.select(ids[4:7], ids[5])
    settled(panel)
    first = document.grid.tier(2).items[0]
    grid = add_boundary(document.grid, 2, 0.5 * (first.start + first.end))
    desk.state.history.edit(document, "Add boundary", grid)
    desk.qtbot.waitUntil(lambda: linked.current != ids[5], timeout=5000)
    settled(panel)

    def later(token: str) -> str:
        name, _, number = token.rpartition(".")
        return f"{name}.{int(number) + 1}"

    assert linked.selection == tuple(map(later, ids[4:7]))
    assert linked.current == later(ids[5])
    assert panel.table.selected_lines() == [4, 5, 6]
    assert panel.table.currentIndex().row() == 5
    click(panel, panel.table.rows_in_view.start)
    line = panel.table.currentIndex().row()
    assert linked.selection == (later(ids[line]),)
    desk.state.history.undo()
    desk.qtbot.waitUntil(lambda: linked.selection == (ids[line],), timeout=5000)


def test_measuring_again_changes_cells_only(panel: TokensPanel, desk: Desk, ids: list[str]):
    model, table = panel.model, panel.table
    desk.state.linked.select(ids[-5:-1], ids[-3])
    f1 = model.columns.index("F1") + 1
    table.sortByColumn(f1, Qt.SortOrder.AscendingOrder)
    settled(panel)
    before = (table.rows_in_view, table.selected_lines(), table.currentIndex().row(), model.columns)
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    measure_formants(desk)
    settled(panel)
    assert resets == []
    assert before == (table.rows_in_view, table.selected_lines(), table.currentIndex().row(), model.columns)


def test_rows_of_tracks_are_selected_together(qtbot: QtBot):
    model = TokenModel()
    model.set_table(pd.DataFrame({"id": ["a#1.1"] * 3 + ["a#1.2"] * 3 + ["b#1.1"] * 3, "F1": np.arange(9.0)}))
    model.sort(2, Qt.SortOrder.DescendingOrder)
    assert model.lines_of(["a#1.2", "c#1.1"]).tolist() == [3, 4, 5]
    assert model.tokens([0, 1, 4, 5]) == ["b#1.1", "a#1.2"]
    model.set_mask(np.arange(9) % 3 == 1)
    assert model.lines_of(["a#1.1", "b#1.1"]).tolist() == [0, 2]
