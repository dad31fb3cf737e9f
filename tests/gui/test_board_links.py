"""The maps and the one brush of the window: every link, in both directions, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from board_desk import ALICE, WAIT, BoardDesk, make_board, sample_results
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot
from w2vpraat_gui.maps.map_panel import MapPanel
from w2vpraat_gui.state import AppState

from w2vpraat.pipeline.running import Results

Key, Modifier, Button = Qt.Key, Qt.KeyboardModifier, Qt.MouseButton


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return sample_results(tmp_path_factory)


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, results: Results) -> Iterator[BoardDesk]:
    made = make_board(qtbot, state)
    made.open(results)
    yield made
    made.end()


def selected(panel: MapPanel) -> set[str]:
    picture = panel.picture
    assert picture is not None
    return set(picture.ids[panel.points._selected])


def lasso(desk: BoardDesk, panel: MapPanel, modifiers: Modifier = Modifier.NoModifier) -> list[str]:
    """Draw a line around the left half of a map; returns what is inside."""
    points, picture = panel.points, desk.picture(panel)
    rect = points.frame().rect
    corners = [rect.topLeft(), QPointF(rect.center().x(), rect.top())]
    corners += [QPointF(rect.center().x(), rect.bottom()), rect.bottomLeft(), rect.topLeft()]
    inside = [
        str(token)
        for token in picture.ids
        if rect.contains(QPointF(desk.place(panel, token)))
        and desk.place(panel, token).x() < rect.center().x() - 2
    ]
    kind = QMouseEvent.Type

    def send(what: QMouseEvent.Type, place: QPointF, held: Button) -> None:
        where = points.mapToGlobal(place)
        event = QMouseEvent(what, place, where, Button.LeftButton, held, modifiers)
        QApplication.sendEvent(points, event)

    send(kind.MouseButtonPress, corners[0] + QPointF(1, 1), Button.LeftButton)
    for corner in corners:
        send(kind.MouseMove, corner, Button.LeftButton)
    send(kind.MouseButtonRelease, corners[-1], Button.NoButton)
    return inside


def test_hover(desk: BoardDesk) -> None:
    token = desk.lonely(desk.left)
    row = desk.board.links.row_of(token)
    desk.qtbot.mouseMove(desk.left.points, desk.place(desk.left, token) + QPoint(0, 1))
    assert desk.state.linked.hovered == token
    assert [panel.points._hovered for panel in desk.board.panels] == [row, row]
    other = 0 if row else 1
    desk.state.linked.hover(str(desk.picture(desk.left).ids[other]))  # as a table does
    assert [panel.points._hovered for panel in desk.board.panels] == [other, other]
    desk.state.linked.hover("")
    assert [panel.points._hovered for panel in desk.board.panels] == [-1, -1]


@pytest.mark.parametrize("side", [0, 1])
def test_a_click_selects_and_plays(desk: BoardDesk, side: int) -> None:
    panel = desk.board.panels[side]
    token = desk.lonely(panel)
    desk.click(panel, token)
    assert desk.state.linked.selection == (token,)
    assert desk.state.linked.current == token
    assert desk.played == [token]
    row = desk.board.links.row_of(token)
    for one in desk.board.panels:
        assert selected(one) == {token}
        assert one.points._current == row


def test_shift_adds_and_alt_removes(desk: BoardDesk, results: Results) -> None:
    token = desk.lonely(desk.left)
    others = [one.id for one in results.opened.tokens.kept[:3] if one.id != token]
    desk.state.linked.select(others)
    desk.click(desk.left, token, Modifier.ShiftModifier)
    assert desk.state.linked.selection == (*others, token)
    desk.click(desk.left, token, Modifier.AltModifier)
    assert desk.state.linked.selection == tuple(others)
    assert desk.played == []
    assert selected(desk.left) == selected(desk.right) == set(others)


def test_a_click_into_the_selection_keeps_it(desk: BoardDesk, results: Results) -> None:
    token = desk.lonely(desk.left)
    every = tuple(one.id for one in results.opened.tokens.kept)
    desk.state.linked.select(every)
    desk.click(desk.left, token)
    assert desk.state.linked.selection == every
    assert desk.state.linked.current == token
    assert desk.played == [token]


def test_lasso(desk: BoardDesk) -> None:
    inside = lasso(desk, desk.left)
    linked = desk.state.linked
    assert len(inside) > 3
    assert set(inside) <= linked.selected
    assert selected(desk.right) == linked.selected
    assert desk.played == []
    first = set(linked.selected)
    right = set(lasso(desk, desk.right, Modifier.ShiftModifier))
    assert linked.selected == first | right | linked.selected
    assert right <= linked.selected
    assert len(linked.selected) > len(first)
    lasso(desk, desk.right, Modifier.AltModifier)
    assert not linked.selected & right


def test_selected_elsewhere(desk: BoardDesk, results: Results) -> None:
    tokens = [one.id for one in results.opened.tokens.kept[3:6]]
    desk.state.linked.select(["gone#1.1", *tokens], tokens[1])
    for panel in desk.board.panels:
        assert selected(panel) == set(tokens)
        assert panel.points._current == desk.board.links.row_of(tokens[1])
    desk.state.linked.look_at("gone#1.1")
    assert [panel.points._current for panel in desk.board.panels] == [-1, -1]


def test_walking_through_the_selection(desk: BoardDesk, results: Results) -> None:
    tokens = [one.id for one in results.opened.tokens.kept[3:6]]
    desk.state.linked.select(tokens)
    desk.left.points.setFocus()
    desk.key(desk.left.points, Key.Key_Right)
    desk.key(desk.left.points, Key.Key_Down)
    assert desk.played == tokens[:2]
    desk.key(desk.left.points, Key.Key_Left)
    assert desk.played[-1] == tokens[0]
    assert desk.state.linked.selection == tuple(tokens)
    desk.key(desk.right.points, Key.Key_Up)  # round and round
    assert desk.played[-1] == tokens[2]
    desk.actions["maps.next_token"].trigger()
    assert desk.played[-1] == tokens[0]
    desk.actions["maps.previous_token"].trigger()
    assert desk.state.linked.current == desk.played[-1] == tokens[2]


def test_walking_without_a_selection(desk: BoardDesk, results: Results) -> None:
    ids = [one.id for one in results.opened.tokens.kept]
    desk.state.linked.show_only(frozenset(ids[4:7]))
    for _ in range(4):
        desk.key(desk.left.points, Key.Key_Right)
    assert desk.played == [*ids[4:7], ids[4]]
    desk.key(desk.left.points, Key.Key_Left)
    assert desk.played[-1] == ids[6]
    assert desk.state.linked.selection == ()


def test_space_plays_and_escape_clears(desk: BoardDesk) -> None:
    token = desk.lonely(desk.right)
    desk.state.linked.select([token], token)
    desk.key(desk.right.points, Key.Key_Space)
    assert desk.played == [token]
    desk.key(desk.right.points, Key.Key_Escape)
    assert desk.state.linked.selection == ()
    assert desk.state.linked.current == ""
    assert selected(desk.left) == set()
    desk.state.linked.select([token], token)
    desk.actions["maps.clear"].trigger()
    assert desk.state.linked.selection == ()


def test_enter_opens_the_interval_in_the_editor(desk: BoardDesk, results: Results) -> None:
    token = next(one for one in results.opened.tokens.kept if one.id.startswith(ALICE))
    desk.state.linked.select([token.id], token.id)
    with desk.qtbot.waitSignal(desk.state.token_shown, timeout=WAIT):
        desk.key(desk.left.points, Key.Key_Return)
    document = desk.state.current
    assert document is not None
    assert document.name == ALICE
    assert document.view.selection_start == pytest.approx(token.start)
    assert document.view.selection_end == pytest.approx(token.end)


def test_double_click_opens_the_interval(desk: BoardDesk) -> None:
    token = desk.lonely(desk.right)
    with desk.qtbot.waitSignal(desk.state.token_shown, timeout=WAIT) as shown:
        place = desk.place(desk.right, token)
        desk.qtbot.mouseDClick(desk.right.points, Button.LeftButton, pos=place)
    assert shown.args == [token]
    assert desk.state.linked.current == token


def test_the_filter(desk: BoardDesk, results: Results) -> None:
    ids = [one.id for one in results.opened.tokens.kept]
    speaker = results.opened.tokens.kept[0].speaker
    only = frozenset(one.id for one in results.opened.tokens.kept if one.speaker == speaker)
    numbers = desk.left.numbers.line
    desk.state.linked.show_only(only)
    for panel in desk.board.panels:
        picture = desk.picture(panel)
        assert set(picture.ids[picture.shown]) == only
        assert sum(one.count for one in panel.legend.entries) == len(only)
        assert panel.numbers.is_stale
    desk.settle()
    assert desk.left.numbers.line != numbers  # of what is seen
    desk.state.linked.show_only(None)
    assert all(desk.picture(panel).shown.all() for panel in desk.board.panels)
    desk.settle()
    assert desk.left.numbers.line == numbers
    assert len(ids) > len(only)


def menu_of(desk: BoardDesk, panel: MapPanel, token: str) -> QMenu:
    """Ask for the menu of a token, with the menu key."""
    desk.state.linked.look_at(token)
    row = desk.board.links.row_of(token)
    panel.points.context_wanted.emit(row, panel.points.mapToGlobal(QPoint(5, 5)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def press(menu: QMenu, text: str) -> None:
    action = next(one for one in menu.actions() if text in one.text())
    action.trigger()
    menu.close()


def test_the_menu_of_a_token(desk: BoardDesk, results: Results) -> None:
    token = results.opened.tokens.kept[2]
    press(menu_of(desk, desk.left, token.id), "Play")
    assert desk.played == [token.id]
    with desk.qtbot.waitSignal(desk.board.neighbours_wanted) as asked:
        press(menu_of(desk, desk.right, token.id), "Nearest tokens")
    assert asked.args == [token.id, desk.right.offer.title]
    press(menu_of(desk, desk.left, token.id), f"tokens of {token.label}")
    same = {one.id for one in results.opened.tokens.kept if one.label == token.label}
    assert desk.state.linked.selected == same
    press(menu_of(desk, desk.left, token.id), "Show only the selection")
    assert desk.state.linked.shown == same
    press(menu_of(desk, desk.left, token.id), "Show all tokens")
    assert desk.state.linked.shown is None
    press(menu_of(desk, desk.left, token.id), f"speaker {token.speaker}")
    assert desk.state.linked.selected == {
        one.id for one in results.opened.tokens.kept if one.speaker == token.speaker
    }
    with desk.qtbot.waitSignal(desk.state.token_shown, timeout=WAIT) as shown:
        press(menu_of(desk, desk.left, token.id), "Open in the editor")
    assert shown.args == [token.id]


def test_the_legend_selects(desk: BoardDesk, results: Results) -> None:
    legend = desk.left.legend
    entry = legend.entries[1]
    same = {one.id for one in results.opened.tokens.kept if one.label == entry.value}
    place = legend.visualRect(legend.model().index(1, 0)).center()
    desk.qtbot.mouseClick(legend.viewport(), Button.LeftButton, Modifier.NoModifier, place)
    assert desk.state.linked.selected == same
    assert entry.count == len(same)
    desk.qtbot.mouseDClick(legend.viewport(), Button.LeftButton, Modifier.NoModifier, place)
    assert desk.state.linked.shown == same
    assert [one.value for one in legend.entries] == [entry.value]  # of what is shown
    legend.setCurrentIndex(legend.model().index(0, 0))
    desk.key(legend, Key.Key_Return)
    assert desk.state.linked.shown is None
    legend.setCurrentIndex(legend.model().index(0, 0))
    desk.key(legend, Key.Key_Space)
    first = legend.entries[0].value
    assert set(desk.picture(desk.left).labels[desk.board.links.selected]) == {first}


def test_rows_of_before_an_edit_are_never_used(desk: BoardDesk, results: Results) -> None:
    """Ids are renamed before the maps have the new rows: nothing may be asked of them in between."""
    from w2vpraat.corpus.textgrid.edits import remove_boundary

    tokens = [one for one in results.opened.tokens.kept if one.id.startswith(ALICE)]
    desk.state.linked.select([one.id for one in tokens], tokens[-1].id)
    document = desk.document(ALICE)
    grid = remove_boundary(document.grid, tokens[0].tier_number, tokens[0].interval)
    with desk.qtbot.waitSignal(desk.feed.changed, timeout=WAIT):
        desk.state.history.edit(document, "Remove boundary", grid)
    for panel in desk.board.panels:
        assert len(desk.picture(panel).ids) == len(panel.points._selected)
        assert selected(panel) == desk.state.linked.selected
