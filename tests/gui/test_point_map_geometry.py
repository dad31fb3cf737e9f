"""The arithmetic of the map of tokens: frames, ticks, picking, lassos, letters, colours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path
from PySide6.QtCore import QPointF, QRectF
from w2vpraat_gui.theme import DARK, LIGHT, contrast
from w2vpraat_gui.views.points import palette
from w2vpraat_gui.views.points.frame import Limits, limits_of, make_frame, tick_texts, ticks
from w2vpraat_gui.views.points.letters import apart, uncovered
from w2vpraat_gui.views.points.picking import nearest_row, rows_inside

from w2vpraat.export.styles import HUES, label_styles

RECT = QRectF(50.0, 20.0, 400.0, 200.0)
LIMITS = Limits(0.0, 100.0, 500.0, 600.0)


def test_values_rise_to_the_right_and_upwards() -> None:
    frame = make_frame(RECT, LIMITS)
    assert frame.pixel(0.0, 500.0) == QPointF(50.0, 220.0)
    assert frame.pixel(100.0, 600.0) == QPointF(450.0, 20.0)


def test_a_vowel_chart_has_both_axes_reversed() -> None:
    frame = make_frame(RECT, LIMITS, (True, True))
    assert frame.pixel(100.0, 500.0) == QPointF(50.0, 20.0)
    assert frame.pixel(0.0, 600.0) == QPointF(450.0, 220.0)


@pytest.mark.parametrize("reversed_axes", [(False, False), (True, False), (False, True), (True, True)])
def test_pixels_and_values_are_inverse(reversed_axes: tuple[bool, bool]) -> None:
    frame = make_frame(RECT, LIMITS, reversed_axes, equal=True)
    assert frame.values(frame.pixel(12.5, 533.0)) == pytest.approx((12.5, 533.0))
    assert frame.pixels(np.array([[12.5, 533.0]]))[0].tolist() == pytest.approx(
        [frame.pixel(12.5, 533.0).x(), frame.pixel(12.5, 533.0).y()]
    )


def test_one_scale_for_both_axes_shows_more_of_one_and_nothing_less() -> None:
    frame = make_frame(RECT, LIMITS, equal=True)
    assert abs(frame.x_scale) == abs(frame.y_scale) == 2.0
    assert frame.limits == Limits(-50.0, 150.0, 500.0, 600.0)


def test_zooming_keeps_a_value_in_its_place() -> None:
    before = make_frame(RECT, LIMITS, (True, True))
    place = before.pixel(30.0, 520.0)
    after = make_frame(RECT, LIMITS.zoomed(0.3, 30.0, 520.0), (True, True))
    assert after.pixel(30.0, 520.0).x() == pytest.approx(place.x())
    assert after.pixel(30.0, 520.0).y() == pytest.approx(place.y())


def test_limits_have_room_even_for_one_token() -> None:
    assert limits_of(np.empty((0, 2))) is None
    one = limits_of(np.array([[400.0, 0.0]] * 3))
    assert one is not None
    assert one.x_low < 400.0 < one.x_high
    assert one.y_low < 0.0 < one.y_high


def test_ticks_are_round() -> None:
    assert ticks(213.0, 1180.0, 6) == [400.0, 600.0, 800.0, 1000.0]
    assert ticks(-2.2, 2.2, 5) == [-2.0, -1.0, 0.0, 1.0, 2.0]
    assert ticks(0.0, 1.0, 11) == pytest.approx([0.1 * one for one in range(11)])
    assert ticks(1.0, 1.0, 5) == []


@settings(max_examples=60, deadline=None)
@given(st.floats(-1e5, 1e5), st.floats(1e-3, 1e5), st.integers(2, 12))
def test_ticks_lie_inside_and_are_few(low: float, span: float, most: int) -> None:
    found = ticks(low, low + span, most)
    assert 1 <= len(found) <= most + 1
    assert all(low - 1e-6 * span <= one <= low + span + 1e-6 * span for one in found)
    assert len(set(tick_texts(found))) == len(found)


def test_tick_texts_have_the_decimals_that_they_need() -> None:
    assert tick_texts([-0.5, 0.0, 0.5]) == ["−0.5", "0.0", "0.5"]
    assert tick_texts([1000.0, 1500.0]) == ["1000", "1500"]
    assert tick_texts([]) == []


# Picking


def test_the_nearest_token_within_reach_is_picked_in_pixels() -> None:
    frame = make_frame(RECT, LIMITS)  # x: 4 pixels a unit, y: 2 pixels a unit
    points = np.array([[50.0, 550.0], [52.0, 550.0], [50.0, 553.0]])
    allowed = np.ones(3, dtype=bool)
    near = frame.pixel(50.0, 550.0) + QPointF(1.0, -3.5)  # 6 pixels above the first lies the third
    assert nearest_row(points, allowed, frame, near) == 2
    assert nearest_row(points, np.array([True, True, False]), frame, near) == 0
    assert nearest_row(points, allowed, frame, frame.pixel(50.0, 550.0) - QPointF(8.5, 0.0)) == -1
    assert nearest_row(points, allowed, frame, frame.pixel(50.0, 550.0) - QPointF(7.5, 0.0)) == 0
    # Eight pixels on both axes are more than eight pixels away.
    assert nearest_row(points, allowed, frame, frame.pixel(50.0, 550.0) + QPointF(-7.0, 7.0)) == -1


def test_of_several_in_one_place_the_one_on_top_is_picked() -> None:
    frame = make_frame(RECT, LIMITS)
    points = np.array([[50.0, 550.0]] * 4)
    allowed = np.ones(4, dtype=bool)
    place = frame.pixel(50.0, 550.0)
    assert nearest_row(points, allowed, frame, place) == 3
    assert nearest_row(points, allowed, frame, place, on_top=np.array([0, 1, 0, 0], dtype=bool)) == 1


def test_tokens_without_a_place_are_never_picked() -> None:
    frame = make_frame(RECT, LIMITS)
    points = np.array([[np.nan, 550.0], [50.0, np.nan]])
    assert nearest_row(points, np.ones(2, dtype=bool), frame, frame.pixel(50.0, 550.0)) == -1


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(3, 40))
def test_a_lasso_holds_what_matplotlib_says_too(seed: int, corners: int) -> None:
    random = np.random.default_rng(seed)
    turn = np.sort(random.uniform(0.0, 2.0 * np.pi, corners))
    # A star: no edge crosses another, so that even-odd and winding agree.
    polygon = random.uniform(0.1, 1.0, corners)[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
    points = random.uniform(-1.0, 1.0, (400, 2))
    expected = np.flatnonzero(Path(polygon).contains_points(points))
    if np.diff(np.append(turn, turn[0] + 2.0 * np.pi)).max() < np.pi:
        assert rows_inside(points, np.ones(400, dtype=bool), polygon).tolist() == expected.tolist()


def test_a_lasso_leaves_out_what_is_not_drawn() -> None:
    points = np.array([[0.5, 0.5], [np.nan, 0.5], [0.4, 0.4], [2.0, 0.5]])
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    assert rows_inside(points, np.array([True, True, False, True]), square).tolist() == [0]
    assert rows_inside(points, np.ones(4, dtype=bool), square[:2]).size == 0


# Letters


def test_letters_part_until_none_covers_another() -> None:
    places = np.array([[100.0, 100.0], [103.0, 101.0], [100.0, 100.0], [300.0, 100.0]])
    sizes = np.full((4, 2), 14.0)
    moved = apart(places, sizes, 30.0)
    gap = np.abs(moved[:, None] - moved[None, :]).max(axis=2)
    assert gap[~np.eye(4, dtype=bool)].min() >= 13.9
    assert moved[3].tolist() == [300.0, 100.0]
    assert np.abs(moved - places).max() <= 30.0


def test_letters_stay_near_their_place() -> None:
    places = np.zeros((30, 2))
    moved = apart(places, np.full((30, 2), 20.0), 15.0)
    assert np.abs(moved).max() <= 15.0


def test_of_too_many_letters_those_of_more_tokens_stay() -> None:
    places = np.array([[0.0, 0.0], [3.0, 0.0], [50.0, 0.0]])
    stays = uncovered(places, np.full((3, 2), 10.0), np.array([5.0, 9.0, 1.0]))
    assert stays.tolist() == [False, True, True]


# Colours


def test_window_and_figure_agree_on_light_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("w2vpraat_gui.theme._shown", LIGHT)
    styles = label_styles([f"{number:02d}" for number in range(len(HUES))])
    for number, style in enumerate(styles.values()):
        assert palette.mark_colour(number).name() == style.colour.lower()
        if contrast(style.dark, LIGHT.paper) >= 4.5:  # the others are a little darker than on paper
            assert palette.letter_colour(number).name() == style.dark.lower()
        assert palette.own_marker(number) == style.marker


@pytest.mark.parametrize(("shown", "least"), [(LIGHT, 2.0), (DARK, 3.5)])
def test_all_colours_are_seen_and_all_letters_read(
    shown: object, least: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("w2vpraat_gui.theme._shown", shown)
    paper = shown.paper  # type: ignore[attr-defined]
    for number in (*range(palette.N_COLOURS), -1):
        assert contrast(palette.mark_colour(number).name(), paper) >= least
        assert contrast(palette.letter_colour(number).name(), paper) >= 4.5


def test_values_far_down_the_list_differ_by_shape_if_not_by_colour() -> None:
    seen = {(palette.mark_colour(number).name(), palette.own_marker(number)) for number in range(7 * 5 * 9)}
    assert len(seen) >= 7 * 5 * 9 - 20
    assert palette.shape_marker(-1) not in {palette.shape_marker(number) for number in range(50)}
    assert len({palette.shape_marker(number) for number in range(9)}) == 9
