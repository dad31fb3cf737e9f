"""The mouse on the tiers does what Praat's does; every drag is one act that undo takes back whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot
from tier_desk import END, GRID, LEFT_BUTTON, NO_KEY, ODD, SHIFT, STRETCH, Desk, tier
from w2vpraat_gui.document import Document
from w2vpraat_gui.editor.mouse import find_target
from w2vpraat_gui.state import AppState
from w2vpraat_gui.views.time_axis import LEFT

from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, TextGrid, read_textgrid
from w2vpraat.corpus.textgrid.praat_edits import move_all_at, stretch_boundaries


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, document: Document) -> Desk:
    return Desk(qtbot, state, document)


def _undo_restores(desk: Desk, selection: tuple[float, float, int]) -> None:
    # One act, and undo brings grid and selection back.
    assert desk.state.history.stack.count() == 1
    desk.state.history.undo()
    assert desk.grid == GRID
    assert desk.selection == selection
    desk.state.history.redo()
    assert desk.grid != GRID


# Select


def test_click_in_interval_selects_its_span_and_tier(desk: Desk) -> None:
    desk.click(desk.place(1, 0.7))
    assert desk.selection == (0.4, 1.0, 1)
    desk.click(desk.place(4, 1.4))
    assert desk.selection == (ODD, END, 4)
    assert desk.grid is GRID


@pytest.mark.parametrize("shift", [-1.4, 1.4, -2.3, 2.3])
def test_click_near_a_boundary_selects_it(desk: Desk, shift: float) -> None:
    desk.click(desk.place(4, ODD, shift))
    assert desk.selection == (ODD, ODD, 4)


def test_click_beyond_the_zone_selects_the_interval(desk: Desk) -> None:
    desk.click(desk.place(4, ODD, 2.9))
    assert desk.selection == (ODD, END, 4)
    desk.tiers.set_params(replace(desk.tiers.params, hit_zone=6.0))
    desk.click(desk.place(4, ODD, 2.9))
    assert desk.selection == (ODD, ODD, 4)


def test_nearest_boundary_wins_and_a_short_interval_can_be_clicked(
    qtbot: QtBot, state: AppState, document: Document
) -> None:
    grid = TextGrid(0.0, END, (tier("t", (0.5, "a"), (0.53, "b"), (END, "c")),))  # 15 pixels, 4 mm
    desk = Desk(qtbot, state, document, grid)
    desk.click(desk.place(1, 0.5, 1.0))
    assert desk.selection == (0.5, 0.5, 1)
    desk.click(desk.place(1, 0.53, -1.0))
    assert desk.selection == (0.53, 0.53, 1)
    desk.click(desk.place(1, 0.515))
    assert desk.selection == (0.5, 0.53, 1)
    desk.click(desk.place(1, 0.53, 2.2))  # outside the short one the zone is as wide as ever
    assert desk.selection == (0.53, 0.53, 1)


def test_click_selects_points_and_between_them_puts_the_cursor(desk: Desk) -> None:
    desk.click(desk.place(3, 1.2, -2.0))
    assert desk.selection == (1.2, 1.2, 3)
    desk.click(desk.place(3, 0.8))
    assert desk.selection == (pytest.approx(0.8), pytest.approx(0.8), 3)


def test_edge_of_a_tier_is_no_boundary(desk: Desk) -> None:
    desk.document.view.show_range(END - 2.0, END)
    desk.drag(desk.place(1, END, -1.0), desk.place(1, END - 0.5))
    assert desk.grid is GRID
    assert desk.selection == (1.5, END, 1)


def test_shift_click_extends_the_selection(desk: Desk) -> None:
    desk.click(desk.place(1, 0.7))
    desk.click(desk.place(1, 1.3), SHIFT)
    assert desk.selection == (0.4, 1.5, 1)
    desk.click(desk.place(3, 0.5), SHIFT)
    assert desk.selection == (0.4, 1.5, 3)


def test_drag_over_intervals_selects_them(desk: Desk) -> None:
    desk.drag(desk.place(1, 1.3), desk.place(1, 0.6))
    assert desk.selection == (0.4, 1.5, 1)
    assert desk.grid is GRID


def test_click_beside_the_axis_selects_the_tier_only(desk: Desk) -> None:
    before = desk.selection[:2]
    desk.click(QPoint(LEFT // 2, desk.place(2, 0.5).y()))
    assert desk.selection == (*before, 2)


# Drag


def test_drag_moves_a_boundary_and_undo_takes_it_back(desk: Desk) -> None:
    before = desk.selection
    seen: list[object] = []
    end = desk.place(1, 0.62)
    desk.drag(desk.place(1, 0.4), end, before_drop=lambda: seen.append(desk.tiers.ghost))
    time = desk.tiers.time_of(end.x())
    assert desk.grid.tiers[0].items[:2] == (Interval(0.0, time, "a"), Interval(time, 1.0, "b"))
    assert desk.grid.tiers[1:] == GRID.tiers[1:]
    assert desk.selection == (time, time, 1)
    assert seen[0].time == time  # type: ignore[attr-defined]
    assert seen[0].from_time == 0.4  # type: ignore[attr-defined]
    assert desk.tiers.ghost is None
    assert desk.state.history.stack.undoText() == "Move boundary"
    _undo_restores(desk, before)


def test_moving_less_than_the_start_of_a_drag_selects(desk: Desk) -> None:
    start = desk.place(1, 0.4)
    desk.drag(start, start + QPoint(int(desk.tiers.pixels(1.0)), 0))
    assert desk.grid is GRID
    assert desk.selection == (0.4, 0.4, 1)


@pytest.mark.parametrize("shift", [-1.3, 1.3])
def test_drop_near_a_boundary_of_another_tier_takes_its_exact_time(desk: Desk, shift: float) -> None:
    desk.drag(desk.place(1, 0.4), desk.place(4, ODD, shift))
    assert desk.grid.tiers[0].items[0].end == ODD
    assert desk.selection == (ODD, ODD, 1)


def test_drop_near_a_point_snaps_and_farther_does_not(desk: Desk) -> None:
    desk.drag(desk.place(1, 0.4), desk.place(1, 0.5, -1.4))
    assert desk.grid.tiers[0].items[0].end == 0.5
    desk.state.history.undo()
    desk.drag(desk.place(1, 0.4), desk.place(1, 0.5, -1.9))
    assert 0.48 < desk.grid.tiers[0].items[0].end < 0.5


def test_drop_near_the_cursor_takes_its_exact_time(desk: Desk) -> None:
    third = 1.0 / 3.0
    desk.document.view.select(third, tier=2)
    desk.drag(desk.place(1, 0.4), desk.place(1, third, 1.2))
    assert desk.grid.tiers[0].items[0].end == third


def test_a_selected_boundary_can_be_moved_a_little(desk: Desk) -> None:
    # The cursor is at the boundary itself; it must not hold it there.
    desk.click(desk.place(1, 0.4))
    desk.drag(desk.place(1, 0.4), desk.place(1, 0.4, 1.4))
    assert desk.grid.tiers[0].items[0].end == pytest.approx(0.41, abs=0.003)


def test_boundary_does_not_pass_its_neighbours(desk: Desk) -> None:
    refused: list[str] = []
    desk.drag(
        desk.place(1, 0.4),
        desk.place(1, 1.3),
        before_drop=lambda: refused.append(desk.tiers.ghost.refused),  # type: ignore[union-attr]
    )
    assert desk.grid is GRID
    assert desk.state.history.stack.count() == 0
    assert "between 0.0 and 1.0" in refused[0]
    assert desk.said[-1].startswith("Not moved: ")
    assert not desk.state.notices.shown


def test_drop_on_the_neighbour_is_refused_too(desk: Desk) -> None:
    # Snapping to tier 2 would give both boundaries of tier 1 the time 1.0.
    desk.drag(desk.place(1, 0.4), desk.place(1, 1.0, -1.0))
    assert desk.grid is GRID


def test_points_pass_others_and_do_not_land_on_one(desk: Desk) -> None:
    end = desk.place(3, 1.35)
    desk.drag(desk.place(3, 0.5), end)
    time = desk.tiers.time_of(end.x())
    assert desk.grid.tiers[2].items == (Point(1.2, "L"), Point(time, "H"))
    assert desk.state.history.stack.undoText() == "Move point"
    desk.state.history.undo()
    desk.drag(desk.place(3, 0.5), desk.place(3, 1.2))
    assert desk.grid == GRID
    assert "already" in desk.said[-1]


def test_shift_drag_moves_everything_at_exactly_that_time(desk: Desk) -> None:
    before = desk.selection
    end = desk.place(1, 1.32)
    desk.drag(desk.place(1, 1.0), end, SHIFT)
    time = desk.tiers.time_of(end.x())
    assert desk.grid == move_all_at(GRID, 1.0, time)
    assert desk.grid.tiers[0].items[1].end == desk.grid.tiers[1].items[0].end == time
    assert desk.grid.tiers[3] == GRID.tiers[3]
    _undo_restores(desk, before)


def test_shift_drag_is_not_held_by_what_moves_along(desk: Desk) -> None:
    desk.drag(desk.place(1, 1.0), desk.place(1, 1.0, 1.4), SHIFT)
    assert desk.grid.tiers[0].items[1].end == desk.grid.tiers[1].items[0].end != 1.0


def test_plain_drag_leaves_the_other_tiers(desk: Desk) -> None:
    desk.drag(desk.place(1, 1.0), desk.place(1, 1.32))
    assert desk.grid.tiers[1] == GRID.tiers[1]


def test_shift_drag_is_refused_as_a_whole(desk: Desk) -> None:
    desk.drag(desk.place(2, 1.0), desk.place(2, 1.7), SHIFT)  # tier 1 has a boundary at 1.5
    assert desk.grid is GRID


@pytest.mark.parametrize(("keys", "tiers"), [(STRETCH, (1,)), (STRETCH | SHIFT, None)])
def test_ctrl_alt_drag_stretches_what_is_inside_the_selection(
    desk: Desk, keys: Qt.KeyboardModifier, tiers: tuple[int, ...] | None
) -> None:
    desk.document.view.select(0.0, 1.5, tier=1)
    before = desk.selection
    end = desk.place(1, 1.11)
    desk.drag(desk.place(1, 1.0), end, keys)
    time = desk.tiers.time_of(end.x())
    assert desk.grid == stretch_boundaries(GRID, 0.0, 1.5, 1.0, time, tiers)
    assert desk.grid.tiers[0].items[0].end == pytest.approx(0.4 * time)
    assert (desk.grid.tiers[3] == GRID.tiers[3]) is (tiers is not None)
    assert desk.selection == before
    _undo_restores(desk, before)


def test_stretching_without_a_selection_says_why_not(desk: Desk) -> None:
    desk.drag(desk.place(1, 1.0), desk.place(1, 1.2), STRETCH)
    assert desk.grid is GRID
    assert "Not moved" in desk.said[-1]


def test_escape_cancels_a_drag(desk: Desk) -> None:
    before = desk.selection
    stopped: list[bool] = []
    desk.actions_.on("play.stop", lambda: stopped.append(True))
    start, end = desk.place(1, 0.4), desk.place(1, 0.6)
    QTest.mousePress(desk.tiers, LEFT_BUTTON, NO_KEY, start)
    QTest.mouseMove(desk.tiers, end)
    assert desk.mouse.is_dragging
    QTest.keyClick(desk.field, Qt.Key.Key_Escape)
    assert not desk.mouse.is_dragging
    assert desk.tiers.ghost is None
    QTest.mouseMove(desk.tiers, end + QPoint(30, 0))
    QTest.mouseRelease(desk.tiers, LEFT_BUTTON, NO_KEY, end)
    assert desk.grid is GRID
    assert desk.selection == before
    assert not stopped
    QTest.keyClick(desk.field, Qt.Key.Key_Escape)  # afterwards the key belongs to its command again
    assert stopped == [True]


def test_edge_at_a_gap_is_not_dragged(qtbot: QtBot, state: AppState, document: Document) -> None:
    gap = IntervalTier("gap", 0.0, END, (Interval(0.0, 0.5, "a"), Interval(0.9, END, "b")))
    desk = Desk(qtbot, state, document, TextGrid(0.0, END, (gap,)))
    desk.drag(desk.place(1, 0.5), desk.place(1, 0.3))
    desk.drag(desk.place(1, 0.9), desk.place(1, 0.7))
    assert desk.grid.tiers == (gap,)
    desk.click(desk.place(1, 0.7))
    assert desk.selection[:2] == (pytest.approx(0.7), pytest.approx(0.7))


# Add, menus, the rest


def test_click_in_the_circle_adds_a_boundary(desk: Desk) -> None:
    desk.document.view.select(0.62, tier=1)
    before = desk.selection
    desk.click(desk.circle(2))
    assert desk.grid.tiers[1].items[:2] == (Interval(0.0, 0.62, "one"), Interval(0.62, 1.0, ""))
    assert desk.selection == (0.62, 0.62, 2)
    assert desk.state.history.stack.undoText() == "Add boundary"
    _undo_restores(desk, before)


def test_circle_on_the_selected_tier_divides_the_label_at_the_text_cursor(desk: Desk) -> None:
    desk.document.view.select(0.62, tier=2)
    desk.field.setCursorPosition(2)
    desk.click(desk.circle(2))
    assert [item.label for item in desk.grid.tiers[1].items] == ["on", "e", "two"]


def test_of_circle_and_boundary_the_nearer_one_is_clicked(desk: Desk) -> None:
    desk.document.view.select(desk.tiers.time_of(desk.place(2, 1.0, 1.0).x()), tier=1)
    circle = desk.circle(2)
    assert find_target(desk.tiers, QPointF(circle)).kind == "circle"
    assert find_target(desk.tiers, QPointF(circle - QPoint(3, 0))).kind == "boundary"


def test_circle_adds_points_and_is_not_where_one_is(desk: Desk) -> None:
    desk.document.view.select(0.62, tier=1)
    desk.click(desk.circle(3))
    assert desk.grid.tiers[2].items == (Point(0.5, "H"), Point(0.62, ""), Point(1.2, "L"))
    desk.document.view.select(0.5, tier=1)
    assert find_target(desk.tiers, QPointF(desk.circle(3))).kind == "point"
    desk.document.view.select(0.2, 0.3)  # a selection has no circle
    assert find_target(desk.tiers, QPointF(desk.circle(2))).kind == "interval"


def test_double_click_asks_for_the_label_field(qtbot: QtBot, desk: Desk) -> None:
    place = desk.place(1, 0.7)
    desk.click(place)
    with qtbot.waitSignal(desk.mouse.label_wanted):
        QTest.mouseDClick(desk.tiers, LEFT_BUTTON, NO_KEY, place)
    assert desk.selection == (0.4, 1.0, 1)


def test_hover_shows_the_time_and_what_can_be_grabbed(desk: Desk) -> None:
    place = desk.place(1, 0.4)
    QTest.mouseMove(desk.tiers, place)
    assert desk.document.view.hover == desk.tiers.time_of(place.x())
    assert desk.tiers.cursor().shape() == Qt.CursorShape.SplitHCursor
    QTest.mouseMove(desk.tiers, desk.place(1, 0.7))
    assert desk.tiers.cursor().shape() == Qt.CursorShape.ArrowCursor
    QTest.mouseMove(desk.tiers, desk.place(3, 1.2))
    assert desk.tiers.cursor().shape() == Qt.CursorShape.SplitHCursor


@pytest.mark.parametrize(
    ("number", "time", "expected", "selection"),
    [
        (1, 0.4, "boundary.remove", (0.4, 0.4, 1)),
        (1, 0.7, "interval.split", (0.4, 1.0, 1)),
        (3, 1.2, "boundary.remove", (1.2, 1.2, 3)),
    ],
)
def test_menu_belongs_to_what_is_under_the_mouse(
    qtbot: QtBot, desk: Desk, number: int, time: float, expected: str, selection: tuple[float, float, int]
) -> None:
    place = desk.place(number, time)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, desk.tiers.mapToGlobal(place))
    QApplication.sendEvent(desk.tiers, event)
    assert desk.selection == selection
    menu = desk.tiers.findChild(QMenu)
    assert menu is not None
    assert desk.actions_[expected] in menu.actions()
    menu.close()


def test_menu_inside_a_selection_keeps_it(desk: Desk) -> None:
    desk.document.view.select(0.0, 1.5, tier=1)
    place = desk.place(1, 0.7)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, desk.tiers.mapToGlobal(place))
    QApplication.sendEvent(desk.tiers, event)
    assert desk.selection == (0.0, 1.5, 1)  # so that its intervals can be merged
    desk.tiers.findChild(QMenu).close()


def test_typing_becomes_an_act_before_a_drag(desk: Desk) -> None:
    desk.click(desk.place(1, 0.7))
    QTest.keyClicks(desk.field, "x")
    desk.drag(desk.place(1, 0.4), desk.place(1, 0.6))
    assert [item.label for item in desk.grid.tiers[0].items] == ["a", "bx", "c", "d"]
    assert desk.state.history.stack.count() == 2
    desk.state.history.undo()
    assert desk.grid.tiers[0].items[1] == Interval(0.4, 1.0, "bx")


def test_saved_file_differs_only_where_it_was_dragged(
    qtbot: QtBot, state: AppState, document: Document
) -> None:
    path: Path = document.grid_path
    before = path.read_bytes()
    desk = Desk(qtbot, state, document, document.grid)
    old = desk.grid.tiers[1].items[3]
    end = desk.place(2, old.end, 2.0)
    desk.drag(desk.place(2, old.end), end)
    new = desk.grid.tiers[1].items[3].end
    assert new != old.end
    document.save()
    assert read_textgrid(path) == desk.grid
    changed = [
        (was, now)
        for was, now in zip(before.splitlines(), path.read_bytes().splitlines(), strict=True)
        if was != now
    ]
    assert len(changed) == 2  # end of one interval, start of the next
    assert all(repr(new).encode() in now for _, now in changed)
