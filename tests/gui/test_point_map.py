"""The map of tokens under mouse and keys: what is picked, said and shown."""

from __future__ import annotations

import numpy as np
import pytest
from point_pictures import drag, factor, move, picture, place_of
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from w2vpraat_gui.views.points.point_map import PointMap

Key = Qt.Key
Left, Middle = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
Plain, Shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
Ctrl, Alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier

CROSS = [(100.0, 300.0), (200.0, 300.0), (100.0, 400.0), (200.0, 400.0), (150.0, 350.0)]


@pytest.fixture
def shown(qtbot: QtBot) -> PointMap:
    """Four tokens at the corners and one in the middle."""
    made = PointMap()
    qtbot.addWidget(made)
    made.resize(500, 420)
    made.set_picture(picture(CROSS, ["a", "a", "b", "b", "b"]))
    made.show()
    return made


def at(shown: PointMap, row: int) -> QPoint:
    return place_of(shown, row).toPoint()


def around(shown: PointMap, rows: list[int], room: int = 15) -> list[QPoint]:
    places = [at(shown, row) for row in rows]
    left, right = min(one.x() for one in places) - room, max(one.x() for one in places) + room
    top, bottom = min(one.y() for one in places) - room, max(one.y() for one in places) + room
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top + 3)]
    return [QPoint(*one) for one in corners]


def turn(
    shown: PointMap, place: QPointF, eighths: int, held: object = Plain, fingers: QPoint | None = None
) -> None:
    phase = Qt.ScrollPhase.NoScrollPhase if fingers is None else Qt.ScrollPhase.ScrollUpdate
    wheel = QWheelEvent(
        place,
        QPointF(shown.mapToGlobal(place.toPoint())),
        fingers or QPoint(),
        QPoint(0, eighths),
        Qt.MouseButton.NoButton,
        held,  # type: ignore[arg-type]
        phase,
        False,
    )
    QApplication.sendEvent(shown, wheel)


# Pointing and clicking


def test_the_token_under_the_mouse_is_told_once(qtbot: QtBot, shown: PointMap) -> None:
    told: list[int] = []
    shown.hovered.connect(told.append)
    qtbot.mouseMove(shown, at(shown, 2) + QPoint(5, 0))
    qtbot.mouseMove(shown, at(shown, 2) + QPoint(0, 5))
    qtbot.mouseMove(shown, at(shown, 2) + QPoint(40, -40))
    qtbot.mouseMove(shown, at(shown, 1))
    QApplication.sendEvent(shown, QEvent(QEvent.Type.Leave))
    assert told == [2, -1, 1, -1]


def test_a_click_tells_the_token_and_the_keys_held(qtbot: QtBot, shown: PointMap) -> None:
    told: list[tuple[int, object]] = []
    shown.clicked.connect(lambda row, held: told.append((row, held)))
    qtbot.mouseClick(shown, Left, pos=at(shown, 3) + QPoint(3, 3))
    qtbot.mouseClick(shown, Left, Ctrl, at(shown, 0))
    qtbot.mouseClick(shown, Left, pos=at(shown, 4) + QPoint(60, 0))
    assert told == [(3, Plain), (0, Ctrl), (-1, Plain)]


def test_a_press_that_trembles_is_a_click(shown: PointMap) -> None:
    told: list[int] = []
    shown.clicked.connect(lambda row, _held: told.append(row))
    drag(shown, [at(shown, 4), at(shown, 4) + QPoint(1, 2)])
    assert told == [4]


def test_filtered_tokens_and_those_without_a_place_are_not_picked(qtbot: QtBot, shown: PointMap) -> None:
    there = at(shown, 4)
    mask = np.ones(5, dtype=bool)
    mask[4] = False
    shown.set_picture(picture(CROSS, ["a", "a", "b", "b", "b"], shown=mask))
    assert shown.row_at(QPointF(there)) == -1
    lost = [*CROSS[:4], (np.nan, 350.0)]
    shown.set_picture(picture(lost, ["a", "a", "b", "b", "b"]))
    assert shown.row_at(QPointF(there)) == -1
    assert shown.row_at(QPointF(at(shown, 0))) == 0


def test_tokens_that_are_not_drawn_are_picked_only_if_selected(shown: PointMap) -> None:
    shown.set_picture(picture(CROSS, marks="none"))
    assert shown.row_at(place_of(shown, 2)) == -1
    shown.set_selected(np.array([0, 0, 1, 0, 0], dtype=bool))
    assert shown.row_at(place_of(shown, 2)) == 2


def test_a_double_click_opens(qtbot: QtBot, shown: PointMap) -> None:
    told: list[int] = []
    shown.activated.connect(told.append)
    qtbot.mouseDClick(shown, Left, pos=at(shown, 1))
    qtbot.mouseDClick(shown, Left, pos=QPoint(200, 200))
    assert told == [1]


def test_a_menu_is_asked_for_at_the_token(shown: PointMap) -> None:
    told: list[tuple[int, QPoint]] = []
    shown.context_wanted.connect(lambda row, place: told.append((row, place)))
    there = at(shown, 2)
    by_mouse = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, there, shown.mapToGlobal(there))
    QApplication.sendEvent(shown, by_mouse)
    shown.set_current(1)
    by_key = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
    QApplication.sendEvent(shown, by_key)
    assert told == [(2, shown.mapToGlobal(there)), (1, shown.mapToGlobal(at(shown, 1)))]


# Lasso


@pytest.mark.parametrize(("held", "mode"), [(Plain, "replace"), (Shift, "add"), (Alt, "remove")])
def test_a_lasso_tells_its_tokens_and_what_to_do(shown: PointMap, held: object, mode: str) -> None:
    told: list[tuple[list[int], str]] = []
    clicks: list[int] = []
    shown.lassoed.connect(lambda rows, how: told.append((rows.tolist(), how)))
    shown.clicked.connect(lambda row, _held: clicks.append(row))
    drag(shown, around(shown, [0, 2]), held=held)
    assert told == [([0, 2], mode)]
    assert not clicks


def test_a_lasso_of_nothing_says_so(shown: PointMap) -> None:
    told: list[int] = []
    shown.lassoed.connect(lambda rows, _how: told.append(len(rows)))
    middle = at(shown, 4) + QPoint(40, 0)
    drag(shown, [middle, middle + QPoint(20, 0), middle + QPoint(20, 20)])
    assert told == [0]


def test_a_lasso_passes_over_what_the_filter_hides(shown: PointMap) -> None:
    told: list[list[int]] = []
    shown.lassoed.connect(lambda rows, _how: told.append(rows.tolist()))
    shown.set_picture(picture(CROSS, shown=np.array([1, 1, 0, 1, 1], dtype=bool)))
    drag(shown, around(shown, [0, 1, 2, 3]))
    assert told == [[0, 1, 3, 4]]


def test_escape_gives_up_a_lasso_and_only_then_clears(qtbot: QtBot, shown: PointMap) -> None:
    told: list[str] = []
    shown.lassoed.connect(lambda *_: told.append("lassoed"))
    shown.cleared.connect(lambda: told.append("cleared"))
    corners = around(shown, [0])
    QTest.mousePress(shown, Left, Plain, corners[0])
    for corner in corners[1:]:
        move(shown, corner, Left, Plain)
    qtbot.keyClick(shown, Key.Key_Escape)
    QTest.mouseRelease(shown, Left, Plain, corners[-1])
    assert told == []
    qtbot.keyClick(shown, Key.Key_Escape)
    assert told == ["cleared"]


# Looking around


@pytest.mark.parametrize("reversed_axes", [(False, False), (True, True)])
def test_the_wheel_zooms_at_the_pointer(shown: PointMap, reversed_axes: tuple[bool, bool]) -> None:
    shown.set_picture(picture(CROSS, reversed_axes=reversed_axes))
    place = place_of(shown, 1)
    before = shown.view_rect
    turn(shown, place, 240)
    after = shown.view_rect
    assert after.width() == pytest.approx(before.width() / 1.44)
    assert after.height() == pytest.approx(before.height() / 1.44)
    # Room for numbers may change by a step, and the place with it, by some pixels.
    assert (place_of(shown, 1) - place).manhattanLength() < 20.0
    turn(shown, place_of(shown, 1), -240)
    assert shown.view_rect.width() == pytest.approx(before.width())


@pytest.mark.parametrize(
    ("button", "held"), [(Middle, Plain), (Left, Ctrl)], ids=["middle button", "Ctrl and left button"]
)
def test_dragging_moves_the_map_with_the_pointer(
    shown: PointMap, button: Qt.MouseButton, held: object
) -> None:
    told: list[object] = []
    shown.lassoed.connect(lambda *_: told.append("lassoed"))
    shown.clicked.connect(lambda *_: told.append("clicked"))
    before, start = place_of(shown, 4), at(shown, 4)
    drag(shown, [start, start + QPoint(20, 10), start + QPoint(50, -30)], button, held)
    assert (place_of(shown, 4) - before - QPointF(50.0, -30.0)).manhattanLength() < 0.01
    assert not told


def test_space_and_a_drag_move_the_map_and_play_nothing(qtbot: QtBot, shown: PointMap) -> None:
    told: list[int] = []
    shown.play_wanted.connect(told.append)
    shown.set_current(0)
    before, start = place_of(shown, 4), at(shown, 4)
    QTest.keyPress(shown, Key.Key_Space)
    drag(shown, [start, start + QPoint(20, 0), start + QPoint(30, 0)])
    QTest.keyRelease(shown, Key.Key_Space)
    assert place_of(shown, 4).x() == pytest.approx(before.x() + 30.0)
    assert told == []


def test_two_fingers_move_the_map_and_zoom_with_ctrl(shown: PointMap) -> None:
    before, place = place_of(shown, 4), QPointF(200.0, 200.0)
    turn(shown, place, 40, fingers=QPoint(12, -7))
    assert (place_of(shown, 4) - before - QPointF(12.0, -7.0)).manhattanLength() < 0.01
    width = shown.view_rect.width()
    turn(shown, place, 120, Ctrl, fingers=QPoint(0, 20))
    assert shown.view_rect.width() == pytest.approx(width / 1.2)


def test_keys_zoom_and_show_all_again(qtbot: QtBot, shown: PointMap) -> None:
    home = shown.view_rect
    for key in (Key.Key_Plus, Key.Key_Minus, Key.Key_Minus, Key.Key_Plus):
        qtbot.keyClick(shown, key)
    assert shown.view_rect.width() == pytest.approx(home.width())
    assert not shown.is_home
    for key in (Key.Key_Home, Key.Key_F):
        qtbot.keyClick(shown, Key.Key_Plus)
        assert shown.view_rect.width() < home.width()
        qtbot.keyClick(shown, key)
        assert shown.view_rect == home
        assert shown.is_home


def test_zooming_ends_somewhere(shown: PointMap) -> None:
    home = shown.view_rect.width()
    for _ in range(200):
        shown.zoom(0.5)
    assert shown.view_rect.width() == pytest.approx(1e-4 * home, rel=0.05)
    for _ in range(200):
        shown.zoom(2.0)
    assert shown.view_rect.width() == pytest.approx(6.0 * home, rel=0.05)


def test_view_changes_are_told(qtbot: QtBot, shown: PointMap) -> None:
    with qtbot.waitSignal(shown.view_changed):
        shown.zoom(0.5)
    with qtbot.waitSignal(shown.view_changed):
        shown.pan(3.0, 0.0)


# Keys


def test_arrows_step(qtbot: QtBot, shown: PointMap) -> None:
    told: list[int] = []
    shown.stepped.connect(told.append)
    for key in (Key.Key_Right, Key.Key_Left, Key.Key_Down, Key.Key_Up):
        qtbot.keyClick(shown, key)
    assert told == [1, -1, 1, -1]


def test_enter_opens_the_current_token(qtbot: QtBot, shown: PointMap) -> None:
    told: list[int] = []
    shown.activated.connect(told.append)
    qtbot.keyClick(shown, Key.Key_Return)
    shown.set_current(3)
    qtbot.keyClick(shown, Key.Key_Return)
    assert told == [3]


def test_space_plays_what_was_pointed_at_last(qtbot: QtBot, shown: PointMap) -> None:
    told: list[int] = []
    shown.play_wanted.connect(told.append)
    qtbot.keyClick(shown, Key.Key_Space)
    qtbot.mouseMove(shown, at(shown, 2))
    qtbot.keyClick(shown, Key.Key_Space)
    shown.set_current(1)  # stepped to, while the mouse lies where it was
    qtbot.keyClick(shown, Key.Key_Space)
    qtbot.mouseMove(shown, at(shown, 4) + QPoint(40, 0))
    qtbot.keyClick(shown, Key.Key_Space)
    assert told == [2, 1, 1]


def test_own_keys_are_not_shortcuts_of_the_window_and_others_are(shown: PointMap) -> None:
    def taken(key: Qt.Key, held: Qt.KeyboardModifier = Plain) -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, held)
        event.ignore()
        QApplication.sendEvent(shown, event)
        return event.isAccepted()

    assert taken(Key.Key_Space)
    assert taken(Key.Key_F)
    assert taken(Key.Key_Plus, Shift)
    assert not taken(Key.Key_F, Ctrl)
    assert not taken(Key.Key_Home, Ctrl)
    assert not taken(Key.Key_Z)


# What is shown


def test_an_edit_keeps_the_zoom_and_another_map_does_not(shown: PointMap) -> None:
    shown.zoom(0.5)
    zoomed = shown.view_rect
    shown.set_picture(picture([(130.0, 320.0), *CROSS[1:]], ["a", "a", "b", "b", "b"]))
    assert shown.view_rect == zoomed
    shown.set_picture(picture(CROSS), reset_view=True)
    assert shown.is_home
    shown.zoom(0.5)
    shown.set_picture(picture(CROSS, title="F1, F2, Lobanov"))
    assert shown.is_home


def test_the_home_view_grows_with_a_token_that_moves_out(shown: PointMap) -> None:
    home = shown.view_rect
    shown.set_picture(picture([*CROSS[:4], (150.0, 900.0)]))
    assert shown.view_rect.bottom() > 900.0
    assert shown.view_rect.left() == pytest.approx(home.left(), abs=1.0)
    grown = shown.view_rect
    shown.set_picture(picture(CROSS))
    assert shown.view_rect == grown  # and does not jump back
    shown.fit()
    assert shown.view_rect.bottom() == pytest.approx(home.bottom())


def test_the_first_tokens_are_fitted(qtbot: QtBot) -> None:
    made = PointMap()
    qtbot.addWidget(made)
    assert made.picture is None
    made.set_picture(picture([]))
    made.set_picture(picture(CROSS))
    assert made.view_rect.contains(QPointF(200.0, 400.0))
    assert not made.view_rect.contains(QPointF(0.0, 0.0))


def test_the_current_token_is_brought_into_view(shown: PointMap) -> None:
    shown.zoom(0.2)
    assert not shown.view_rect.contains(QPointF(*CROSS[0]))
    width = shown.view_rect.width()
    shown.set_current(0)
    assert shown.view_rect.contains(QPointF(*CROSS[0]))
    assert shown.view_rect.width() == pytest.approx(width)
    view = shown.view_rect
    shown.set_current(-1)
    assert shown.view_rect == view


def test_other_tokens_are_not_selected_by_the_rows_of_the_old_ones(shown: PointMap) -> None:
    shown.set_selected(np.array([1, 0, 0, 0, 0], dtype=bool))
    shown.set_current(4)
    shown.set_picture(picture(CROSS[:3]))
    assert shown.describe() == "3 of 3 tokens are shown. 0 are selected."
    with pytest.raises(ValueError, match="5 marks of selection for 3 tokens"):
        shown.set_selected(np.ones(5, dtype=bool))
    with pytest.raises(ValueError, match="5 points for 3 tokens"):
        shown.set_points(np.array(CROSS))


def test_what_is_shown_is_told_in_words(shown: PointMap) -> None:
    mask = np.array([1, 1, 1, 1, 0], dtype=bool)
    labels = [r"\sw", "a", "b", "b", "b"]
    speakers = ["Ann", "Bob", "Bob", "", "Ann"]
    shown.set_picture(picture(CROSS, labels, shapes=speakers, shown=mask, title="F1, F2, Lobanov"))
    shown.set_selected(np.array([1, 1, 0, 0, 0], dtype=bool))
    shown.set_current(0)
    assert shown.accessibleName() == "Map of tokens: F1, F2, Lobanov"
    assert shown.accessibleDescription() == (
        "4 of 5 tokens are shown. 2 are selected. Current: ə, rec#phones.0, speaker: Ann."
    )
    assert shown.told(3).lines == ("rec#phones.3", "speaker: –")
    shown.set_picture(None)
    shown.set_message("Measure first.")
    assert shown.describe() == "Measure first."


def test_the_value_of_the_colour_is_told_if_it_is_not_the_label(shown: PointMap) -> None:
    shown.set_picture(picture(CROSS, colour=factor("sex", ["f", "f", "m", "m", ""])))
    assert shown.told(0).lines == ("rec#phones.0", "sex: f")
    assert shown.told(4).lines == ("rec#phones.4", "sex: –")


def test_rows_beyond_the_tokens_are_nobody(shown: PointMap) -> None:
    shown.set_current(99)
    shown.set_hovered(-7)
    shown.grab()
    assert "Current" not in shown.describe()
