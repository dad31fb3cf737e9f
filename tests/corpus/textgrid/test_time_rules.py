"""Boundaries near a time, snapping, and moving a selection, in tidy and in broken tiers."""

from __future__ import annotations

import random
import time as clock
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid
from w2vpraat.corpus.textgrid.praat_edits import (
    Snap,
    add_boundary,
    boundaries_at,
    boundary_near,
    boundary_time,
    extend_selection,
    move_boundary_to,
    move_selection_end,
    move_selection_start,
    nearest_sample_edge,
    next_interval,
    previous_interval,
    remove_at,
    snap_time,
    up_down_time,
)
from w2vpraat.corpus.textgrid.time_rules import has_edge_at, latest_mark
from w2vpraat.errors import TextGridError

TIDY = IntervalTier("a", 0, 10, (Interval(0, 4), Interval(4, 6), Interval(6, 10)))
GAPPY = IntervalTier("g", 0, 10, (Interval(1, 3), Interval(5, 6), Interval(6, 8)))
POINTS = PointTier("p", 0, 10, (Point(2), Point(5), Point(9)))
GRID = TextGrid(0, 10, (TIDY, POINTS, GAPPY))


def jumbled(tier: IntervalTier) -> IntervalTier:
    """The same with an overlap at the end, so that nothing can be searched by bisection."""
    return IntervalTier(tier.name, tier.start, tier.end, (*tier.intervals, Interval(0.5, 0.75)))


@pytest.mark.parametrize(
    ("time", "within", "number"),
    [(4, 0, 1), (4.1, 0.2, 1), (4.1, 0.05, None), (5, 1, 1), (5.01, 1, 2), (0.1, 1, None), (9.9, 1, None),
     (9.9, 5, 2), (-3, 100, 1)],
)  # fmt: skip
def test_boundary_near(time: float, within: float, number: int | None) -> None:
    assert boundary_near(TIDY, time, within) == number
    assert boundary_near(jumbled(TIDY), time, within) == number


def test_edges_at_gaps_are_no_boundaries() -> None:
    for tier in (GAPPY, jumbled(GAPPY)):
        assert boundary_near(tier, 5.1, 0.3) is None
        assert boundary_near(tier, 5.1, 1) == 2
        assert has_edge_at(tier, 5)
        assert has_edge_at(tier, 3)
        assert not has_edge_at(tier, 4)


@pytest.mark.parametrize(("time", "number"), [(2, 1), (3.5, 1), (3.51, 2), (7.1, 3), (-1, None), (20, None)])
def test_point_near(time: float, number: int | None) -> None:
    assert boundary_near(POINTS, time, 3 if number else 2) == number
    unsorted = PointTier("p", 0, 10, (*POINTS.points, Point(0)))
    assert boundary_near(unsorted, time, 2) == (4 if time == -1 else number)
    assert boundary_near(PointTier("p", 0, 10), time, 100) is None


def test_boundary_time_and_what_is_at_a_time() -> None:
    assert boundary_time(TIDY, 2) == 6
    assert boundary_time(POINTS, 3) == 9
    with pytest.raises(TextGridError, match=r"boundaries are numbered 1 to 2"):
        boundary_time(TIDY, 3)
    assert boundaries_at(GRID, 6) == ((1, 2), (3, 2))
    assert boundaries_at(GRID, 6, ("g",)) == ((3, 2),)
    assert boundaries_at(GRID, 5) == ((2, 2),)
    assert boundaries_at(GRID, 0) == boundaries_at(GRID, 10) == ()
    broken = TextGrid(0, 10, (jumbled(TIDY), PointTier("p", 0, 10, (Point(6), Point(6), Point(1)))))
    assert boundaries_at(broken, 6) == ((1, 2), (2, 1), (2, 2))


@pytest.mark.parametrize(
    ("time", "within", "expected"),
    [
        (4.1, 0.2, (4, 1)),
        (4.1, 0.05, (4.1, None)),
        (4.6, 1, (5, 2)),
        (5.1, 1, (5, 2)),  # the point and the edge of the gap: the first tier
        (2.9, 0.2, (3, 3)),  # edges at gaps attract
        (0.1, 1, (1, 3)),  # edges of tiers do not
        (9.8, 0.5, (9.8, None)),
        (6.05, 0.2, (6, 1)),
    ],
)
def test_snap(time: float, within: float, expected: tuple[float, int | None]) -> None:
    assert snap_time(GRID, time, within=within) == expected


def test_snap_leaves_out_what_is_dragged() -> None:
    assert snap_time(GRID, 4.1, within=0.5, exclude=("a", 1)) == Snap(4.1, None)
    assert snap_time(GRID, 6.1, within=0.5, exclude=("a", 2)) == Snap(6, 3)
    assert snap_time(GRID, 6.1, within=0.5, exclude=(1, 2), together=True) == Snap(6.1, None)
    assert snap_time(GRID, 5.1, within=0.5, exclude=(1, 2), together=True) == Snap(5, 2)


def test_snap_to_the_cursor() -> None:
    assert snap_time(GRID, 7.25, within=0.5, extra=(7.4, 0.1)) == Snap(7.4, 0)
    assert snap_time(GRID, 4.1, within=0.5, extra=(4.2,)) == Snap(4, 1)  # as near: the boundary first
    exact = 0.1 + 0.2
    assert snap_time(GRID, 0.3, within=0.1, extra=(exact,)).time == exact


@given(st.integers(0, 10_000), st.sampled_from([8000, 16000, 22050, 44100]), st.floats(-5, 5))
def test_sample_edges_are_found_again(number: int, rate: int, start: float) -> None:
    edge = start + number / rate
    for off in (-0.4, 0, 0.4):
        assert nearest_sample_edge(edge + off / rate, rate, start) == edge


@pytest.mark.parametrize(
    ("time", "following", "before"),
    [(0, 2, 3), (3.9, 2, 3), (4, 3, 1), (6, 1, 2), (10, 1, 2)],
)
def test_next_and_previous_interval_go_round(time: float, following: int, before: int) -> None:
    assert next_interval(TIDY, time) == following
    assert previous_interval(TIDY, time) == before
    assert next_interval(TIDY, time, wrap=False) == (following if following > 1 else 3)
    assert previous_interval(TIDY, time, wrap=False) == (before if time >= 4 else 1)


def test_next_and_previous_in_gaps_points_and_broken_tiers() -> None:
    assert (previous_interval(GAPPY, 4), next_interval(GAPPY, 4)) == (1, 2)
    assert (previous_interval(GAPPY, 0.5), next_interval(GAPPY, 0.5)) == (3, 1)
    assert [next_interval(POINTS, time) for time in (1, 2, 3, 9)] == [1, 2, 2, 1]
    assert [previous_interval(POINTS, time) for time in (2, 3, 5, 9.5)] == [3, 1, 1, 3]
    broken = jumbled(GAPPY)
    assert [next_interval(broken, time) for time in (1, 4, 6)] == [2, 2, 4]
    assert [previous_interval(broken, time) for time in (5, 6)] == [1, 2]
    assert next_interval(IntervalTier("e", 0, 1), 0) == previous_interval(PointTier("e", 0, 1), 0) == 0
    unsorted = PointTier("p", 0, 10, (Point(5), Point(2)))
    assert (next_interval(unsorted, 3), previous_interval(unsorted, 3)) == (1, 2)


def test_extend_selection_grows_and_shrinks() -> None:
    tier = IntervalTier("a", 0, 5, tuple(Interval(a, b) for a, b in pairwise(range(6))))
    assert extend_selection(tier, 2, 3, forward=True) == (2, 4)
    assert extend_selection(tier, 2, 5, forward=True) == (2, 5)
    assert extend_selection(tier, 2, 3, forward=False) == (1, 3)
    assert extend_selection(tier, 0, 3, forward=False) == (0, 2)  # Praat: the start is the anchor
    assert extend_selection(tier, 0, 1, forward=False) == (0, 1)
    # With the interval where it began, two steps to the left are two intervals more.
    assert extend_selection(tier, 1, 3, forward=False, anchor=2.5) == (0, 3)
    assert extend_selection(tier, 1, 3, forward=True, anchor=2.5) == (2, 3)
    assert extend_selection(tier, 2, 4, forward=False, anchor=2.5) == (2, 3)
    assert extend_selection(tier, 1.5, 1.5, forward=True) == (1.5, 3)
    assert extend_selection(IntervalTier("e", 0, 5), 1, 2, forward=True) == (1, 2)
    assert extend_selection(jumbled(tier), 2, 3, forward=True) == (2, 4)


def test_selection_moves_by_steps() -> None:
    assert up_down_time((1, 2), -0.5, (0, 10)) == (0.5, 1.5)
    assert up_down_time((1, 2), -1.5, (0, 10)) == (0, 0.5)
    assert up_down_time((9, 9.5), 1, (0, 10)) == (10, 10)
    assert move_selection_start((1, 2), -3, (0, 10)) == (0, 2)
    assert move_selection_start((1, 2), 3, (0, 10)) == (2, 4)
    assert move_selection_end((1, 2), -3, (0.5, 10)) == (0.5, 1)
    assert move_selection_end((1, 2), 30, (0, 10)) == (1, 10)


@pytest.mark.parametrize(("time", "mark"), [(0, 0), (3.9, 0), (4, 4), (10, 10), (11, 10), (-1, None)])
def test_latest_mark(time: float, mark: float | None) -> None:
    assert latest_mark(TIDY, time) == mark
    assert latest_mark(IntervalTier("a", 0, 10, TIDY.intervals[::-1]), time) == mark
    assert latest_mark(GAPPY, 4) == 3
    assert latest_mark(POINTS, 4.9) == 2


def test_long_tiers_answer_and_change_fast() -> None:
    edges = [0.1 * k for k in range(40_001)]
    long = IntervalTier("a", 0, edges[-1], tuple(Interval(a, b, "x") for a, b in pairwise(edges)))
    grid = TextGrid(0, edges[-1], (long, PointTier("p", 0, edges[-1], tuple(map(Point, edges[1:-1])))))
    boundary_near(long, 0, 1)  # reads the tier once
    numbers = random.Random(5).sample(range(1, 40_000), 100)
    # The generous bounds hold on a busy machine; linear searches take 20 to 100 times as long.
    started = clock.perf_counter()
    for number in numbers:
        time = boundary_time(grid.tiers[0], number)
        assert boundary_near(grid.tiers[0], time + 0.01, 0.02) == number
        assert boundaries_at(grid, time) == ((1, number), (2, number))
        assert snap_time(grid, time + 0.02, within=0.03, exclude=(2, number)) == Snap(time, 1)
    assert (clock.perf_counter() - started) / 300 < 0.0005
    started = clock.perf_counter()
    for number in numbers[:30]:
        time = boundary_time(grid.tiers[0], number)
        moved = move_boundary_to(grid, 1, number, time + 0.01)
        edited = add_boundary(moved, 1, time, selected_tier=1, label_selection=(0, 0))
        assert boundary_near(edited.tiers[0], time, 0) == number
        grid = move_boundary_to(remove_at(edited, 1, time), 1, number, time)
    assert (clock.perf_counter() - started) / 120 < 0.012
    assert boundary_near(grid.tiers[0], edges[7] + 0.001, 0.01) == 7
