"""The visible stretch and the selection follow Praat's meanings and never leave the recording."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot
from w2vpraat_gui.time_view import PAGE, TimeView


@pytest.fixture
def view(qapp: QCoreApplication) -> TimeView:
    made = TimeView()
    made.set_limits(0.0, 10.0)
    return made


def test_zooming_keeps_the_middle_or_the_place_that_is_named(view: TimeView) -> None:
    view.show_range(2.0, 6.0)
    view.zoom(0.5)
    assert (view.start, view.end) == (3.0, 5.0)
    view.zoom(2.0)
    assert (view.start, view.end) == (2.0, 6.0)
    view.zoom(0.5, around=2.0)
    assert (view.start, view.end) == (2.0, 4.0)


def test_zooming_out_stops_at_the_recording(view: TimeView) -> None:
    view.show_range(7.0, 9.0)
    view.zoom(4.0)
    assert (view.start, view.end) == (2.0, 10.0)
    view.zoom(4.0)
    assert (view.start, view.end) == (0.0, 10.0)


def test_zoom_to_selection_and_back(view: TimeView) -> None:
    view.show_range(1.0, 9.0)
    view.select(4.0)
    view.zoom_to_selection()
    assert (view.start, view.end) == (1.0, 9.0)  # a cursor is no stretch
    view.select(4.5, 4.0)
    view.zoom_to_selection()
    assert (view.start, view.end) == (4.0, 4.5)
    view.zoom_back()
    assert (view.start, view.end) == (1.0, 9.0)
    view.zoom_back()
    assert (view.start, view.end) == (1.0, 9.0)


def test_pages_overlap_and_stop_at_the_ends(view: TimeView) -> None:
    view.show_range(0.0, 2.0)
    view.page(1)
    assert (view.start, view.end) == (PAGE * 2.0, PAGE * 2.0 + 2.0)
    view.page(-1)
    view.page(-1)
    assert (view.start, view.end) == (0.0, 2.0)


def test_reveal_scrolls_only_if_needed(view: TimeView) -> None:
    view.show_range(2.0, 4.0)
    view.reveal(2.5, 3.5)
    assert (view.start, view.end) == (2.0, 4.0)
    view.reveal(5.0, 5.5)
    assert view.end - view.start == pytest.approx(2.0)
    assert view.start <= 5.0 <= 5.5 <= view.end
    view.reveal(1.0, 8.0)
    assert view.start <= 1.0 <= 8.0 <= view.end


def test_what_is_tiny_is_shown_closely(qtbot: QtBot) -> None:
    view = TimeView()
    view.set_limits(0.0, 3600.0)
    view.approach(1800.0, 1800.1)
    assert (view.start, view.end) == pytest.approx((1799.3, 1800.8))
    view.approach(1800.6, 1800.7)  # seen well enough
    assert (view.start, view.end) == pytest.approx((1799.3, 1800.8))
    view.approach(10.0, 10.2)  # elsewhere, at the same zoom
    assert view.length == pytest.approx(1.5)
    assert view.start < 10.0 < 10.2 < view.end
    view.zoom_back()
    assert (view.start, view.end) == (0.0, 3600.0)
    view.approach(600.0, 900.0)
    assert (view.start, view.end) == (0.0, 3600.0)
    view.approach(0.0, 0.5)
    assert (view.start, view.end) == (0.0, 5.0)
    view.show_all()
    view.approach(7.0, 7.0)  # a point
    assert (view.start, view.end) == pytest.approx((6.25, 7.75))


def test_signals_come_once_and_only_for_changes(qtbot: QtBot, view: TimeView) -> None:
    seen: list[str] = []
    view.selection_changed.connect(lambda: seen.append("selection"))
    view.range_changed.connect(lambda start, end: seen.append("range"))
    view.select(1.0, 2.0, tier=2)
    view.select(2.0, 1.0, tier=2)
    view.show_range(0.0, 10.0)
    view.show_range(0.0, 5.0)
    assert seen == ["selection", "range"]
    assert (view.selection_start, view.selection_end, view.tier) == (1.0, 2.0, 2)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["zoom", "scroll", "show", "select", "page", "reveal", "to", "back"]),
            st.floats(-20, 20),
            st.floats(0.01, 20),
        ),
        max_size=20,
    )
)
def test_nothing_leaves_the_recording(qapp: QCoreApplication, acts: list[tuple[str, float, float]]) -> None:
    view = TimeView()
    view.set_limits(1.0, 7.5)
    for what, first, second in acts:
        if what == "zoom":
            view.zoom(second, around=min(max(first, 1.0), 7.5))
        elif what == "scroll":
            view.scroll(first)
        elif what == "show":
            view.show_range(first, first + second)
        elif what == "select":
            view.select(first, first + second)
        elif what == "page":
            view.page(1 if first > 0 else -1)
        elif what == "reveal":
            view.reveal(first, first + second)
        elif what == "to":
            view.zoom_to_selection()
        else:
            view.zoom_back()
        assert 1.0 <= view.start < view.end <= 7.5 + 1e-9
        assert 1.0 <= view.selection_start <= view.selection_end <= 7.5
