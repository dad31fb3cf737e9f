"""The board: which maps it shows and keeps, and how they follow edits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from board_desk import ALICE, LIAM, WAIT, BoardDesk, make_board, sample_results
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from w2vpraat_gui.maps.board_store import KEY, another_map, keep_maps, kept_maps
from w2vpraat_gui.state import AppState

from w2vpraat.corpus.textgrid.edits import insert_boundary, set_label
from w2vpraat.params import MapParams
from w2vpraat.pipeline.maps.values import same_layout
from w2vpraat.pipeline.running import Results
from w2vpraat.session.session import Session
from w2vpraat.session.session_file import read_session, write_session


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return sample_results(tmp_path_factory)


@pytest.fixture
def desk(qtbot: QtBot, state: AppState) -> Iterator[BoardDesk]:
    made = make_board(qtbot, state)
    yield made
    made.end()


@pytest.fixture
def opened(desk: BoardDesk, results: Results) -> BoardDesk:
    desk.open(results)
    return desk


# What is shown


def test_before_anything_was_measured(desk: BoardDesk) -> None:
    board = desk.board
    assert board.pages.currentIndex() == 0
    assert "Ctrl+R" in board.empty.text()
    assert not board.measure.isHidden()
    pressed = []
    desk.actions.on("measure.run", lambda: pressed.append(1))
    desk.qtbot.mouseClick(board.measure, Qt.MouseButton.LeftButton)
    assert pressed == [1]
    assert not desk.actions["maps.add"].isEnabled()


def test_begins_with_a_vowel_chart_beside_the_vectors(opened: BoardDesk, results: Results) -> None:
    left, right = opened.left, opened.right
    assert (left.params.source, left.params.normalization) == ("formants", "lobanov")
    assert (right.params.source, right.params.normalization) == ("embedding", "none")
    chart, vectors = left.picture, right.picture
    assert chart is not None
    assert vectors is not None
    assert chart.reversed_axes == (True, True)
    assert "F2" in chart.axes[0]
    assert "F1" in chart.axes[1]
    assert list(chart.ids) == list(vectors.ids) == [one.id for one in results.opened.tokens.kept]
    one_row = results.table.drop_duplicates("id")
    np.testing.assert_allclose(chart.points[:, 1], one_row["F1_z"], atol=1e-9)
    np.testing.assert_allclose(chart.points[:, 0], one_row["F2_z"], atol=1e-9)
    assert chart.colour.values == vectors.colour.values
    assert left.bar.title.whole_text == "F1, F2, Lobanov (1971)"
    assert right.bar.title.whole_text.startswith("phone layer")
    assert left.numbers.line.startswith("agreement ")
    assert "chance" in left.numbers.line
    assert "in 192 dimensions" in right.numbers.line
    assert "neighbours" in right.numbers.explanation


def test_one_to_four_maps(opened: BoardDesk) -> None:
    board, actions = opened.board, opened.actions
    for count in (3, 4):
        actions["maps.add"].trigger()
        opened.settle()
        assert len(board.panels) == count
        assert all(one.picture is not None for one in board.panels)
    assert not actions["maps.add"].isEnabled()
    assert board.add_map() is None
    pairs = [(a, b) for a in board.panels for b in board.panels if a is not b]
    assert not any(same_layout(a.params, b.params) for a, b in pairs)
    assert board.grid.columns == 4  # low and wide
    opened.window.resize(1000, 800)
    assert board.grid.columns == 2
    opened.window.resize(1250, 340)
    assert board.grid.columns == 4
    tops = {panel.mapTo(board, panel.rect().topLeft()).y() for panel in board.panels}
    assert tops == {0}
    assert all(panel.isVisible() for panel in board.panels)
    for count in (3, 2, 1):
        actions["maps.remove"].trigger()
        assert len(board.panels) == count
    assert not actions["maps.remove"].isEnabled()
    board.remove_map()
    assert len(board.panels) == 1


def test_the_map_that_was_touched_last_is_closed(opened: BoardDesk) -> None:
    left, right = opened.left, opened.right
    opened.click(left, opened.lonely(left))
    assert opened.board.active is left
    opened.actions["maps.remove"].trigger()
    assert opened.board.panels == [right]
    assert opened.board.active is right


@pytest.mark.parametrize("width", [1250, 600])
def test_everything_fits(opened: BoardDesk, width: int) -> None:
    opened.window.resize(width, 330)
    for panel in opened.board.panels:
        assert panel.width() <= width / 2 + 10
        for widget in (panel.bar.title, panel.bar.menu_button, panel.numbers, panel.points):
            corner = widget.mapTo(panel, widget.rect().bottomRight())
            assert widget.isVisible()
            assert panel.rect().contains(corner)
        assert panel.points.height() >= 150


# Choices are kept


def test_choices_come_back_with_the_session(opened: BoardDesk, results: Results, tmp_path: Path) -> None:
    board, state = opened.board, opened.state
    opened.left.choose(replace(opened.left.params, colour="speaker", shape="sex", ellipse_level=0.95))
    opened.right.choose(replace(opened.right.params, normalization="z", projection="mds", layer=3))
    opened.actions["maps.add"].trigger()
    opened.settle()
    maps = board.maps
    session = state.session
    assert session is not None
    assert kept_maps(session) == maps
    path = tmp_path / "one.w2vpraat"
    write_session(session, path)
    assert "board" in json.loads(path.read_text(encoding="utf-8"))["layout"]
    state.open_session(Session(session.settings))  # another one: nothing of the old is left
    assert board.maps == ()
    state.open_session(read_session(path))
    assert board.maps == maps
    opened.show_results(results)
    assert board.maps == maps
    assert all(one.picture is not None for one in board.panels)
    assert opened.picture(board.panels[0]).colour.name == "speaker"


@pytest.mark.parametrize(
    ("found", "meant"),
    [
        (None, ()),
        ({"maps": "both"}, ()),
        ([1, 2], ()),
        ({"maps": [{"source": "embedding", "layer": 2, "projection": "spiral", "planet": 1}]}, (2,)),
        ({"maps": [{"layer": "deep", "formants": 3, "ellipse_level": 7}, "x", {"layer": 5}]}, (-1, 5)),
        ({"maps": [{}] * 9}, (-1,) * 4),
    ],
)
def test_what_is_broken_counts_as_not_set(found: object, meant: tuple[int, ...]) -> None:
    maps = kept_maps(Session(layout={KEY: found}))
    assert tuple(one.layer for one in maps) == meant
    assert all(one.projection == "auto" and 0 < one.ellipse_level < 1 for one in maps)
    assert kept_maps(None) == ()


def test_keeping_is_no_act(opened: BoardDesk) -> None:
    count = opened.state.history.stack.count()
    opened.left.choose(replace(opened.left.params, colour="speaker"))
    assert opened.state.history.stack.count() == count
    session = opened.state.session
    assert session is not None
    assert session.layout[KEY]["maps"][0]["colour"] == "speaker"
    keep_maps(opened.state, opened.board.maps)
    assert opened.state.session is session


def test_one_more_map_shows_something_new() -> None:
    maps = [MapParams(normalization="lobanov", colour="speaker"), MapParams(source="embedding", layer=3)]
    for _ in range(2):
        new = another_map(maps)
        assert not any(same_layout(new, one) for one in maps)
        assert new.colour == "speaker"
        maps.append(new)


# Edits


def test_an_edit_moves_the_token_on_both_maps(opened: BoardDesk, results: Results) -> None:
    board = opened.board
    token = next(one.id for one in results.opened.tokens.kept if one.id.startswith(ALICE))
    row = board.links.row_of(token)
    before = [opened.points(panel).copy() for panel in board.panels]
    numbers = [panel.numbers.line for panel in board.panels]
    opened.document(ALICE)
    opened.settle()
    with opened.qtbot.waitSignal(opened.feed.changed, timeout=WAIT):
        opened.shorten(token, -0.04)
    after = [opened.points(panel) for panel in board.panels]
    for old, new in zip(before, after, strict=True):
        assert np.abs(old[row] - new[row]).max() > 1e-4
    # The axes of the vectors stay: only tokens that were edited move there.
    moved = np.flatnonzero(np.abs(before[1] - after[1]).max(axis=1) > 1e-9)
    assert row in moved
    assert len(moved) <= 2
    others = [n for n, one in enumerate(results.opened.tokens.kept) if one.id.startswith(LIAM)]
    np.testing.assert_array_equal(before[0][others], after[0][others])
    assert all(panel.numbers.is_stale and "…" in panel.numbers.line for panel in board.panels)
    assert opened.right.map is not None
    assert opened.right.map.is_behind
    assert opened.right.again.isVisible()
    assert f"{ALICE}: mean F1" in board.shift.message
    assert "Hz" in board.shift.message
    assert board.shift.link.isVisible()
    assert board.shift.link.text().startswith(ALICE)
    opened.settle()
    assert not any(panel.numbers.is_stale for panel in board.panels)
    assert "…" not in opened.left.numbers.line
    opened.state.history.undo()
    opened.qtbot.waitUntil(
        lambda: np.allclose(opened.points(opened.left), before[0], atol=1e-9),
        timeout=WAIT,
    )
    np.testing.assert_allclose(opened.points(opened.right), before[1], atol=1e-6)
    opened.settle()
    assert [panel.numbers.line for panel in board.panels] == numbers


def test_the_link_opens_the_token_that_moved_most(opened: BoardDesk, results: Results) -> None:
    token = next(one.id for one in results.opened.tokens.kept if one.id.startswith(ALICE))
    with opened.qtbot.waitSignal(opened.feed.changed, timeout=WAIT):
        opened.shorten(token, -0.04)
    link = opened.board.shift.link
    with opened.qtbot.waitSignal(opened.state.token_shown, timeout=WAIT) as shown:
        opened.qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert shown.args == [link.text()]
    assert link.text() != token
    assert opened.state.linked.current == link.text()


def test_another_label_has_another_colour_at_once(opened: BoardDesk, results: Results) -> None:
    token = next(one for one in results.opened.tokens.kept if one.id.startswith(LIAM))
    new = next(one.label for one in results.opened.tokens.kept if one.label != token.label)
    row = opened.board.links.row_of(token.id)
    document = opened.document(LIAM)
    grid = set_label(document.grid, token.tier_number, token.interval, new)
    with opened.qtbot.waitSignal(opened.feed.changed, timeout=WAIT):
        opened.state.history.edit(document, "Label", grid)
    for panel in opened.board.panels:
        picture = panel.picture
        assert picture is not None
        assert picture.colour.values[picture.colour.codes[row]] == new
        counts = {one.value: one.count for one in panel.legend.entries}
        assert sum(counts.values()) == len(picture.ids)
        assert counts[new] == sum(picture.labels == new)


def test_a_new_interval_keeps_what_is_selected(opened: BoardDesk, results: Results) -> None:
    tokens = [one for one in results.opened.tokens.kept if one.id.startswith(ALICE)]
    first, last = tokens[0], tokens[-1]
    linked = opened.state.linked
    linked.select([last.id], last.id)
    document = opened.document(ALICE)
    items = document.grid.tier(first.tier_number).items
    start, end, _ = items[first.interval - 1]
    grid = insert_boundary(document.grid, first.tier_number, (start + end) / 2)
    with opened.qtbot.waitSignal(opened.feed.changed, timeout=WAIT):
        opened.state.history.edit(document, "Add boundary", grid)
    now = f"{ALICE}#{last.tier_number}.{last.interval + 1}"
    assert linked.selection == (now,)
    assert linked.current == now
    row = opened.board.links.row_of(now)
    for panel in opened.board.panels:
        picture = panel.picture
        assert picture is not None
        assert picture.ids[row] == now
        assert panel.points._selected.tolist() == [one == now for one in picture.ids]
        assert panel.points._current == row
    linked.select([first.id])  # and goes on obeying
    for panel in opened.board.panels:
        assert panel.points._selected.tolist() == [one == first.id for one in opened.picture(panel).ids]


def test_not_live(opened: BoardDesk, results: Results) -> None:
    token = next(one.id for one in results.opened.tokens.kept if one.id.startswith(ALICE))
    before = opened.points(opened.left).copy()
    opened.document(ALICE)
    opened.qtbot.mouseClick(opened.board.shift.live, Qt.MouseButton.LeftButton)
    assert not opened.feed.is_live
    assert not opened.actions["maps.live"].isChecked()
    assert "bold" in opened.board.shift.live.styleSheet()
    opened.shorten(token, -0.04)
    opened.settle()
    np.testing.assert_array_equal(opened.points(opened.left), before)
    with opened.qtbot.waitSignal(opened.feed.changed, timeout=WAIT):
        opened.actions["maps.live"].trigger()
    assert opened.board.shift.live.isChecked()
    assert not opened.board.shift.live.styleSheet()
    assert not np.array_equal(opened.points(opened.left), before)


def test_a_frozen_reference_moves_no_other_token(opened: BoardDesk, results: Results) -> None:
    board = opened.board
    token = next(one.id for one in results.opened.tokens.kept if one.id.startswith(ALICE))
    row = board.links.row_of(token)
    before = opened.points(opened.left).copy()
    opened.document(ALICE)
    opened.qtbot.mouseClick(board.shift.freeze, Qt.MouseButton.LeftButton)
    assert opened.feed.is_frozen
    assert opened.actions["maps.freeze"].isChecked()
    assert "bold" in board.shift.freeze.styleSheet()
    opened.settle()
    with opened.qtbot.waitSignal(opened.feed.changed, timeout=WAIT):
        opened.shorten(token, -0.04)
    after = opened.points(opened.left).copy()
    moved = np.flatnonzero(np.abs(before - after).max(axis=1) > 1e-12).tolist()
    assert row in moved
    assert len(moved) <= 2
    assert "frozen" in board.shift.message
    assert not board.shift.link.isVisible()
    opened.settle()
    opened.actions["maps.freeze"].trigger()
    thawed = opened.points(opened.left)
    assert np.abs(after - thawed).max() > 1e-6
    assert not board.shift.freeze.styleSheet()


def test_measured_anew(opened: BoardDesk, results: Results) -> None:
    """The old maps go, and come again with the new values; the choices stay."""
    opened.right.choose(replace(opened.right.params, normalization="z"))
    opened.settle()
    maps = opened.board.maps
    opened.state.results = None
    opened.state.results_changed.emit()
    assert opened.board.pages.currentIndex() == 0
    assert not opened.board.pictures
    opened.show_results(results)
    assert opened.board.maps == maps
    assert len(opened.board.pictures) == 2
    assert opened.board.pages.currentIndex() == 1
