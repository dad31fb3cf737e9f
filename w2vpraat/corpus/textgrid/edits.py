"""Edits with Praat's rules: pure functions, grid in, grid out. They check what they touch and nothing else.

Items and tiers are numbered from 1; a tier is given by number or name. Boundary ``number`` is the one between
interval ``number`` and interval ``number + 1``.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from math import isfinite
from typing import NoReturn

from w2vpraat.corpus.textgrid.splicing import spliced
from w2vpraat.corpus.textgrid.values import Interval, IntervalTier, Point, PointTier, TextGrid, Tier
from w2vpraat.errors import TextGridError

_INSIDE = "choose a time inside an interval; gaps can be filled with empty intervals"


def set_label(grid: TextGrid, tier: int | str, number: int, label: str) -> TextGrid:
    """Give an interval or point another label.

    Raises
    ------
    TextGridError
        If there is no such tier or item. (As do all edits.)
    """
    found = grid.tier(tier)
    item: Interval | Point
    if isinstance(found, IntervalTier):
        item = found.interval(number)._replace(label=label)
    else:
        item = found.point(number)._replace(label=label)
    return grid.with_tier(tier, spliced(found, number - 1, number, (item,)))


def move_boundary(grid: TextGrid, tier: int | str, number: int, time: float) -> TextGrid:
    """Move the boundary between intervals `number` and `number` + 1 to a time.

    Raises
    ------
    TextGridError
        If it would reach or pass a neighbour, or the two intervals don't touch. Edges of a tier stay.
    """
    found = grid.interval_tier(tier)
    left, right = _touching(grid, found, number)
    if not left.start < time < right.end:
        limits = f"the boundary must stay between {left.start!r} and {right.end!r} s"
        _refuse(grid, found, number, time, limits, "move or remove the boundary that is in the way first")
    changed = (left._replace(end=time), right._replace(start=time))
    return grid.with_tier(tier, spliced(found, number - 1, number + 1, changed))


def set_interval_times(grid: TextGrid, tier: int | str, number: int, start: float, end: float) -> TextGrid:
    """Give one interval other times, for tiers with gaps or overlaps; its neighbours stay.

    Raises
    ------
    TextGridError
        If the duration isn't positive, or it would leave the tier or overlap an interval more than before.
    """
    found = grid.interval_tier(tier)
    old = found.interval(number)
    if not (isfinite(start) and isfinite(end) and start < end):
        _refuse(grid, found, number, start, "an interval must end after it starts")
    if start < min(found.start, old.start) or end > max(found.end, old.end):
        _refuse(grid, found, number, start, f"the tier goes from {found.start!r} to {found.end!r} s")
    near = range(1, len(found) + 1) if found.sorted_starts is None else found.numbers_between(start, end)
    for index in near:
        other = found.intervals[index - 1]
        shared = min(end, other.end) - max(start, other.start)
        before = min(old.end, other.end) - max(old.start, other.start)
        if index != number and shared > max(before, 0.0):
            _refuse(grid, found, number, start, f"it would overlap interval {index}")
    return grid.with_tier(tier, spliced(found, number - 1, number, (Interval(start, end, old.label),)))


def insert_boundary(grid: TextGrid, tier: int | str, time: float, split: int | None = None) -> TextGrid:
    """Divide the interval at a time.

    Parameters
    ----------
    grid, tier
        Where.
    time : float
        Inside an interval, in seconds.
    split : int, optional
        Character where its label is divided (the text cursor); default: the label stays left.

    Raises
    ------
    TextGridError
        If there is a boundary already, or no interval.
    """
    found = grid.interval_tier(tier)
    number = _interval_around(grid, found, time)
    old = found.interval(number)
    at = len(old.label) if split is None else split
    made = (Interval(old.start, time, old.label[:at]), Interval(time, old.end, old.label[at:]))
    return grid.with_tier(tier, spliced(found, number - 1, number, made))


def insert_interval(
    grid: TextGrid, tier: int | str, start: float, end: float, split: tuple[int, int] | None = None
) -> TextGrid:
    """Make an interval of a time selection inside one interval. An edge that is there already is used.

    Parameters
    ----------
    grid, tier
        Where.
    start, end : float
        The selection, in seconds.
    split : tuple of int, optional
        Selected stretch of the label: what is before it goes left, the stretch itself to the middle, the rest
        right (a part that has no interval joins the middle). Default: the label stays left, or in the middle
        if that is where the old interval starts.

    Raises
    ------
    TextGridError
        If the selection is empty or crosses a boundary, or both edges are boundaries already.
    """
    found = grid.interval_tier(tier)
    if not start < end:
        _refuse(grid, found, None, start, "the selection is empty", "select a stretch of time")
    number = found.number_at(start)
    if not number:
        _refuse(grid, found, None, start, "there is no interval at this time", _INSIDE)
    old = found.interval(number)
    if end > old.end:
        inside = "select a stretch inside one interval"
        _refuse(grid, found, number, old.end, "the selection crosses a boundary", inside)
    if (start, end) == old[:2]:
        both = "there are boundaries at both edges already"
        _refuse(grid, found, number, start, f"{both}, {start!r} and {end!r} s", "select other times")
    left, middle, right = old.label, "", ""
    if split is not None:
        left, middle, right = old.label[: split[0]], old.label[split[0] : split[1]], old.label[split[1] :]
    if start == old.start:
        made: tuple[Interval, ...] = (Interval(start, end, left + middle), Interval(end, old.end, right))
    elif end == old.end:
        made = (Interval(old.start, start, left), Interval(start, end, middle + right))
    else:
        made = (Interval(old.start, start, left), Interval(start, end, middle), Interval(end, old.end, right))
    return grid.with_tier(tier, spliced(found, number - 1, number, made))


def remove_boundary(
    grid: TextGrid, tier: int | str, number: int, *, keep_equal_once: bool = False
) -> TextGrid:
    """Remove the boundary between intervals `number` and `number` + 1; their labels are joined.

    Parameters
    ----------
    grid, tier, number
        Where.
    keep_equal_once : bool
        Keep equal labels once, as Praat's manual says; Praat itself joins them ("x" and "x" give "xx").

    Raises
    ------
    TextGridError
        If the two intervals don't touch.
    """
    found = grid.interval_tier(tier)
    left, right = _touching(grid, found, number)
    once = keep_equal_once and left.label == right.label
    joined = Interval(left.start, right.end, left.label if once else left.label + right.label)
    return grid.with_tier(tier, spliced(found, number - 1, number + 1, (joined,)))


def insert_point(grid: TextGrid, tier: int | str, time: float, label: str = "") -> TextGrid:
    """Put a point at a time.

    Raises
    ------
    TextGridError
        If there is one already, or the time is outside the tier.
    """
    found = grid.point_tier(tier)
    return grid.with_tier(tier, _with_point(grid, found, Point(time, label), None))


def remove_point(grid: TextGrid, tier: int | str, number: int) -> TextGrid:
    """Take a point away."""
    found = grid.point_tier(tier)
    found.point(number)
    return grid.with_tier(tier, spliced(found, number - 1, number, ()))


def move_point(grid: TextGrid, tier: int | str, number: int, time: float) -> TextGrid:
    """Move a point; it may pass others, and gets its new place in the order.

    Raises
    ------
    TextGridError
        If it would land on another point or leave the tier.
    """
    found = grid.point_tier(tier)
    moved = found.point(number)._replace(time=time)
    return grid.with_tier(tier, _with_point(grid, found, moved, number))


def add_tier(grid: TextGrid, tier: Tier, position: int | None = None) -> TextGrid:
    """Put a tier at a position; default: after the others.

    Raises
    ------
    TextGridError
        If the tier reaches outside the grid, or the position is not possible.
    """
    if tier.start < grid.start or tier.end > grid.end:
        _refuse(grid, tier, None, tier.start, f"the TextGrid goes from {grid.start!r} to {grid.end!r} s")
    at = _position(grid, position, len(grid) + 1) - 1
    return grid.with_tiers((*grid.tiers[:at], tier, *grid.tiers[at:]))


def add_interval_tier(grid: TextGrid, name: str, position: int | None = None) -> TextGrid:
    """Put a new tier with one empty interval at a position; default: after the others."""
    tier = IntervalTier(name, grid.start, grid.end, (Interval(grid.start, grid.end),))
    return add_tier(grid, tier, position)


def add_point_tier(grid: TextGrid, name: str, position: int | None = None) -> TextGrid:
    """Put a new tier without points at a position; default: after the others."""
    return add_tier(grid, PointTier(name, grid.start, grid.end), position)


def rename_tier(grid: TextGrid, tier: int | str, name: str) -> TextGrid:
    """Give a tier another name; it may be empty or taken."""
    return grid.with_tier(tier, replace(grid.tier(tier), name=name))


def remove_tier(grid: TextGrid, tier: int | str) -> TextGrid:
    """Take a tier away."""
    number = grid.tier_number(tier)
    return grid.with_tiers((*grid.tiers[: number - 1], *grid.tiers[number:]))


def move_tier(grid: TextGrid, tier: int | str, position: int) -> TextGrid:
    """Put a tier at another position.

    Raises
    ------
    TextGridError
        If the position is not possible.
    """
    at = _position(grid, position, len(grid)) - 1
    moved, rest = grid.tier(tier), remove_tier(grid, tier)
    return rest.with_tiers((*rest.tiers[:at], moved, *rest.tiers[at:]))


def duplicate_tier(
    grid: TextGrid, tier: int | str, position: int | None = None, name: str | None = None
) -> TextGrid:
    """Put a copy of a tier at a position (default: after the tier), with the same or another name."""
    number = grid.tier_number(tier)
    copy = grid.tiers[number - 1]
    copy = copy if name is None else replace(copy, name=name)
    at = _position(grid, number + 1 if position is None else position, len(grid) + 1) - 1
    return grid.with_tiers((*grid.tiers[:at], copy, *grid.tiers[at:]))


def _touching(grid: TextGrid, tier: IntervalTier, number: int) -> tuple[Interval, Interval]:
    if not 1 <= number < len(tier):
        _refuse(grid, tier, number, None, f"boundaries are numbered 1 to {len(tier) - 1}; tier edges stay")
    left, right = tier.interval(number), tier.interval(number + 1)
    if left.end != right.start:
        apart = f"interval {number + 1} starts at {right.start!r} s: they don't touch"
        _refuse(grid, tier, number, left.end, apart, "repair the gap or overlap first")
    return left, right


def _interval_around(grid: TextGrid, tier: IntervalTier, time: float) -> int:
    number = tier.number_at(time)
    if not number:
        _refuse(grid, tier, None, time, "there is no interval at this time", _INSIDE)
    if time in tier.interval(number)[:2]:
        _refuse(grid, tier, number, time, "there is a boundary at this time already", "choose another time")
    return number


def _with_point(grid: TextGrid, tier: PointTier, point: Point, number: int | None) -> PointTier:
    """Put a point in its place; `number` is the one that it replaces."""
    if not tier.start <= point.time <= tier.end:
        domain = f"the tier goes from {tier.start!r} to {tier.end!r} s"
        _refuse(grid, tier, number, point.time, domain, "choose a time inside the tier")
    others = tier if number is None else spliced(tier, number - 1, number, ())
    times = others.sorted_times
    if times is not None:
        at = bisect_left(times, point.time)
        taken = times[at : at + 1] == [point.time]
    else:
        unsorted = [other.time for other in others]
        at = next((index for index, time in enumerate(unsorted) if time > point.time), len(unsorted))
        taken = point.time in unsorted
    if taken:
        _refuse(
            grid, tier, number, point.time, "there is a point at this time already", "choose another time"
        )
    return spliced(others, at, at, (point,))


def _position(grid: TextGrid, position: int | None, last: int) -> int:
    if position is None:
        return last
    if not 1 <= position <= last:
        raise TextGridError(
            f"position {position} is not possible", f"positions go from 1 to {last}", file=grid.file
        )
    return position


def _refuse(
    grid: TextGrid,
    tier: Tier,
    number: int | None,
    time: float | None,
    message: str,
    hint: str = "nothing was changed",
) -> NoReturn:
    raise TextGridError(message, hint, file=grid.file, tier=tier.name, interval=number, time=time)
