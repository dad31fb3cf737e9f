"""Edits follow Praat's rules for labels and boundaries, and refuse what breaks a tier."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid, edits
from w2vpraat.errors import TextGridError

GRID = TextGrid(
    0,
    10,
    (
        IntervalTier("a", 0, 10, (Interval(0, 4, "one"), Interval(4, 6, ""), Interval(6, 10, "three"))),
        PointTier("p", 0, 10, (Point(2, "H"), Point(5, "L"))),
        IntervalTier("gappy", 0, 10, (Interval(1, 3, "x"), Interval(5, 6, "y"))),
    ),
)


def spans(grid: TextGrid, tier: int | str = "a") -> list[tuple[float, float, str]]:
    return [tuple(item) for item in grid.interval_tier(tier)]


def test_edits_leave_the_old_grid_and_other_tiers() -> None:
    edited = edits.set_label(GRID, "a", 1, "new")
    assert spans(edited)[0] == (0, 4, "new")
    assert spans(GRID)[0] == (0, 4, "one")
    assert edited.tiers[1] is GRID.tiers[1]
    assert edits.set_label(GRID, 2, 2, "L%").point_tier("p").point(2) == Point(5, "L%")


def test_move_boundary() -> None:
    assert spans(edits.move_boundary(GRID, "a", 1, 5.5)) == [(0, 5.5, "one"), (5.5, 6, ""), (6, 10, "three")]


def test_new_boundary_divides_the_label_at_the_cursor() -> None:
    assert spans(edits.insert_boundary(GRID, "a", 8))[2:] == [(6, 8, "three"), (8, 10, "")]
    assert spans(edits.insert_boundary(GRID, "a", 8, split=2))[2:] == [(6, 8, "th"), (8, 10, "ree")]
    assert spans(edits.insert_boundary(GRID, "a", 8, split=0))[2:] == [(6, 8, ""), (8, 10, "three")]


def test_new_interval_divides_the_label_at_the_selection() -> None:
    whole = edits.insert_interval(GRID, "a", 7, 8)
    assert spans(whole)[2:] == [(6, 7, "three"), (7, 8, ""), (8, 10, "")]
    parts = edits.insert_interval(GRID, "a", 7, 8, (1, 3))
    assert spans(parts)[2:] == [(6, 7, "t"), (7, 8, "hr"), (8, 10, "ee")]
    # One edge is a boundary already: only the other one is added.
    assert spans(edits.insert_interval(GRID, "a", 6, 8, (1, 3)))[2:] == [(6, 8, "thr"), (8, 10, "ee")]
    assert spans(edits.insert_interval(GRID, "a", 8, 10, (1, 3)))[2:] == [(6, 8, "t"), (8, 10, "hree")]


def test_removed_boundary_joins_labels() -> None:
    assert spans(edits.remove_boundary(GRID, "a", 1)) == [(0, 6, "one"), (6, 10, "three")]
    twice = edits.set_label(edits.set_label(GRID, "a", 2, "x"), "a", 1, "x")
    assert spans(edits.remove_boundary(twice, "a", 1))[0] == (0, 6, "xx")
    assert spans(edits.remove_boundary(twice, "a", 1, keep_equal_once=True))[0] == (0, 6, "x")


def test_points() -> None:
    assert [p.time for p in edits.insert_point(GRID, "p", 3.5, "!").point_tier("p")] == [2, 3.5, 5]
    assert edits.remove_point(GRID, "p", 1).point_tier("p").points == (Point(5, "L"),)
    # A point may pass others.
    assert edits.move_point(GRID, "p", 1, 9).point_tier("p").points == (Point(5, "L"), Point(9, "H"))
    assert edits.move_point(GRID, "p", 1, 2).point_tier("p") == GRID.point_tier("p")


def test_interval_times_on_a_tier_with_gaps() -> None:
    assert spans(edits.set_interval_times(GRID, "gappy", 1, 0.5, 5), "gappy")[0] == (0.5, 5, "x")


def test_tiers() -> None:
    assert edits.add_interval_tier(GRID, "new", 1).tier_names == ("new", "a", "p", "gappy")
    assert edits.add_interval_tier(GRID, "new").tiers[-1].items == (Interval(0, 10, ""),)
    assert edits.add_point_tier(GRID, "new").tiers[-1] == PointTier("new", 0, 10)
    assert edits.rename_tier(GRID, "p", "a").tier_names == ("a", "a", "gappy")
    assert edits.remove_tier(GRID, 2).tier_names == ("a", "gappy")
    assert edits.move_tier(GRID, "gappy", 1).tier_names == ("gappy", "a", "p")
    assert edits.move_tier(GRID, 1, 3).tier_names == ("p", "gappy", "a")
    assert edits.duplicate_tier(GRID, "a", name="b").tier_names == ("a", "b", "p", "gappy")
    assert edits.duplicate_tier(GRID, "a", 4).tier_names == ("a", "p", "gappy", "a")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda: edits.move_boundary(GRID, "a", 1, 6), r"must stay between 0 and 6 s"),
        (lambda: edits.move_boundary(GRID, "a", 1, 0), r"must stay between"),
        (lambda: edits.move_boundary(GRID, "a", 1, float("nan")), r"must stay between"),
        (lambda: edits.move_boundary(GRID, "a", 3, 9), r"boundaries are numbered 1 to 2"),
        (lambda: edits.move_boundary(GRID, "a", 0, 9), r"boundaries are numbered 1 to 2"),
        (lambda: edits.move_boundary(GRID, "gappy", 1, 4), r"don't touch"),
        (lambda: edits.remove_boundary(GRID, "gappy", 1), r"don't touch"),
        (lambda: edits.move_boundary(GRID, "p", 1, 4), r"this is a point tier"),
        (lambda: edits.insert_boundary(GRID, "a", 4), r'tier "a", interval 2, 4 s: there is a boundary'),
        (lambda: edits.insert_boundary(GRID, "a", 0), r"there is a boundary at this time already"),
        (lambda: edits.insert_boundary(GRID, "a", 10), r"there is a boundary at this time already"),
        (lambda: edits.insert_boundary(GRID, "a", 11), r"there is no interval"),
        (lambda: edits.insert_boundary(GRID, "gappy", 4), r"there is no interval"),
        (lambda: edits.insert_interval(GRID, "a", 3, 5), r"4 s: the selection crosses a boundary"),
        (lambda: edits.insert_interval(GRID, "a", 4, 6), r"both edges already"),
        (lambda: edits.insert_interval(GRID, "a", 5, 5), r"selection is empty"),
        (lambda: edits.set_interval_times(GRID, "gappy", 1, 1, 5.5), r"overlap interval 2"),
        (lambda: edits.set_interval_times(GRID, "gappy", 1, 3, 3), r"end after it starts"),
        (lambda: edits.set_interval_times(GRID, "gappy", 1, -1, 3), r"the tier goes from"),
        (lambda: edits.insert_point(GRID, "p", 5), r"there is a point at this time already"),
        (lambda: edits.insert_point(GRID, "p", 11), r"the tier goes from"),
        (lambda: edits.move_point(GRID, "p", 1, 5), r"there is a point at this time already"),
        (lambda: edits.remove_point(GRID, "p", 3), r"there is no point 3"),
        (lambda: edits.set_label(GRID, "a", 4, ""), r"there is no interval 4"),
        (lambda: edits.set_label(GRID, 4, 1, ""), r"there is no tier 4"),
        (
            lambda: edits.set_label(GRID, "b", 1, ""),
            r'there is no tier "b" \(tiers: 1 "a", 2 "p", 3 "gappy"\)',
        ),
        (
            lambda: edits.set_label(edits.rename_tier(GRID, 2, "a"), "a", 1, ""),
            r'tiers 1, 2 all have the name "a"',
        ),
        (lambda: edits.add_tier(GRID, PointTier("x", 0, 11)), r"the TextGrid goes from 0 to 10 s"),
        (lambda: edits.move_tier(GRID, 1, 4), r"positions go from 1 to 3"),
    ],
)
def test_refused_edits_say_why(edit: Callable[[], TextGrid], message: str) -> None:
    with pytest.raises(TextGridError, match=message):
        edit()


def test_edit_of_a_broken_tier_checks_only_what_it_touches() -> None:
    broken = TextGrid(
        0, 5, (IntervalTier("a", 0, 5, (Interval(3, 4, "x"), Interval(0, 1, "y"), Interval(1, 2, "z"))),)
    )
    assert spans(edits.move_boundary(broken, "a", 2, 1.5))[1:] == [(0, 1.5, "y"), (1.5, 2, "z")]


@pytest.mark.parametrize(("time", "number"), [(-1, 0), (0, 1), (3.9, 1), (4, 2), (6, 3), (10, 3), (10.1, 0)])
def test_interval_at_a_time(time: float, number: int) -> None:
    tier = GRID.interval_tier("a")
    assert tier.number_at(time) == number
    assert tier.interval_at(time) == (tier.interval(number) if number else None)
    shuffled = IntervalTier("a", 0, 10, tier.intervals[::-1])
    assert shuffled.number_at(time) == (4 - number if number else 0)


def test_intervals_between_times() -> None:
    tier = GRID.interval_tier("a")
    assert tier.numbers_between(4, 6) == (2,)
    assert tier.numbers_between(3.9, 6.1) == (1, 2, 3)
    assert tier.intervals_between(-5, 0) == ()
    assert IntervalTier("a", 0, 10, tier.intervals[::-1]).numbers_between(4, 6) == (2,)
    assert GRID.interval_tier("gappy").numbers_between(3, 5) == ()
    assert GRID.point_tier("p").points_between(2, 4) == (Point(2, "H"),)
