"""Where things are: boundaries near a time, what a time snaps to, and how a selection moves.

All times are in seconds. Searches in tiers without overlaps bisect; the first one reads the whole tier.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from w2vpraat.corpus.textgrid.values import IntervalTier, PointTier, TextGrid, Tier
from w2vpraat.errors import TextGridError


class Snap(NamedTuple):
    """What a time snapped to.

    Attributes
    ----------
    time : float
        In seconds; exactly that of the boundary or point, or the time that was asked for.
    what : int or None
        Number of the tier, 0 for one of the extra times (the cursor), None if nothing was near.
    """

    time: float
    what: int | None


def boundary_time(tier: Tier, number: int) -> float:
    """Return the time of a boundary (between intervals `number` and `number` + 1) or of a point.

    Raises
    ------
    TextGridError
        If there is none.
    """
    if isinstance(tier, PointTier):
        return tier.point(number).time
    if not 1 <= number < len(tier):
        raise TextGridError(
            f"there is no boundary {number}", f"boundaries are numbered 1 to {len(tier) - 1}", tier=tier.name
        )
    return tier.interval(number).end


def boundary_near(tier: Tier, time: float, within: float) -> int | None:
    """Return the number of the nearest boundary or point, if it is at most `within` seconds away.

    Of two at the same distance, the earlier. Edges of the tier and edges at a gap are no boundaries.
    """
    near: list[tuple[float, int]] = []
    if isinstance(tier, PointTier):
        times = tier.sorted_times
        if times is None:
            near = [(abs(point.time - time), number) for number, point in enumerate(tier, 1)]
        else:
            # The first of those at the earlier time, so that equal times don't matter.
            at = bisect_left(times, time)
            before = bisect_left(times, times[at - 1]) if at else -1
            near = [
                (abs(times[index] - time), index + 1) for index in (before, at) if 0 <= index < len(times)
            ]
    elif tier.sorted_starts is None:
        near = [
            (abs(tier.intervals[number].start - time), number)
            for number in range(1, len(tier))
            if _touch(tier, number)
        ]
    else:
        starts = tier.sorted_starts
        at = bisect_left(starts, time)
        for numbers in (range(at - 1, 0, -1), range(max(at, 1), len(starts))):
            for number in numbers:
                distance = abs(starts[number] - time)
                if distance > within:
                    break
                if _touch(tier, number):
                    near.append((distance, number))
                    break
    distance, number = min(near, default=(within, 0))
    return number if number and distance <= within else None


def boundaries_at(
    grid: TextGrid, time: float, tiers: Iterable[int | str] | None = None
) -> tuple[tuple[int, int], ...]:
    """Return (tier number, boundary or point number) of everything at exactly a time.

    Parameters
    ----------
    grid : TextGrid
        Where.
    time : float
        In seconds.
    tiers : iterable of int or str, optional
        Only these tiers; default: all.

    Returns
    -------
    tuple of (int, int)
        In the order of the tiers. Edges of tiers and edges at gaps are no boundaries.
    """
    found = []
    for number in tier_choice(grid, tiers):
        tier = grid.tiers[number - 1]
        found += [(number, item) for item in _marks_at(tier, time)]
    return tuple(found)


def snap_time(
    grid: TextGrid,
    time: float,
    *,
    within: float,
    exclude: tuple[int | str, int] | None = None,
    together: bool = False,
    extra: Sequence[float] = (),
) -> Snap:
    """Return the nearest boundary or point of another tier, or one of the extra times, if it is near.

    Parameters
    ----------
    grid : TextGrid
        Where.
    time : float
        The drop, in seconds.
    within : float
        Largest distance in seconds; Praat's is 1.5 mm on the screen.
    exclude : (tier, number), optional
        What is being dragged. Nothing on its tier counts.
    together : bool
        Everything at the same time is dragged as well (Shift-drag): nothing on those tiers counts either.
    extra : sequence of float
        Other times, for example the cursor. A boundary at the same distance goes first.

    Returns
    -------
    Snap
        ``(time, what)``; the time is exactly that of the target. Edges of tiers don't attract.
    """
    left_out: set[int] = set()
    if exclude is not None:
        number = grid.tier_number(exclude[0])
        left_out.add(number)
        if together:
            old = boundary_time(grid.tiers[number - 1], exclude[1])
            left_out.update(tier for tier, _ in boundaries_at(grid, old))
    best: tuple[float, int, Snap] | None = None
    targets = [
        Snap(mark, number)
        for number, tier in enumerate(grid.tiers, 1)
        if number not in left_out
        for mark in _marks_around(tier, time)
    ]
    for order, target in enumerate([*targets, *(Snap(one, 0) for one in extra)]):
        distance = abs(target.time - time)
        if distance <= within and (best is None or (distance, order) < best[:2]):
            best = (distance, order, target)
    return Snap(time, None) if best is None else best[2]


def nearest_sample_edge(time: float, rate: float, start_time: float = 0.0) -> float:
    """Return the nearest time between two samples.

    Parameters
    ----------
    time : float
        In seconds.
    rate : float
        Samples per second.
    start_time : float
        Where the first sample starts, in seconds. Sample k (from 0) lasts from ``start_time + k / rate`` to
        ``start_time + (k + 1) / rate``.
    """
    return start_time + round((time - start_time) * rate) / rate


def next_interval(tier: Tier, time: float, *, wrap: bool = True) -> int:
    """Return the number of the interval after the one at a time, or of the next point.

    Parameters
    ----------
    tier : IntervalTier or PointTier
        Where.
    time : float
        Start of the selection, in seconds.
    wrap : bool
        After the last comes the first, as in Praat; else the last stays.

    Returns
    -------
    int
        From 1; 0 if the tier is empty.
    """
    times = _starts_of(tier)
    if times is None:
        number = tier.number_at(time) if isinstance(tier, IntervalTier) else 0
        starts = [item[0] for item in (tier.intervals if isinstance(tier, IntervalTier) else tier.points)]
        later = [n for n, start in enumerate(starts, 1) if start > time]
        following = number + 1 if number else min(later, default=len(tier) + 1)
    else:
        following = bisect_right(times, time) + 1
    if following <= len(tier):
        return following
    return min(1, len(tier)) if wrap else len(tier)


def previous_interval(tier: Tier, time: float, *, wrap: bool = True) -> int:
    """Return the number of the interval before the one at a time, or of the point before it.

    Parameters
    ----------
    tier, time, wrap
        As for `next_interval`; before the first comes the last.

    Returns
    -------
    int
        From 1; 0 if the tier is empty.
    """
    times = _starts_of(tier)
    if isinstance(tier, IntervalTier):
        number = tier.number_at(time)
        if not number:
            earlier = [n for n, item in enumerate(tier.intervals, 1) if item.end <= time]
            number = max(earlier, default=0) + 1
        before = number - 1
    elif times is None:
        before = max((n for n, point in enumerate(tier.points, 1) if point.time < time), default=0)
    else:
        before = bisect_left(times, time)
    if before:
        return before
    return len(tier) if wrap else min(1, len(tier))


def extend_selection(
    tier: IntervalTier, start: float, end: float, *, forward: bool, anchor: float | None = None
) -> tuple[float, float]:
    """Extend a selection by an interval, or shrink it if it was extended to the other side before.

    Parameters
    ----------
    tier : IntervalTier
        Where.
    start, end : float
        The selection, in seconds.
    forward : bool
        To the right (Shift-Alt-Right), else to the left.
    anchor : float, optional
        A time inside the interval that it began with, which stays selected. Default: the start of the
        selection, as in Praat.

    Returns
    -------
    tuple of float
        Start and end; unchanged where the tier ends.
    """
    if not len(tier):
        return start, end
    first = _number_near(tier, start)
    last = max(first, _number_near(tier, end, before=True))
    kept = first if anchor is None else min(max(_number_near(tier, anchor), first), last)
    if forward and first < kept:
        return tier.interval(first + 1).start, end
    if forward:
        return start, tier.interval(min(last + 1, len(tier))).end
    if last > kept:
        return start, tier.interval(last - 1).end
    return tier.interval(max(first - 1, 1)).start, end


def up_down_time(
    selection: tuple[float, float], seconds: float, domain: tuple[float, float]
) -> tuple[float, float]:
    """Select earlier (Up, negative seconds) or later (Down); each end stops at the edge of the domain.

    Parameters
    ----------
    selection, domain : tuple of float
        Start and end, in seconds.
    seconds : float
        The step.
    """
    return _kept(selection[0] + seconds, domain), _kept(selection[1] + seconds, domain)


def move_selection_start(
    selection: tuple[float, float], seconds: float, domain: tuple[float, float]
) -> tuple[float, float]:
    """Move the start of a selection (Shift-Up, Shift-Down); beyond the end, the two change places."""
    moved = _kept(selection[0] + seconds, domain)
    return min(moved, selection[1]), max(moved, selection[1])


def move_selection_end(
    selection: tuple[float, float], seconds: float, domain: tuple[float, float]
) -> tuple[float, float]:
    """Move the end of a selection (Ctrl-Up, Ctrl-Down); before the start, the two change places."""
    moved = _kept(selection[1] + seconds, domain)
    return min(moved, selection[0]), max(moved, selection[0])


def latest_mark(tier: Tier, time: float) -> float | None:
    """Return the latest edge of an interval, or point, at or before a time; None if there is none."""
    times = _starts_of(tier)
    if times is None:
        marks = [mark for item in tier.items for mark in item[:-1] if mark <= time]
        return max(marks, default=None)
    index = bisect_right(times, time) - 1
    if index < 0:
        return None
    if isinstance(tier, PointTier) or tier.intervals[index].end > time:
        return times[index]
    return tier.intervals[index].end


def has_edge_at(tier: IntervalTier, time: float) -> bool:
    """Tell whether an interval starts or ends at exactly a time."""
    starts = tier.sorted_starts
    if starts is None:
        return any(time in item[:2] for item in tier.intervals)
    at = bisect_left(starts, time)
    return any(time in item[:2] for item in tier.intervals[max(at - 1, 0) : at + 1])


def tier_choice(grid: TextGrid, tiers: Iterable[int | str] | None) -> tuple[int, ...]:
    """Return numbers of tiers, each once, from numbers or names; all for None."""
    if tiers is None:
        return tuple(range(1, len(grid) + 1))
    return tuple(dict.fromkeys(grid.tier_number(tier) for tier in tiers))


def _touch(tier: IntervalTier, number: int) -> bool:
    return tier.intervals[number - 1].end == tier.intervals[number].start


def _starts_of(tier: Tier) -> list[float] | None:
    return tier.sorted_starts if isinstance(tier, IntervalTier) else tier.sorted_times


def _marks_at(tier: Tier, time: float) -> list[int]:
    if isinstance(tier, PointTier):
        times = tier.sorted_times
        if times is None:
            return [number for number, point in enumerate(tier, 1) if point.time == time]
        return list(range(bisect_left(times, time) + 1, bisect_right(times, time) + 1))
    if tier.sorted_starts is None:
        candidates: Iterable[int] = range(1, len(tier))
    else:
        candidates = (bisect_left(tier.sorted_starts, time),)
    return [
        number
        for number in candidates
        if 1 <= number < len(tier) and tier.intervals[number].start == time and _touch(tier, number)
    ]


def _marks_around(tier: Tier, time: float) -> list[float]:
    # The nearest times at both sides, without the edges of an interval tier.
    times = _starts_of(tier)
    if times is None:
        near = [mark for item in tier.items for mark in item[:-1]]
    else:
        at = bisect_left(times, time)
        near = [mark for item in tier.items[max(at - 2, 0) : at + 2] for mark in item[:-1]]
    edges = (tier.start, tier.end) if isinstance(tier, IntervalTier) else ()
    return [mark for mark in near if mark not in edges]


def _number_near(tier: IntervalTier, time: float, *, before: bool = False) -> int:
    # The interval at a time, or the one before it at a boundary; in a gap the one before.
    starts = tier.sorted_starts
    if starts is None:
        number = tier.number_at(time)
        return (
            max(number - 1, 1) if before and number and tier.interval(number).start == time else number or 1
        )
    at = bisect_left(starts, time) if before else bisect_right(starts, time)
    return min(max(at, 1), len(starts))


def _kept(time: float, domain: tuple[float, float]) -> float:
    return min(max(time, domain[0]), domain[1])
