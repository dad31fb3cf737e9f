"""Rows of the token table follow edits at once: values, rows that come and go, what stays stale."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from linked_material import measure_formants, open_measured, token_ids
from measuring_material import ALICE, LIAM, Desk, make_desk
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from w2vpraat_gui.editor.editor import Editor
from w2vpraat_gui.live.feed import LiveFeed
from w2vpraat_gui.panels.tokens_panel import TokensPanel
from w2vpraat_gui.selected_token import item_of
from w2vpraat_gui.state import AppState

from w2vpraat.corpus.textgrid.edits import move_boundary, set_label
from w2vpraat.corpus.textgrid.praat_edits import add_boundary

TIER = 2


@pytest.fixture
def desk(qtbot: QtBot, state: AppState) -> Desk:
    return make_desk(qtbot, state)


@pytest.fixture
def feed(desk: Desk) -> LiveFeed:
    made = LiveFeed(desk.state)
    desk.measuring.places.follow(made)
    return made


@pytest.fixture
def panel(desk: Desk, feed: LiveFeed, corpus_folder: Path) -> TokensPanel:
    made = TokensPanel(desk.state, desk.actions, desk.measuring.places, feed=feed)
    desk.qtbot.addWidget(made)
    made.resize(900, 250)
    made.show()
    desk.open(corpus_folder)
    with desk.qtbot.waitSignal(feed.opened, timeout=20_000, check_params_cb=lambda live: live is not None):
        measure_formants(desk)
    desk.show(LIAM)
    return made


@pytest.fixture
def resets(panel: TokensPanel) -> list[int]:
    found: list[int] = []
    panel.model.modelReset.connect(lambda: found.append(panel.model.rowCount()))
    return found


def cell(panel: TokensPanel, token: str, column: str) -> str:
    section = panel.model.columns.index(column) + 1
    return panel.model.index(panel.model.line_of(token), section).data(Qt.ItemDataRole.EditRole)


def column(panel: TokensPanel, name: str) -> np.ndarray:
    return panel.model.values[panel.model.columns.index(name)]


def same_as_fresh(live: dict[str, np.ndarray], table: pd.DataFrame) -> None:
    """Compare every column with those of a new run."""
    assert set(live) == set(table.columns)
    for name, values in live.items():
        if values.dtype == object:
            assert [one or "" for one in values] == table[name].fillna("").tolist(), name
        else:
            found = table[name].to_numpy(dtype=float, na_value=np.nan)
            np.testing.assert_allclose(values, found, rtol=1e-9, atol=1e-9, err_msg=name)


def shift_end(desk: Desk, token: str, seconds: float) -> None:
    """Move the boundary at the end of a token."""
    document = desk.state.current
    end = item_of(document, token)[1]
    number = int(token.rpartition(".")[2])
    grid = move_boundary(document.grid, TIER, number, end + seconds)
    desk.state.history.edit(document, "Move boundary", grid)


def label(desk: Desk, token: str, text: str) -> None:
    document, number = desk.state.current, int(token.rpartition(".")[2])
    desk.state.history.edit(document, "Label", set_label(document.grid, TIER, number, text))


def test_values_follow_a_boundary_at_once(
    panel: TokensPanel, desk: Desk, feed: LiveFeed, resets: list[int], qtbot: QtBot
):
    ids = token_ids(desk)
    token = [one for one in ids if one.startswith(LIAM)][4]
    desk.state.linked.select(ids[2:5], token)
    QApplication.processEvents()
    before = {name: cell(panel, token, name) for name in ("end", "dur", "F1", "F1_z", "label")}
    rows = (panel.table.rows_in_view, panel.table.selected_lines(), panel.table.currentIndex().row())
    results = desk.state.results
    with qtbot.waitSignal(feed.settled, timeout=20_000):
        with qtbot.waitSignal(feed.changed, timeout=20_000):
            shift_end(desk, token, 0.02)
        assert desk.state.results is results  # the table as a whole follows later
        changed = {name for name, text in before.items() if cell(panel, token, name) != text}
        assert changed == {"end", "dur", "F1", "F1_z"}
        live = dict(zip(panel.model.columns, panel.model.values, strict=True))
        assert panel.model.stale == frozenset()
        assert not panel.again.isVisible()
    assert desk.state.results is not results
    QApplication.processEvents()
    # A fresh run on what is on the screen has the same values.
    same_as_fresh(live, measure_formants(desk).table)
    assert resets == []
    assert rows == (panel.table.rows_in_view, panel.table.selected_lines(), panel.table.currentIndex().row())
    assert desk.state.linked.selection == tuple(ids[2:5])


def test_rows_come_and_go_with_their_intervals(
    panel: TokensPanel, desk: Desk, feed: LiveFeed, resets: list[int], qtbot: QtBot
):
    linked, ids = desk.state.linked, token_ids(desk)
    own = [one for one in ids if one.startswith(LIAM)]
    panel.table.sortByColumn(panel.model.columns.index("F1") + 1, Qt.SortOrder.DescendingOrder)
    linked.select([ids[1], own[2], own[3], own[6]], own[3])
    QApplication.processEvents()
    count = panel.model.n_rows
    offset = panel.table.currentIndex().row() - panel.table.rows_in_view.start
    # A boundary before it all: the selected interval is another one now.
    document = desk.state.current
    first = document.grid.tier(TIER).items[0]
    with qtbot.waitSignal(feed.changed, timeout=20_000):
        grid = add_boundary(document.grid, TIER, 0.5 * (first[0] + first[1]))
        desk.state.history.edit(document, "Add boundary", grid)

    def later(token: str) -> str:
        name, _, number = token.rpartition(".")
        return f"{name}.{int(number) + 1}"

    assert linked.selection == (ids[1], *map(later, (own[2], own[3], own[6])))
    assert panel.model.n_rows == count
    assert resets == []
    with qtbot.waitSignal(feed.changed, timeout=20_000):
        label(desk, later(own[2]), "")
    QApplication.processEvents()
    assert panel.model.n_rows == count - 1
    assert len(resets) == 1
    assert panel.model.line_of(later(own[2])) == -1
    chosen = {panel.model.token(line) for line in panel.table.selected_lines()}
    assert chosen == {ids[1], later(own[3]), later(own[6])} == linked.selected
    current = panel.table.currentIndex()
    assert panel.model.token(current.row()) == later(own[3])
    assert current.row() - panel.table.rows_in_view.start == offset
    ranks = column(panel, "F1")[panel.model._order]
    assert (np.diff(ranks[np.isfinite(ranks)]) <= 0).all()
    with qtbot.waitSignal(feed.settled, timeout=20_000):
        desk.state.history.undo()
        desk.state.history.undo()
    assert panel.model.ids.tolist() == ids
    assert linked.selection == (ids[1], own[3], own[6])
    # Coming back is one change of rows; the table as a whole then finds them as they are.
    assert len(resets) == 2


def test_a_new_row_is_shown_whatever_the_filter(panel: TokensPanel, desk: Desk, feed: LiveFeed, qtbot: QtBot):
    token = [one for one in token_ids(desk) if one.startswith(LIAM)][2]
    panel.filter_line.setText(f"-label:{cell(panel, token, 'label')}")
    panel.filter_line.textEdited.emit(panel.filter_line.text())
    qtbot.waitUntil(lambda: desk.state.linked.shown is not None, timeout=5000)
    assert panel.model.line_of(token) == -1
    with qtbot.waitSignal(feed.changed, timeout=20_000):
        label(desk, token, "")
    assert token not in desk.state.linked.shown
    with qtbot.waitSignal(feed.settled, timeout=20_000):
        with qtbot.waitSignal(feed.changed, timeout=20_000):
            desk.state.history.undo()
        assert panel.model.line_of(token) >= 0
        assert token in desk.state.linked.shown
    # When all has come to rest, the filter decides.
    assert panel.model.line_of(token) == -1
    assert token not in desk.state.linked.shown


def test_without_refreshing_edited_tokens_are_stale(
    panel: TokensPanel, desk: Desk, feed: LiveFeed, qtbot: QtBot
):
    token = [one for one in token_ids(desk) if one.startswith(LIAM)][3]
    feed.set_live(False)
    shift_end(desk, token, 0.02)
    qtbot.waitUntil(lambda: panel.model.stale == {token}, timeout=5000)
    assert panel.again.isVisible()
    with qtbot.waitSignal(feed.changed, timeout=20_000):
        feed.set_live(True)
    qtbot.waitUntil(lambda: panel.model.stale == frozenset(), timeout=5000)
    assert not panel.again.isVisible()


def test_what_cannot_be_measured_again_stays_stale(
    panel: TokensPanel, desk: Desk, feed: LiveFeed, corpus_folder: Path, qtbot: QtBot
):
    token = [one for one in token_ids(desk) if one.startswith(LIAM)][3]
    (corpus_folder / f"{LIAM}.flac").write_bytes(b"no sound")
    shift_end(desk, token, 0.02)
    qtbot.waitUntil(lambda: token in panel.model.stale, timeout=20_000)
    assert panel.again.isVisible()
    assert "edited since" in panel.stale_label.text()
    assert desk.measuring.places.stale <= set(token_ids(desk))
    assert not any(one.startswith(ALICE) for one in panel.model.stale)


def test_frozen_references_reach_the_table(panel: TokensPanel, desk: Desk, feed: LiveFeed, qtbot: QtBot):
    ids = token_ids(desk)
    token, other = [one for one in ids if one.startswith(LIAM)][3:5]
    feed.set_frozen(True)
    before = cell(panel, other, "F1_z"), cell(panel, token, "F1_z")
    with qtbot.waitSignal(feed.changed, timeout=20_000):
        shift_end(desk, token, -0.03)
    assert cell(panel, other, "F1_z") == before[0]
    assert cell(panel, token, "F1_z") != before[1]
    with qtbot.waitSignal(feed.changed, timeout=20_000):
        feed.set_frozen(False)
    assert cell(panel, other, "F1_z") != before[0]


def test_all_points_of_a_token_follow(desk: Desk, feed: LiveFeed, corpus_folder: Path, qtbot: QtBot):
    panel = TokensPanel(desk.state, desk.actions, desk.measuring.places, feed=feed)
    qtbot.addWidget(panel)
    panel.show()
    with qtbot.waitSignal(feed.opened, timeout=20_000, check_params_cb=lambda live: live is not None):
        open_measured(desk, corpus_folder, formants={"points": [0.2, 0.5, 0.8]})
    desk.show(LIAM)
    model = panel.model
    assert model.n_rows == 3 * model.n_tokens
    token = [one for one in token_ids(desk) if one.startswith(LIAM)][2]
    before = [column(panel, "F1")[line] for line in model.lines_of([token])]
    with qtbot.waitSignal(feed.settled, timeout=20_000):
        with qtbot.waitSignal(feed.changed, timeout=20_000):
            shift_end(desk, token, -0.03)
        rows = model.lines_of([token])
        live = dict(zip(model.columns, model.values, strict=True))
        assert np.all(live["F1"][rows] != before)
    same_as_fresh(live, measure_formants(desk).table)


def test_what_is_selected_before_an_edit_was_measured_is_looked_at(
    panel: TokensPanel, desk: Desk, feed: LiveFeed, qtbot: QtBot
):
    editor = Editor(desk.state, desk.actions)
    qtbot.addWidget(editor)
    editor.links.set_places(desk.measuring.places)
    document, linked = desk.state.current, desk.state.linked
    first, second = [one for one in token_ids(desk) if one.startswith(LIAM)][2:4]
    spans = [item_of(document, one)[:2] for one in (first, second)]
    document.view.select(*spans[0], tier=TIER)
    assert linked.current == first
    with qtbot.waitSignal(feed.changed, timeout=20_000):
        start, end = document.grid.tier(TIER).items[0][:2]
        grid = add_boundary(document.grid, TIER, 0.5 * (start + end))
        desk.state.history.edit(document, "Add boundary", grid, place=(*spans[0], TIER))
        document.view.select(*spans[1], tier=TIER)
    QApplication.processEvents()
    assert item_of(document, linked.current)[:2] == spans[1]
    assert panel.model.token(panel.table.currentIndex().row()) == linked.current
    assert editor.overview.current is not None
    assert (editor.overview.current.start, editor.overview.current.end) == spans[1]
