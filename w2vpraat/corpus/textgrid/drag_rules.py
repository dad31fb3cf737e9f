"""Dragging with Praat's rules: one boundary, everything at one time, or a stretch like a rubber band."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import NoReturn

from w2vpraat.corpus.textgrid import edits
from w2vpraat.corpus.textgrid.splicing import spliced
from w2vpraat.corpus.textgrid.time_rules import boundaries_at, boundary_time, has_edge_at, tier_choice
from w2vpraat.corpus.textgrid.values import Interval, IntervalTier, Point, PointTier, TextGrid, Tier
from w2vpraat.errors import TextGridError


def move_boundary_to(grid: TextGrid, tier: int | str, number: int, time: float) -> TextGrid:
    """Move a boundary or point to a time (a drag; Alt-0 with a zero crossing).

    Raises
    ------
    TextGridError
        If a boundary would reach or pass its neighbour, or a point would land on another. A point can pass
        others.
    """
    if isinstance(grid.tier(tier), PointTier):
        return edits.move_point(grid, tier, number, time)
    return edits.move_boundary(grid, tier, number, time)


def nudge(grid: TextGrid, tier: int | str, number: int, seconds: float) -> TextGrid:
    """Move a boundary or point by some seconds; refused, not shortened, where a neighbour is in the way.

    Raises
    ------
    TextGridError
        As `move_boundary_to`.
    """
    return move_boundary_to(grid, tier, number, boundary_time(grid.tier(tier), number) + seconds)


def move_all_at(
    grid: TextGrid, time: float, new_time: float, tiers: Iterable[int | str] | None = None
) -> TextGrid:
    """Move everything at exactly a time together (Shift-drag), or nothing.

    Parameters
    ----------
    grid : TextGrid
        Where.
    time, new_time : float
        From and to.
    tiers : iterable of int or str, optional
        Only on these tiers; default: all.

    Raises
    ------
    TextGridError
        If nothing is there, or one of the tiers refuses; it says which. Edges of tiers don't move, edges at
        gaps refuse.
    """
    numbers = tier_choice(grid, tiers)
    here = boundaries_at(grid, time, numbers)
    if not here:
        refuse_nothing_there(grid, None, time)
    marked = [number for number, _ in here]
    for number in numbers:
        tier = grid.tiers[number - 1]
        if marked.count(number) > 1:
            _refuse(grid, tier, time, "there are several points at this time", "remove all but one first")
        if number in marked or isinstance(tier, PointTier) or time in (tier.start, tier.end):
            continue
        if has_edge_at(tier, time):
            _refuse(
                grid,
                tier,
                time,
                "here is the edge of a gap or an overlap",
                "repair it first, or move it alone",
            )
    moved = grid
    for number, item in here:
        moved = move_boundary_to(moved, number, item, new_time)
    return moved


def stretch_boundaries(
    grid: TextGrid,
    start: float,
    end: float,
    from_time: float,
    to_time: float,
    tiers: Iterable[int | str] | None = None,
) -> TextGrid:
    """Rubber-band the boundaries and points inside a selection (Ctrl-Alt-drag, in Praat since 6.4.31).

    What is between the start and the grabbed time is scaled proportionally, and so is what is between the
    grabbed time and the end. Boundaries that were at one time on several tiers stay together.

    Parameters
    ----------
    grid : TextGrid
        Where.
    start, end : float
        The selection; what is at its edges and outside stays.
    from_time, to_time : float
        Of the grabbed boundary, before and after; inside the selection.
    tiers : iterable of int or str, optional
        Only on these tiers (Ctrl-Alt-drag: the one that was clicked); default: all (with Shift). Praat leaves
        out tiers that have nothing at the grabbed time.

    Raises
    ------
    TextGridError
        If the grabbed time doesn't stay inside the selection, nothing is inside it, or two boundaries would
        get the same time.
    """
    for time in (from_time, to_time):
        if not start < time < end:
            raise TextGridError(
                f"the selection goes from {start!r} to {end!r} s",
                "grab a boundary inside the selection and drop it inside",
                file=grid.file,
                time=time,
            )

    def scaled(time: float) -> float:
        if not start < time < end:
            return time
        if time == from_time:
            return to_time
        if time < from_time:
            return min(start + (time - start) * ((to_time - start) / (from_time - start)), to_time)
        return max(end - (end - time) * ((end - to_time) / (end - from_time)), to_time)

    edited = grid
    for number in tier_choice(grid, tiers):
        tier = grid.tiers[number - 1]
        changed = _stretched(grid, tier, start, end, scaled)
        if changed is not tier:
            edited = edited.with_tier(number, changed)
    if edited is grid and from_time != to_time:
        raise TextGridError(
            f"there is no boundary between {start!r} and {end!r} s",
            "select a stretch with boundaries inside",
            file=grid.file,
            time=from_time,
        )
    return edited


def _stretched(
    grid: TextGrid, tier: Tier, start: float, end: float, scaled: Callable[[float], float]
) -> Tier:
    times = tier.sorted_starts if isinstance(tier, IntervalTier) else tier.sorted_times
    first, last = 0, len(tier)
    if times is not None:
        # The interval before may end inside the selection.
        first, last = max(bisect_right(times, start) - 1, 0), bisect_right(times, end)
    old: tuple[Interval | Point, ...] = tier.items[first:last]
    made: list[Interval | Point] = []
    for item in old:
        if isinstance(item, Point):
            made.append(Point(scaled(item.time), item.label))
        else:
            made.append(Interval(scaled(item.start), scaled(item.end), item.label))
    for was, now in zip(old, made, strict=True):
        if was[0] < was[-2] and now[0] >= now[-2]:
            _refuse(grid, tier, was[0], "this interval would vanish", "stretch less")
    for (left, right), (now_left, now_right) in zip(pairwise(old), pairwise(made), strict=True):
        if left[0] < right[0] and now_left[0] >= now_right[0]:
            _refuse(grid, tier, left[0], "two boundaries would get the same time", "stretch less")
    return tier if list(old) == made else spliced(tier, first, last, made)


def refuse_nothing_there(grid: TextGrid, tier: Tier | None, time: float) -> NoReturn:
    """Say that there is nothing at a time."""
    _refuse(
        grid,
        tier,
        time,
        "there is no boundary or point at exactly this time",
        "click on one; the edges of a tier stay",
    )


def _refuse(grid: TextGrid, tier: Tier | None, time: float, message: str, hint: str) -> NoReturn:
    raise TextGridError(message, hint, file=grid.file, tier=None if tier is None else tier.name, time=time)
