"""Whatever is done in whatever order: tiers stay tidy, and no text is lost."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid, edits, praat_edits
from w2vpraat.errors import TextGridError

GRID = TextGrid(
    0,
    8,
    (
        IntervalTier("a", 0, 8, (Interval(0, 3, "abc"), Interval(3, 5, ""), Interval(5, 8, "\\swde"))),
        PointTier("p", 0, 8, (Point(1, "H"), Point(3, "L"))),
        IntervalTier("b", 0, 8, (Interval(0, 8, "whole"),)),
    ),
)

# A coarse clock, so that times meet; and any time.
times = st.one_of(st.integers(0, 16).map(lambda k: k / 2), st.floats(0, 8))
tiers = st.sampled_from([1, 2, 3])
selections = st.one_of(st.none(), st.tuples(st.integers(0, 4), st.integers(0, 4)))
# Start, end, grabbed, dropped: as they must lie, with either the grabbed or the dropped time first.
stretches = st.tuples(st.lists(times, min_size=4, max_size=4, unique=True).map(sorted), st.booleans()).map(
    lambda drawn: (drawn[0][0], drawn[0][3], drawn[0][1 + drawn[1]], drawn[0][2 - drawn[1]])
)
chosen = st.one_of(st.none(), st.lists(tiers, min_size=1, unique=True))

ADDING = {
    "add_boundary": st.tuples(tiers, times, tiers, selections),
    "add_interval": st.tuples(tiers, times, times, tiers, selections),
    "add_boundary_everywhere": st.tuples(times, tiers, selections),
    "remove_at": st.tuples(tiers, st.integers(1, 6)),
    "merge_intervals": st.tuples(tiers, st.integers(1, 4), st.integers(1, 6)),
    "split_interval": st.tuples(tiers, st.integers(1, 6), st.integers(0, 4)),
}
MOVING = {
    "move_boundary_to": st.tuples(tiers, st.integers(1, 6), times),
    "nudge": st.tuples(tiers, st.integers(1, 6), st.floats(-2, 2)),
    "move_all_at": st.tuples(times, times, chosen),
    "stretch_boundaries": st.tuples(stretches, chosen).map(lambda drawn: (*drawn[0], drawn[1])),
}
steps = st.one_of(*(st.tuples(st.just(name), arguments) for name, arguments in {**ADDING, **MOVING}.items()))


def done(grid: TextGrid, name: str, arguments: tuple[Any, ...]) -> TextGrid:
    if name in ("add_boundary", "add_interval", "add_boundary_everywhere"):
        *plain, selected, label_selection = arguments
        edited = getattr(praat_edits, name)(
            grid, *plain, selected_tier=selected, label_selection=label_selection
        )
        return edited[0] if name == "add_boundary_everywhere" else edited
    if name == "remove_at":
        tier, number = arguments
        return praat_edits.remove_at(grid, tier, number=number)
    edited = getattr(praat_edits, name)(grid, *arguments)
    assert isinstance(edited, TextGrid)
    return edited


def check_tidy(grid: TextGrid) -> None:
    assert (grid.start, grid.end) == (0, 8)
    for tier in grid.tiers:
        assert (tier.start, tier.end) == (0, 8)
        if isinstance(tier, PointTier):
            assert all(left.time < right.time for left, right in pairwise(tier))
            assert all(0 <= point.time <= 8 for point in tier)
        else:
            assert all(item.start < item.end for item in tier)
            assert all(left.end == right.start for left, right in pairwise(tier))
            assert (tier.intervals[0].start, tier.intervals[-1].end) == (0, 8)
        # What was carried over for bisection is what a new tier finds out.
        fresh = type(tier)(tier.name, tier.start, tier.end, tier.items)  # type: ignore[arg-type]
        for name in ("sorted_starts", "sorted_times"):
            assert getattr(tier, name, None) == getattr(fresh, name, None)


def text(grid: TextGrid) -> list[str]:
    # The text of interval tiers reads on; points keep their own.
    return [
        "".join(item.label for item in tier.items) for tier in grid.tiers if isinstance(tier, IntervalTier)
    ]


@given(st.lists(steps, max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_sequence_keeps_tiers_tidy_and_all_text(sequence: list[tuple[str, tuple[Any, ...]]]) -> None:
    grid = GRID
    for name, arguments in sequence:
        before = grid
        try:
            grid = done(grid, name, arguments)
        except TextGridError:
            continue
        check_tidy(grid)
        assert text(grid) == text(GRID)
        removed = name == "remove_at" and arguments[0] == 2
        marks, now = (Counter(p.label for p in g.point_tier(2) if p.label) for g in (before, grid))
        assert marks - now == Counter() or (removed and (marks - now).total() == 1)
        for tier in grid.tiers:
            assert name in ADDING or len(tier) == len(before.tier(tier.name))


@given(stretches)
@settings(deadline=None)
def test_rubber_band_keeps_order_and_what_is_outside(stretch: tuple[float, float, float, float]) -> None:
    start, end, grab, drop = stretch
    grid = edits.insert_boundary(edits.insert_boundary(GRID, 3, 1.5), 3, 6.25)
    try:
        moved = praat_edits.stretch_boundaries(grid, start, end, grab, drop)
    except TextGridError:
        return
    for old, new in zip(grid.tiers, moved.tiers, strict=True):
        for was, now in zip(old.items, new.items, strict=True):
            assert was.label == now.label
            for before, after in zip(was[:-1], now[:-1], strict=True):
                if start < before < end:
                    assert start <= after <= end
                    assert (after - before) * (drop - grab) >= 0
                    assert before != grab or after == drop
                else:
                    assert before == after


@given(times, st.one_of(st.none(), st.tuples(st.integers(0, 3), st.integers(0, 3))))
@settings(deadline=None)
def test_adding_and_removing_a_boundary_changes_nothing(
    time: float, selection: tuple[int, int] | None
) -> None:
    if GRID.interval_tier(1).number_at(time) == 2:
        selection = None
    try:
        added = praat_edits.add_boundary(GRID, 1, time, selected_tier=1, label_selection=selection)
    except TextGridError:
        assert time in (0, 3, 5, 8)
        return
    assert praat_edits.remove_at(added, 1, time) == GRID
