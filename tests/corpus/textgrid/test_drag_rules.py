"""Dragging: neighbours are in the way, everything at one time moves together, a rubber band keeps order."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid
from w2vpraat.corpus.textgrid.praat_edits import move_all_at, move_boundary_to, nudge, stretch_boundaries
from w2vpraat.errors import TextGridError


def tier(name: str, *times: float) -> IntervalTier:
    return IntervalTier(
        name,
        times[0],
        times[-1],
        tuple(Interval(a, b, f"{name}{i}") for i, (a, b) in enumerate(pairwise(times))),
    )


GRID = TextGrid(
    0,
    10,
    (
        tier("w", 0, 4, 10),
        tier("p", 0, 2, 4, 6, 8, 10),
        PointTier("t", 0, 10, (Point(4, "H"), Point(5, "L"))),
        IntervalTier("gappy", 0, 10, (Interval(1, 4, "a"), Interval(5, 6, "b"))),
    ),
)


def times(grid: TextGrid, which: int | str) -> list[float]:
    return [item[0] for item in grid.tier(which).items][0 if isinstance(grid.tier(which), PointTier) else 1 :]


def test_one_boundary_or_point() -> None:
    assert times(move_boundary_to(GRID, "p", 2, 5.9), "p") == [2, 5.9, 6, 8]
    moved = move_boundary_to(GRID, "t", 1, 9)  # past the other
    assert moved.point_tier("t").points == (Point(5, "L"), Point(9, "H"))
    assert times(nudge(GRID, "p", 1, -0.25), "p") == [1.75, 4, 6, 8]
    assert times(nudge(GRID, "t", 2, 0.5), "t") == [4, 5.5]


def test_everything_at_one_time_moves_together() -> None:
    moved = move_all_at(GRID, 4, 4.5, tiers=("w", "p", "t"))
    assert times(moved, "w") == [4.5]
    assert times(moved, "p") == [2, 4.5, 6, 8]
    assert times(moved, "t") == [4.5, 5]
    assert [item.label for item in moved.interval_tier("p")] == ["p0", "p1", "p2", "p3", "p4"]
    only = move_all_at(GRID, 4, 4.5, tiers=(1,))
    assert only.tiers[1:] == GRID.tiers[1:]
    # Tiers without anything at this time stay the same object.
    assert move_all_at(GRID, 8, 8.5).tiers[0] is GRID.tiers[0]


def test_edges_of_a_tier_stay_while_others_move() -> None:
    grid = TextGrid(0, 10, (tier("long", 0, 5, 10), tier("short", 0, 2, 5)))
    moved = move_all_at(grid, 5, 6)
    assert times(moved, 1) == [6]
    assert moved.tiers[1] is grid.tiers[1]


def test_rubber_band() -> None:
    grid = TextGrid(0, 10, (tier("w", 0, 2, 4, 10), tier("p", 0, 1, 2, 3, 4, 6, 8, 9, 10)))
    both = stretch_boundaries(grid, 2, 8, 4, 5)
    assert times(both, "w") == [2, 5]
    assert times(both, "p") == pytest.approx([1, 2, 3.5, 5, 6.5, 8, 9], abs=1e-15)
    assert times(both, "w")[1] == times(both, "p")[3] == 5  # exactly the drop
    assert [item.label for item in both.interval_tier("p")] == [f"p{i}" for i in range(8)]
    one = stretch_boundaries(grid, 2, 8, 4, 5, tiers=("w",))
    assert times(one, "w") == [2, 5]
    assert one.tiers[1] is grid.tiers[1]
    assert stretch_boundaries(grid, 2, 8, 4, 4) == grid


def test_rubber_band_moves_points_and_edges_of_gaps() -> None:
    stretched = stretch_boundaries(GRID, 0, 10, 5, 6)
    assert times(stretched, "t") == pytest.approx([4.8, 6], abs=1e-15)
    assert stretched.tiers[3].items == (Interval(1.2, 4.8, "a"), Interval(6, 6.8, "b"))


def test_boundaries_at_one_time_stay_together_in_a_rubber_band() -> None:
    edges = [0.0, *sorted(0.1 + 0.77 * k**1.1 for k in range(12)), 12.5]
    grid = TextGrid(0, 12.5, (tier("a", *edges), tier("b", *edges)))
    for drop in (2.0, 3.3333, 9.1):
        moved = stretch_boundaries(grid, 0.3, 11.9, edges[5], drop)
        assert times(moved, 1) == times(moved, 2)
        assert times(moved, 1) != times(grid, 1)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda: move_boundary_to(GRID, "p", 2, 6), r'tier "p", interval 2, 6 s: .* between 2 and 6 s'),
        (lambda: move_boundary_to(GRID, "p", 2, 7), r"in the way first\)"),
        (lambda: move_boundary_to(GRID, "t", 1, 5), r"there is a point at this time already"),
        (lambda: nudge(GRID, "p", 1, 2.5), r"must stay between 0 and 4 s"),
        (lambda: nudge(GRID, "t", 1, -5), r"the tier goes from 0 to 10 s"),
        (lambda: nudge(GRID, "p", 5, 1), r"boundaries are numbered 1 to 4"),
        (lambda: move_all_at(GRID, 4.25, 5), r"4.25 s: there is no boundary or point at exactly this time"),
        (lambda: move_all_at(GRID, 0, 1), r"the edges of a tier stay"),
        # Each refusing tier is named.
        (lambda: move_all_at(GRID, 4, 6, tiers=(1, 2)), r'tier "p", interval 2, 6 s'),
        (lambda: move_all_at(GRID, 4, 5, tiers=(1, 2, 3)), r'tier "t", interval 1, 5 s: there is a point'),
        (lambda: move_all_at(GRID, 4, 4.5), r'tier "gappy", 4 s: here is the edge of a gap'),
        (lambda: stretch_boundaries(GRID, 2, 8, 4, 8), r"8 s: the selection goes from 2 to 8 s"),
        (lambda: stretch_boundaries(GRID, 2, 8, 2, 4), r"2 s: the selection goes from"),
        (
            lambda: stretch_boundaries(GRID, 4, 6, 5, 5.5, tiers=(1,)),
            r"there is no boundary between 4 and 6 s",
        ),
    ],
)
def test_refused_drags_say_why(edit: Callable[[], object], message: str) -> None:
    with pytest.raises(TextGridError, match=message) as refused:
        edit()
    assert refused.value.hint


def test_intervals_never_vanish() -> None:
    close = 4 + 2**-50
    grid = TextGrid(0, 10, (tier("a", 0, 4, close, 10), PointTier("b", 0, 10, (Point(4), Point(close)))))
    for which, what in ((1, "interval would vanish"), (2, "same time")):
        with pytest.raises(TextGridError, match=what):
            stretch_boundaries(grid, 0, 10, 4, 9, tiers=(which,))


def test_several_points_at_one_time_are_not_torn_apart() -> None:
    grid = TextGrid(0, 10, (PointTier("t", 0, 10, (Point(4, "H"), Point(4, "L"))),))
    with pytest.raises(TextGridError, match=r"several points at this time \(remove all but one first\)"):
        move_all_at(grid, 4, 5)
