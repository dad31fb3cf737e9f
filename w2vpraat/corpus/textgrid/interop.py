"""Objects of the package ``textgrid`` (1.6), both ways, without losing a digit.

That package rounds times to five decimals only when *it* reads a file, so read files here and convert.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from w2vpraat.corpus.textgrid.values import Interval, IntervalTier, Point, PointTier, TextGrid, Tier
from w2vpraat.errors import TextGridError


def to_textgrid(grid: TextGrid) -> Any:
    """Convert to a ``textgrid.TextGrid``.

    Parameters
    ----------
    grid : TextGrid
        Gaps, overlaps and order are kept in the object; its ``write`` fills gaps with empty intervals.

    Returns
    -------
    textgrid.TextGrid
        Not strict if intervals overlap.

    Raises
    ------
    TextGridError
        If an interval has no positive duration, which that package can't hold.
    """
    import textgrid

    strict = not any(isinstance(tier, IntervalTier) and _overlaps(tier) for tier in grid.tiers)
    made = textgrid.TextGrid(grid.name or None, grid.start, grid.end, strict)
    for tier in grid.tiers:
        if isinstance(tier, IntervalTier):
            other = textgrid.IntervalTier(tier.name, tier.start, tier.end)
            other.strict = strict
            # Appended directly: its add() would sort, and refuse what is broken.
            other.intervals.extend(
                _to_interval(grid, tier, number, strict) for number in range(1, len(tier) + 1)
            )
        else:
            other = textgrid.PointTier(tier.name, tier.start, tier.end)
            other.points.extend(textgrid.Point(point.time, point.label) for point in tier.points)
        made.tiers.append(other)
    return made


def from_textgrid(other: Any) -> TextGrid:
    """Convert from a ``textgrid.TextGrid``.

    Parameters
    ----------
    other : textgrid.TextGrid
        An end that it leaves open (None) becomes the last time that it holds, as in its own ``write``.

    Returns
    -------
    TextGrid
        Without a source: saving writes a new file.

    Raises
    ------
    TextGridError
        If a time is missing and can't be known.
    """
    end = other.maxTime
    if end is None:
        ends = [_end_of(tier) for tier in other]
        end = max((one for one in ends if one is not None), default=None)
    if end is None:
        raise TextGridError("this TextGrid has no end and no tiers", "set its maxTime")
    tiers = tuple(_from_tier(tier, float(end)) for tier in other)
    return TextGrid(float(other.minTime or 0.0), float(end), tiers, other.name or "")


def _to_interval(grid: TextGrid, tier: IntervalTier, number: int, strict: bool) -> Any:
    import textgrid

    item = tier.interval(number)
    try:
        made = textgrid.Interval(item.start, item.end, item.label)
    except ValueError:
        raise TextGridError(
            "the package textgrid can't hold an interval that doesn't end after it starts",
            "drop or repair it first",
            file=grid.file,
            tier=tier.name,
            interval=number,
            time=item.start,
        ) from None
    made.strict = strict
    return made


def _overlaps(tier: IntervalTier) -> bool:
    items = sorted(tier.intervals)
    return any(left.end > right.start for left, right in pairwise(items))


def _end_of(tier: Any) -> float | None:
    if tier.maxTime is not None or not len(tier):
        return None if tier.maxTime is None else float(tier.maxTime)
    last = tier[-1]
    return float(last.maxTime if hasattr(last, "maxTime") else last.time)


def _from_tier(tier: Any, grid_end: float) -> Tier:
    name, start = tier.name or "", float(tier.minTime or 0.0)
    end = grid_end if tier.maxTime is None else float(tier.maxTime)
    if hasattr(tier, "intervals"):
        intervals = (Interval(float(one.minTime), float(one.maxTime), one.mark or "") for one in tier)
        return IntervalTier(name, start, end, tuple(intervals))
    points = (Point(float(one.time), one.mark or "") for one in tier)
    return PointTier(name, start, end, tuple(points))
